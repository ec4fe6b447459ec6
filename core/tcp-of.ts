import type { Duplex } from 'node:stream';

/** The TCP connection below one over TLS, or itself. */
export const tcpOf = <T extends Duplex>(socket: T): T => (socket as { _parent?: T | null })._parent ?? socket;
