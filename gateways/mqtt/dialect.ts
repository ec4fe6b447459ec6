import type { Notification } from '../../core/ports';
import type { Dialect } from '../../schema/model/dialect';
import type { DeviceId } from '../../schema/model/ids';
import type { Session } from './broker/session';

/** The device that a connection speaks for, proven when it connected. */
export interface Identity {
  deviceId: DeviceId;
  productKey: string;
  deviceName: string;
  /** What it calls itself in topics and messages, where that is not made of the two. */
  alias?: string;
}

/** Whom a CONNECT claims to come from, and how to check it. */
export type Claim = (Identity | { nodeId: string }) & { proves(secret: string): boolean };

/** CONNACK return codes (MQTT 3.1.1 §3.2.2.3), used as in device-protocols §1.1. */
export const CONNACK = { unreadableClientId: 2, unavailable: 3, badCredentials: 4, disabled: 5 } as const;
export type Refusal = (typeof CONNACK)[keyof typeof CONNACK];

export interface ConnectPacket {
  clientId: string;
  username: string | undefined;
  password: Buffer | undefined;
}

/** What a family of device SDKs speaks over MQTT. The broker knows no more of it than this. */
export interface MqttDialect {
  readonly name: Dialect;
  /** Filters that a device may have; that of the broker when not given. */
  readonly subscriptions?: number;
  /** Reads a CONNECT; null when it is not written in this dialect at all. */
  claim(packet: ConnectPacket): Claim | Refusal | null;
  /** Whether a subscription filter can match a topic of this device. */
  covers(filter: string, device: Identity): boolean;
  /** A message of the session's device. Must not throw and must not wait. */
  receive(session: Session, topic: string, payload: Buffer): void;
  upgradeMessage(device: Identity, notification: Notification): DownMessage;
  /** Only where the platform asks devices for their version. */
  queryMessage?(device: Identity): DownMessage;
}

export interface DownMessage {
  topic: string;
  payload: string | Buffer;
}
