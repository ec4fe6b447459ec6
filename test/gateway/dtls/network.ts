import { EventEmitter, once } from 'node:events';
import type { DtlsEvent, EndReason } from '../../../gateways/coap/dtls/events';
import { createDtlsServer, type DtlsServer, type DtlsServerOptions, type DtlsSession } from '../../../gateways/coap/dtls/server';
import { createDtlsClient, type DtlsClient, type DtlsClientOptions } from '../../support/dtls/client';

export const KEYS: Record<string, Buffer> = Object.fromEntries(
  ['alpha', 'beta', 'gamma'].map((name) => [name, Buffer.from(`the key of ${name}, 32 octets long`.padEnd(32).slice(0, 32))]),
);

export interface Link {
  client: DtlsClient;
  address: string;
  port: number;
  /** Plaintext that has come to the client. */
  got: Buffer[];
  ends: string[];
  /** Datagrams, as they left. */
  sent: Buffer[];
  received: Buffer[];
  /** What becomes of a datagram on its way; the default passes it on. */
  toServer: (datagram: Buffer, pass: (datagram: Buffer) => void) => void;
  toClient: (datagram: Buffer, pass: (datagram: Buffer) => void) => void;
}

export interface Network {
  server: DtlsServer;
  counts: Map<DtlsEvent, number>;
  count(event: DtlsEvent): number;
  messages: { session: DtlsSession; text: string }[];
  started: DtlsSession[];
  ended: { session: DtlsSession; reason: EndReason }[];
  errors: unknown[];
  /** A client at an address of its own, or of another link. */
  link(options?: Partial<DtlsClientOptions> & { address?: string; port?: number }): Promise<Link>;
  /** What goes to an address that no link has. */
  strays: Buffer[];
  /** Waits until something the server reports makes it true. */
  until(condition: () => boolean): Promise<void>;
}

/** A server and its clients in one process, with a network of function calls between them. */
export async function createNetwork(options: Partial<DtlsServerOptions> = {}): Promise<Network> {
  const links: Link[] = [];
  const happened = new EventEmitter();
  let lastPort = 20_000;
  const tell = (): void => void happened.emit('something');

  const network: Network = {
    server: await createDtlsServer({
      keyOf: async (identity) => KEYS[identity] ?? null,
      onMessage(session, plaintext) {
        network.messages.push({ session, text: plaintext.toString() });
        tell();
      },
      onSession(session) {
        network.started.push(session);
        tell();
      },
      onEnd(session, reason) {
        network.ended.push({ session, reason });
        tell();
      },
      onError: (error) => void network.errors.push(error),
      count(event) {
        network.counts.set(event, (network.counts.get(event) ?? 0) + 1);
        tell();
      },
      send(datagram, port, address) {
        const link = links.findLast((one) => one.port === port && one.address === address);
        if (link === undefined) return void network.strays.push(datagram);
        link.received.push(datagram);
        link.toClient(datagram, (one) => link.client.receive(one));
      },
      ...options,
    }),
    counts: new Map(),
    count: (event) => network.counts.get(event) ?? 0,
    messages: [],
    started: [],
    ended: [],
    errors: [],
    strays: [],
    async link({ address = '192.0.2.1', port = ++lastPort, ...ofClient } = {}) {
      const link: Omit<Link, 'client'> & { client?: DtlsClient } = {
        address,
        port,
        got: [],
        ends: [],
        sent: [],
        received: [],
        toServer: (datagram, pass) => pass(datagram),
        toClient: (datagram, pass) => pass(datagram),
      };
      const identity = ofClient.identity ?? 'alpha';
      link.client = await createDtlsClient({
        identity,
        key: KEYS[String(identity)] ?? Buffer.alloc(16),
        onMessage: (plaintext) => void link.got.push(plaintext),
        onEnd: (reason) => void link.ends.push(reason),
        send(datagram) {
          link.sent.push(datagram);
          link.toServer(datagram, (one) => network.server.receive(one, { address: link.address, port: link.port }));
        },
        ...ofClient,
      });
      links.push(link as Link);
      return link as Link;
    },
    async until(condition) {
      while (!condition()) await once(happened, 'something');
    },
  };
  return network;
}
