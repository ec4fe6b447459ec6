import type { DeviceId } from '../ids';
import type { Lwm2mVersion } from './parameters';

/** An object of the device as it registers it (LwM2M 1.1 core, 6.2.1). */
export interface RegisteredObject {
  id: number;
  /** `1.1`; null where the device names none. */
  version: string | null;
  /** Ascending; empty where it has none yet. */
  instances: number[];
}

/** What a device says of its objects, all at once. */
export interface RegisteredLinks {
  /** What its paths begin with, `/lwm2m` and the like; empty for most. */
  root: string;
  /** CoAP content formats that it says it can speak; empty where it says nothing. */
  contentFormats: number[];
  objects: RegisteredObject[];
}

/** Where a device is heard from, and which of the gateways has its ear. */
export interface RegisteredAt {
  gatewayId: string;
  address: string;
  port: number;
  /** The PSK identity that it has proven; null: plain CoAP. */
  identity: string | null;
}

/** What an address at a gateway is called, while datagrams alone prove it. */
export const plainPeerOf = ({ gatewayId, address, port }: Pick<RegisteredAt, 'gatewayId' | 'address' | 'port'>): string =>
  `${gatewayId} ${address} ${port}`;

/** Links are what is bounded: the size of the document goes by them. */
export const linksOf = (objects: readonly RegisteredObject[]): number =>
  objects.reduce((sum, { instances }) => sum + Math.max(1, instances.length), 0);

/** That a device is registered by LwM2M: it has one of these at most. */
export interface Registration extends RegisteredAt, RegisteredLinks {
  _id: DeviceId;
  /** The last segment of its location, `rd/{registrationId}`: another one with each Register. */
  registrationId: string;
  endpoint: string;
  version: Lwm2mVersion;
  lifetimeSeconds: number;
  /** As the device writes it, e.g. `U` or `UQ`. */
  binding: string;
  queueMode: boolean;
  /** How long it listens after its last message, with queue mode. */
  awakeSeconds: number;
  /** Gateway, address and port in one, without DTLS. Absent: with it, or somebody else was heard from there since. */
  plainPeer?: string;
  /** When it registered. */
  since: Date;
  /** Its last message that was worth a write. */
  heardAt: Date;
  /** It is gone then, unless an Update comes. */
  expiresAt: Date;
  /** It is not sent anything afterwards: the end of its window with queue mode, otherwise of its registration. */
  reachableUntil: Date;
  /** What its device's document says, too: pushes go to it. */
  online: boolean;
  /** When it became so last. */
  onlineAt: Date;
  /** When it has to be looked at: as long as it is on-line `reachableUntil`, then `expiresAt`. */
  dueAt: Date;
  /** Raised by one with each write. */
  revision: number;
}

export type RegistrationState = 'REGISTERED' | 'AWAKE' | 'ASLEEP' | 'GONE';

/** REGISTERED: it listens all the time. AWAKE and ASLEEP: with queue mode. */
export function stateOf(registration: Pick<Registration, 'expiresAt' | 'queueMode' | 'reachableUntil'>, now: Date): RegistrationState {
  if (registration.expiresAt <= now) return 'GONE';
  if (!registration.queueMode) return 'REGISTERED';
  return registration.reachableUntil > now ? 'AWAKE' : 'ASLEEP';
}

/** Names of sessions by CoAP. */
const PLAIN = 'coap ';
const SECURE = 'coaps ';

/** As what the device's document has it, while it is on-line. */
export const sessionOf = ({ identity, registrationId }: Pick<Registration, 'identity' | 'registrationId'>): string =>
  (identity === null ? PLAIN : SECURE) + registrationId;

/** Sessions that are only an address: they outlast the gateway's process, which finds the address in the store. */
export const ONLY_AN_ADDRESS = /^coap /;
