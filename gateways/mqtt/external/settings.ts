import type { EmqxApiSettings } from './emqx-api';

/** The broker that devices connect to, when it is not the embedded one. */
export interface BrokerSettings {
  /** `mqtt://` or `mqtts://`, without user name and password. */
  url: string;
  /** Of the gateways' account there. */
  username?: string;
  password?: string;
  /** PEM; trusted for `mqtts://` instead of the system's. */
  ca?: string | Buffer;
  /** The same for all gateways of one broker. */
  name: string;
  /** How it is known who is connected: by what devices send, or by what EMQX says of its clients. */
  presence: 'messages' | 'emqx';
  /** Where EMQX is told to subscribe its clients and to end connections; not set: they subscribe themselves, and none is ended. */
  emqxApi?: EmqxApiSettings;
}

export const BROKER_LIMITS = {
  keepAliveSeconds: 60,
  connectTimeoutMs: 10_000,
  /** A publish that is not acknowledged by then counts as lost with its connection. */
  acknowledgeMs: 15_000,
  /** How often a gateway looks whether it has to take over from the one that pushes. */
  takeOverMs: 2_000,
  /** Bounds of the pause between two tries to connect, which doubles. */
  retryMinMs: 250,
  retryMaxMs: 30_000,
  /** QoS 1 messages that the broker may send ahead of our acknowledgements. */
  receiveMaximum: 1_000,
  /** The same in the other direction, where the broker allows more. */
  sendMaximum: 1_000,
  /** Messages for devices that wait for room; further answers are given up. */
  sendWaiting: 20_000,
  /** Devices with work in their queues, beyond which nothing more is read from the broker. */
  busyDevices: 2_000,
  /** Devices whose quotas are remembered. */
  peers: 50_000,
} as const;

export interface ExternalSettings {
  broker: BrokerSettings;
  /** Where a broker asks who may connect; not set: nowhere. */
  hook?: { host: string; port: number; secret?: string };
}
