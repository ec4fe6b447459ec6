/** The other end of a conversation: the address that plain datagrams come from, or a DTLS session, which may change its address. */
export interface Peer {
  /** The same for the same peer, and for no other. */
  readonly key: string;
  readonly address: string;
  readonly port: number;
  /** The PSK identity that was proven; null over plain CoAP. */
  readonly identity: string | null;
  /** Leaves from the socket that the peer talks to: others are ignored by devices and by what translates their addresses. */
  send(datagram: Buffer): void;
}
