import type { Behaviour } from '../behaviours';
import type { ReconnectSettings } from '../kept-connection';
import type { PowerSettings } from '../powered-device';
import type { Client, Habits } from './habits';
import type { PskSettings } from './line/dtls-line';
import type { DownloadParts } from './lwm2m-download';
import type { Radio } from './objects/device-objects';
import type { FirmwareState } from './objects/firmware-object';

/** What all such devices of a fleet have in common; plain JSON. */
export interface Lwm2mDeviceSettings extends PowerSettings, ReconnectSettings {
  /** `coap://host:port`, or `coaps://` for devices with a key. */
  server: string;
  pull?: Pick<DownloadParts, 'retries' | 'retryMs'>;
  /** The version that an image without our header holds; otherwise it is of the wrong type to them. */
  bareVersion?: string;
}

export interface Lwm2mDeviceDescription {
  dialect: 'LWM2M';
  deviceName: string;
  /** Default the device's name; null: left out of Register. */
  endpoint?: string | null;
  /** Of its firmware. */
  version: string;
  /** The client that it behaves like. Default leshan. */
  client?: Client;
  /** What it does otherwise than that client. */
  habits?: Partial<Habits>;
  /** With it the device speaks DTLS. The key is in hex. */
  psk?: Omit<PskSettings, 'key'> & { key: string };
  /** Null: without object 4. */
  radio?: Partial<Radio> | null;
  /** What an update before has left of object 5. */
  firmware?: { state?: FirmwareState; result?: number };
  behaviours?: readonly Behaviour[];
}
