/** What a server keeps and how long. What is over a limit is dropped and counted, unless it says what gives way. */
export interface DtlsLimits {
  /** Sessions, with the handshakes that may become one. */
  sessions: number;
  /** Sessions of one identity. With one more the oldest ends. */
  sessionsPerIdentity: number;
  /** Handshakes that have proven their address and are not finished. With one more, one of the address that has most gives way. */
  halfOpen: number;
  /** The same of one address: an IPv4 address, or the first 64 bits of an IPv6 address. */
  halfOpenPerAddress: number;
  /** Datagrams of one handshake that wait for its key. */
  heldDatagrams: number;
  /** Of the WebAssembly memory, which never shrinks. Without more of it no handshake begins. */
  memoryBytes: number;
  /** A session that has got nothing for so long ends. */
  idleSeconds: number;
  /** From a proven address to Finished, whatever is sent again meanwhile. */
  handshakeSeconds: number;
  /** When a flight is sent again for the first time; each further time after twice as long, up to `lastRetransmitMs`. */
  firstRetransmitMs: number;
  lastRetransmitMs: number;
}

/** Retransmission by RFC 7925, section 11: sleepy devices and slow networks answer late. A client that lost a flight asks by itself. */
export const DEFAULT_LIMITS: DtlsLimits = {
  sessions: 20_000,
  sessionsPerIdentity: 2,
  halfOpen: 2_000,
  halfOpenPerAddress: 200,
  heldDatagrams: 8,
  memoryBytes: 512 * 1024 * 1024,
  idleSeconds: 24 * 3600,
  handshakeSeconds: 90,
  firstRetransmitMs: 9_000,
  lastRetransmitMs: 60_000,
};
