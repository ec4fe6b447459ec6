import type { DeviceCredentials } from '../../core/devices/contract';
import type { Notification } from '../../core/ports';
import type { ProvenCertificate } from '../../schema/model/device/certificate';
import type { Proof } from '../../schema/model/device/generations';
import type { DeviceId } from '../../schema/model/ids';
import type { DialectOver } from '../../schema/model/protocol/dialect';

/** The device that a connection speaks for, proven when it connected. */
export interface Identity {
  deviceId: DeviceId;
  productKey: string;
  deviceName: string;
  /** What it calls itself in topics and messages, where that is not made of the two. */
  alias?: string;
  /** The device over whose connection it is spoken to, where that is another one's. */
  parent?: Identity;
}

/** Whom a CONNECT claims to come from, and how to check it: `certificate` where that has let it in, and not its secret. */
export type Claim = (Identity | { nodeId: string }) & { proves(known: Known): boolean | 'certificate' };

/** What a claim is checked with. */
export type Known = Pick<DeviceCredentials, 'secret' | 'certificates'>;

/** Whom a name means that nobody has proven: the device, or where there is no such device, the node of that name. */
export interface Named {
  device: Identity | null;
  nodeId?: string;
}

/** A device as its messages come: a session of the embedded broker, or whoever is behind an external one. */
export interface Peer extends Identity {
  readonly dialect: MqttDialect;
  /** What let it in; goes with all that is done for it. Absent where nobody knows. */
  readonly proof?: Proof;
  /** Nobody is there who could be answered. */
  readonly closed: boolean;
  /** How many children it has, as far as is known. */
  children?: number;
  /** The peer of a child of this device; null: it is none. Rejects when nobody could say. Absent: there can be none. */
  childOf?(deviceId: DeviceId): Peer | null | Promise<Peer | null>;
  /** One message to the device, once; false when it has certainly not left. */
  send(message: DownMessage): Promise<boolean>;
}

/** CONNACK return codes (MQTT 3.1.1 §3.2.2.3), used as in device-protocols §1.1. */
export const CONNACK = { unreadableClientId: 2, unavailable: 3, badCredentials: 4, disabled: 5 } as const;
export type Refusal = (typeof CONNACK)[keyof typeof CONNACK];

/** Who connects for something that the vendor's cloud serves, and this platform does not. */
export interface NotServed {
  refusal: Refusal;
  /** How it is counted. */
  result: 'bridge';
  /** For the log: what it is, and what to do instead. */
  why: string;
}

export interface ConnectPacket {
  clientId: string;
  username: string | undefined;
  password: Buffer | undefined;
  /** The peer has this certificate's key: TLS has proven it. */
  certificate?: ProvenCertificate;
  /** The peer knows this device's secret: TLS-PSK has proven it. */
  deviceId?: DeviceId;
  /** Where it comes from, as far as is known. */
  address?: string;
}

/** Whom a TLS-PSK identity claims to come from, and the key that goes with it. */
export type PskClaim = Identity & { keyOf(secret: string): Buffer };

/** What a family of device SDKs speaks over MQTT. The broker knows no more of it than this. */
export interface MqttDialect {
  readonly name: DialectOver<'MQTT'>;
  /** Filters that a device may have; that of the broker when not given. */
  readonly subscriptions?: number;
  /** Reads a CONNECT; null when it is not written in this dialect at all. */
  claim(packet: ConnectPacket): Claim | Refusal | NotServed | null;
  /** Reads a TLS-PSK identity; null when it is not of this dialect. */
  psk?(identity: string): PskClaim | null;
  /** What a broker that routes has to hand to a gateway. */
  readonly upFilters: readonly string[];
  /** Whom such a topic names; null: it is none. */
  namedBy(topic: string): Named | null;
  /** Whom a connection names, its password aside; null: it is not written in this dialect. */
  speaker(clientId: string, username: string): Named | null;
  /** Filters for all topics that are the device's own. */
  own(device: Identity): readonly string[];
  /** Filters of the device in services of the vendor's that are not served: granted, and nothing comes of them (device-protocols §0.2.4). */
  unserved(device: Identity): readonly string[];
  /** Whose topics a filter is about, where children have topics of their own. */
  childNamedBy?(filter: string): DeviceId | undefined;
  /** The topics on which it gets messages. */
  downTopics(device: Identity): readonly string[];
  /** Every name under which it may have connected. */
  names(device: Identity): readonly Identity[];
  /** With which user name, under such a name. */
  userName(device: Identity): string;
  /** A message of the peer. Must not throw and must not wait. */
  receive(peer: Peer, topic: string, payload: Buffer): void;
  /** One that is too long to be read, with no more of it than its beginning. Neither. */
  receiveTooLong(peer: Peer, topic: string, head: Buffer): void;
  upgradeMessage(device: Identity, notification: Notification): DownMessage;
  /** Only where the platform asks devices for their version. */
  queryMessage?(device: Identity): DownMessage;
}

export interface DownMessage {
  topic: string;
  payload: string | Buffer;
}
