import type { AttemptQuotas } from '../attempts';

/** What one device, and all that connect at once, may take of a gateway. Settings of an installation; what is fixed is in `limits.ts`. */
export interface MqttQuotas extends AttemptQuotas {
  connections: number;
  /** Connections that have not sent a CONNECT. */
  strangers: number;
  /** PUBLISHes of one device a second, and how many it may save up. */
  messagesPerSecond: number;
  messagesBurst: number;
  /** Bytes of a message's payload, at most those of `MQTT_LIMITS`. */
  payloadBytes: number;
  /** Questions of one device that are not answered yet, of each kind. */
  openRequests: number;
  /** CONNECTs that wait to be checked. */
  connectsWaiting: number;
  /** Bytes waiting for a device that does not read. */
  outgoingBytes: number;
  /** Seconds; a shorter keep-alive is taken as this. */
  keepAliveMinimum: number;
  /** A session of a device that was deleted ends within about so long. */
  sessionCheckMs: number;
}

export const MQTT_QUOTAS: MqttQuotas = {
  connections: 100_000,
  strangers: 10_000,
  connectsPerMinute: 600,
  wrongPasswordsPerMinute: 60,
  addressConnectsPerSecond: 1_000,
  addressWrongPasswordsPerMinute: 600,
  messagesPerSecond: 50,
  messagesBurst: 200,
  payloadBytes: 64 * 1024,
  openRequests: 20,
  authentications: 64,
  connectsWaiting: 5_000,
  outgoingBytes: 256 * 1024,
  keepAliveMinimum: 30,
  sessionCheckMs: 30_000,
};
