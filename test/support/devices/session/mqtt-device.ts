import { PoweredDevice, type PoweredParts, type PowerSettings } from '../powered-device';
import { type DeviceLine, type LineOf, ownLine } from './device-line';
import type { KeptSessionSettings } from './kept-session';

/** What all devices of a fleet that speaks MQTT have in common; plain JSON. */
export interface DeviceSettings extends KeptSessionSettings, PowerSettings {
  /** Default no SUBSCRIBE at all, as LinkSDK and IoTDA's Python SDK; `topics`: as its C SDK; `wildcard` covers them by few filters. */
  subscribes?: 'never' | 'topics' | 'wildcard';
}

export interface DeviceParts extends PoweredParts {
  settings: DeviceSettings;
  credentials: Parameters<LineOf>[0];
  /** The filters by which it subscribes, if its fleet does. */
  filters: Record<'topics' | 'wildcard', string[]>;
  /** Default: a connection of its own. */
  lineOf: LineOf | undefined;
}

/** A device whose network is MQTT, in either dialect of it. */
export abstract class MqttDevice<Offer extends { version: string }> extends PoweredDevice<Offer> {
  protected readonly session: DeviceLine;

  constructor(private readonly parts: DeviceParts) {
    super(parts);
    const { settings, credentials, lineOf = ownLine } = parts;
    this.session = lineOf(credentials, settings, {
      onMessage: (topic, payload) => this.receive(topic, payload),
      onConnected: () => this.onConnected(),
      onDisconnected: () => this.onDisconnected(),
      onRefused: (message) => this.complain(message),
    });
  }

  protected get connection(): DeviceLine {
    return this.session;
  }

  protected abstract receive(topic: string, payload: Buffer): void;
  /** What it says of its own accord after each CONNACK. */
  protected abstract introduce(): void;

  protected override async onConnected(): Promise<void> {
    await super.onConnected();
    const { settings, filters } = this.parts;
    const { subscribes = 'never' } = settings;
    if (subscribes !== 'never') await this.session.subscribe(filters[subscribes]);
    this.introduce();
  }
}
