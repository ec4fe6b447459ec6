import { createDtlsServer, type DtlsServer } from '../../../gateways/coap/dtls/server';
import { createDtlsClient } from './client';

export interface FuzzResult {
  inputs: number;
  /** What the server counted, by name. */
  counts: Record<string, number>;
  errors: unknown[];
  /** WebAssembly memory after each tenth of the inputs. */
  memoryBytes: number[];
  state: ReturnType<DtlsServer['state']>;
  /** A client that came last has exchanged a message. */
  stillServes: boolean;
}

const KEY = Buffer.alloc(16, 7);
const ADDRESS = '192.0.2.1';
const MOST_CHANGES = 4;
/** After so many inputs the sessions have been through enough, and new ones are recorded. */
const INPUTS_OF_A_ROUND = 100;
const FIRST_PORT = 1000;
const PORTS = 300;

/**
 * Feeds a server with the datagrams of real handshakes and sessions, changed by a generator that begins with `seed`: while they go on, before
 * the real ones, and later from any address.
 */
export async function fuzzServer(inputs: number, seed: number): Promise<FuzzResult> {
  const random = generator(seed);
  const counts: Record<string, number> = {};
  const errors: unknown[] = [];
  const memoryBytes: number[] = [];
  const toClients = new Map<number, (datagram: Buffer) => void>();
  const server = await createDtlsServer({
    // 'late' waits for a turn of the loop, so that datagrams are held.
    keyOf: (identity) =>
      identity === 'late' ? new Promise((resolve) => setImmediate(resolve, KEY)) : Promise.resolve(identity === 'known' ? KEY : null),
    send: (datagram, port) => toClients.get(port)?.(datagram),
    onMessage: (session, plaintext) => void session.send(plaintext),
    onError: (error) => void errors.push(error),
    limits: { handshakeSeconds: 0.05, halfOpen: 150, halfOpenPerAddress: 100, sessions: 1000, memoryBytes: 64 * 1024 * 1024 },
    count(event) {
      counts[event] = (counts[event] ?? 0) + 1;
    },
  });

  let fed = 0;
  function feed(datagram: Buffer, port: number): void {
    fed++;
    server.receive(datagram, { address: ADDRESS, port });
  }

  async function recorded(port: number, connectionId: boolean, identity: string): Promise<Buffer[]> {
    const sent: Buffer[] = [];
    const client = await createDtlsClient({
      identity,
      key: KEY,
      connectionId,
      send(datagram) {
        sent.push(datagram);
        for (let count = random(4); count > 0; count--) feed(changed([datagram, ...sent], random), port);
        server.receive(datagram, { address: ADDRESS, port });
      },
    });
    toClients.set(port, (datagram) => client.receive(datagram));
    // A handshake that was spoiled on its way ends with the client's last flight unanswered: nobody waits for that.
    await Promise.race([client.connect().catch(() => undefined), new Promise((resolve) => setImmediate(() => setImmediate(resolve)))]);
    for (let count = 0; count < 4; count++) client.send(Buffer.from(`message ${count}`));
    toClients.delete(port);
    client.vanish();
    return sent;
  }

  let corpus: Buffer[] = [];
  for (let round = 0; fed < inputs; round++) {
    const port = FIRST_PORT + 3 * (round % (PORTS / 3));
    corpus = [
      ...(await recorded(port, round % 2 === 0, 'known')),
      ...(await recorded(port + 1, round % 2 === 0, 'late')),
      ...(await recorded(port + 2, true, 'unknown')),
      ...corpus.slice(0, 40),
    ];
    for (let count = 0; count < INPUTS_OF_A_ROUND; count++)
      feed(changed(corpus, random), random(2) === 0 ? port + random(3) : FIRST_PORT + random(PORTS));
    if (fed >= ((memoryBytes.length + 1) * inputs) / 10) memoryBytes.push(server.state().memoryBytes);
  }

  const answers: string[] = [];
  const last = await createDtlsClient({
    identity: 'known',
    key: KEY,
    send: (datagram) => server.receive(datagram, { address: '203.0.113.1', port: 1 }),
    onMessage: (plaintext) => void answers.push(plaintext.toString()),
  });
  toClients.set(1, (datagram) => last.receive(datagram));
  await last.connect();
  last.send(Buffer.from('still there?'));
  const state = server.state();
  server.close();
  return { inputs: fed, counts, errors, memoryBytes, state, stillServes: answers.includes('still there?') };
}

/** One of them: with octets changed, cut off, doubled, or put together from two. */
function changed(corpus: readonly Buffer[], random: (below: number) => number): Buffer {
  const one = Buffer.from(corpus[random(corpus.length)] ?? []);
  for (let count = random(MOST_CHANGES + 1); count > 0 && one.length > 0; count--) {
    // Headers of records and messages are what is parsed most.
    const at = random(2) === 0 ? random(Math.min(40, one.length)) : random(one.length);
    one[at] = random(3) === 0 ? ([0, 1, 0xff, 0x7f, 0x80, 25, 22][random(7)] ?? 0) : random(256);
  }
  const kind = random(8);
  if (kind === 0) return one.subarray(0, random(one.length + 1));
  if (kind === 1) return Buffer.concat([one, one]);
  if (kind === 2) return Buffer.concat([one, corpus[random(corpus.length)] ?? one]);
  return one;
}

/** Numbers below another, the same for the same seed (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
