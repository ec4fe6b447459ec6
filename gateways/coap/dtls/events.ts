/** Why a session ended. */
export const END_REASONS = [
  /** The peer said so (close_notify). */
  'closed_by_peer',
  /** `end` or `endIdentity` was called. */
  'ended',
  'idle',
  /** Its client came again from the same address and port, and finished a new handshake. */
  'replaced',
  /** Its identity has begun more sessions than it may have. */
  'identity_limit',
  /** The peer sent a fatal alert or a record that its own keys prove wrong. */
  'failed',
  /** The WebAssembly instance failed and was replaced by a new one. */
  'engine_failed',
  'server_closed',
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Why a datagram was dropped. */
export const DROP_REASONS = [
  'too_large',
  'unreadable',
  'unknown_address',
  'unknown_connection_id',
  /** A handshake goes on at the address where it began. */
  'handshake_elsewhere',
  /** A ClientHello that has led to the session that is there. */
  'repeated_hello',
  /** A ClientHello that Mbed TLS refuses: a version, a suite, a fragment. */
  'hello_refused',
  'session_limit',
  'half_open_limit',
  'half_open_address_limit',
  'held_limit',
  'memory_limit',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** What is counted, each by its name. */
export type DtlsEvent =
  | 'cookie_sent'
  | 'handshake_started'
  | 'handshake_completed'
  /** The keys are not the same, or the peer gave up. */
  | 'handshake_failed'
  | 'handshake_timeout'
  | 'handshake_replaced'
  /** There were as many as may be, and it was of the address that had most. */
  | 'handshake_displaced'
  /** By `endIdentity` or `close`. */
  | 'handshake_ended'
  /** Nobody has the identity; the handshake goes on to fail as with a wrong key. */
  | 'identity_unknown'
  | 'key_lookup_failed'
  | 'address_changed'
  /** A record came from another address, but was not the newest. */
  | 'address_kept'
  /** The peer takes only shorter records. */
  | 'send_refused'
  | 'engine_failed'
  | `dropped_${DropReason}`
  | `session_${EndReason}`;
