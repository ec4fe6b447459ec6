import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import type { Peer } from './peer';

export interface UdpOptions {
  /** IPv4 and IPv6 addresses of this host; each gets a socket. */
  addresses: readonly string[];
  /** 0: any free port, another for each address. */
  port: number;
  receive(peer: Peer, datagram: Buffer): void;
  /** A socket failed after it was bound. */
  onError(error: unknown): void;
  /** Bytes that the system holds for a socket until they are read; it may give less. */
  receiveBufferBytes?: number;
  /** Bytes that may wait for the network to take them, for a socket. When full, what would be sent is dropped. */
  sendQueueBytes?: number;
  /** A datagram was dropped for a full queue. */
  onDropped?(): void;
}

export interface BoundAddress {
  address: string;
  port: number;
}

export interface UdpSockets {
  readonly bound: readonly BoundAddress[];
  /**
   * The peer of an address that is known from before, such as from a registration. `local` is the address of ours that it talks to; without it,
   * the first of the same family. Null when there is none.
   */
  peerAt(remote: BoundAddress, local?: string): Peer | null;
  close(): Promise<void>;
}

const LOOPBACK = ['127.0.0.1', '::1'];
export const UDP_DEFAULTS = { addresses: LOOPBACK, receiveBufferBytes: 4 << 20, sendQueueBytes: 4 << 20 };

interface BoundSocket {
  socket: Socket;
  local: BoundAddress;
  family: number;
  index: number;
}

class UdpPeer implements Peer {
  readonly identity = null;
  readonly key: string;
  constructor(
    private readonly from: BoundSocket,
    private readonly options: UdpOptions,
    readonly address: string,
    readonly port: number,
  ) {
    this.key = `${from.index} ${address} ${port}`;
  }
  send(datagram: Buffer): void {
    const { socket } = this.from;
    if (socket.getSendQueueSize() + datagram.length > (this.options.sendQueueBytes ?? UDP_DEFAULTS.sendQueueBytes))
      this.options.onDropped?.();
    else socket.send(datagram, this.port, this.address);
  }
}

/** Sockets for plain CoAP. Rejects when an address cannot be bound, and leaves none open then. */
export async function openUdp(options: UdpOptions): Promise<UdpSockets> {
  const sockets: BoundSocket[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(
      sockets.splice(0).map(({ socket }) => {
        const closed = once(socket, 'close');
        socket.close();
        return closed;
      }),
    );
  };
  try {
    for (const address of options.addresses) sockets.push(await open(address, sockets.length, options));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    bound: sockets.map(({ local }) => local),
    peerAt({ address, port }, local) {
      const family = isIP(address);
      const from = sockets.find((bound) => bound.family === family && (local === undefined || local === bound.local.address));
      return from === undefined || port < 1 || port > 0xffff ? null : new UdpPeer(from, options, address, port);
    },
    close,
  };
}

async function open(address: string, index: number, options: UdpOptions): Promise<BoundSocket> {
  const family = isIP(address);
  if (family === 0) throw new RangeError(`${JSON.stringify(address)} is not an IP address`);
  const socket = createSocket({
    type: family === 4 ? 'udp4' : 'udp6',
    ipv6Only: family === 6,
    recvBufferSize: options.receiveBufferBytes ?? UDP_DEFAULTS.receiveBufferBytes,
    // Peers are addresses already: without this each datagram would wait for a name to be looked up.
    lookup: (host, _options, callback) => callback(null, host, family),
  });
  try {
    // Without a look-up it may be listening before `bind` returns.
    const listening = once(socket, 'listening');
    socket.bind({ address, port: options.port });
    await listening;
  } catch (error) {
    socket.close();
    throw error;
  }
  const bound = { socket, local: { address, port: socket.address().port }, family, index };
  socket.on('error', options.onError);
  socket.on('message', (datagram: Buffer, { address: from, port }: RemoteInfo) => {
    // Nothing can be sent to port 0, so what comes from there was never sent by a client.
    if (port !== 0) options.receive(new UdpPeer(bound, options, from, port), datagram);
  });
  return bound;
}
