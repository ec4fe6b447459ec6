/** What a connection may take of the process (device-protocols §0.1, §0.9), where no installation wants it otherwise. */
export const MQTT_LIMITS = {
  /** Bytes of a whole packet: a payload, its topic and a reserve. A longer message is left out before it is buffered. */
  packetBytes: 66 * 1024,
  /** One that is longer than this ends the connection. */
  skippedBytes: 1024 * 1024,
  /** Bytes of the first packet: nobody has proven anything yet. */
  connectBytes: 8 * 1024,
  connectTimeoutMs: 10_000,
  lateCheckMs: 1_000,
  /** Seconds; a keep-alive beyond is clamped, and 0 (none) becomes the longest. */
  keepAliveMaximum: 1_200,
  /** Packets that may arrive before the CONNACK has left. */
  packetsBeforeConnack: 100,
  /** QoS 2 messages of a device between PUBREC and PUBREL. */
  openQos2: 16,
  topicLevels: 100,
  filterLength: 256,
  subscriptions: 32,
  /** The session of a device that was disabled ends within about so long. */
  disabledCheckMs: 1_000,
  /** A device that has not read for so long is disconnected. */
  drainTimeoutMs: 10_000,
} as const;

export const clampKeepAlive = (seconds: number, minimum: number): number =>
  seconds === 0 ? MQTT_LIMITS.keepAliveMaximum : Math.min(Math.max(seconds, minimum), MQTT_LIMITS.keepAliveMaximum);
