import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createDtlsServer, type DtlsServer, type DtlsSession } from '../../../gateways/coap/dtls/server';
import { createClientEngine, createDtlsClient, type DtlsClient, SUITES } from '../../support/dtls/client';

const KEY = Buffer.alloc(16, 7);
const ADDRESS = '192.0.2.1';
const FIRST_PORT = 1024;
const LAST_PORT = 65_535;
/** Promises between a datagram and the end of what it causes. */
const MOST_TURNS = 8;
/** Handshakes before those that are measured: code is compiled meanwhile. */
const WARM_UP = 300;
/** Spoofed hellos between two handshakes of a real client. */
const HELLOS_BETWEEN = 200;

/** The server's share alone, in CPU time: clients work in the same process, and are not counted. */
export interface Measured {
  handshakes: number;
  handshakeMicros: number;
  /** A record of 1 KiB taken and one given back. */
  echoes: Record<string, number>;
  wasmBytesPerSession: number;
  heapBytesPerSession: number;
  helloMicros: number;
  /** The longest that a real client's handshake took meanwhile. */
  realClientMs: number;
}

interface Subject {
  server: DtlsServer;
  sessions: DtlsSession[];
  /** Hands in a datagram; only this is timed. */
  receive(datagram: Buffer, port: number): void;
  micros: number;
  /** Delivers what the server has sent, until nothing more comes. */
  deliver(): Promise<void>;
  clients: Map<number, DtlsClient>;
}

function since(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return user + system;
}

async function start(): Promise<Subject> {
  const waiting: { datagram: Buffer; port: number }[] = [];
  const subject: Subject = {
    sessions: [],
    clients: new Map(),
    micros: 0,
    server: await createDtlsServer({
      keyOf: async () => KEY,
      send: (datagram, port) => void waiting.push({ datagram, port }),
      onSession: (session) => void subject.sessions.push(session),
      onMessage: (session, plaintext) => void session.send(plaintext),
      limits: { sessions: 100_000, memoryBytes: 2 ** 31, sessionsPerIdentity: 100_000 },
    }),
    receive(datagram, port) {
      const began = process.cpuUsage();
      subject.server.receive(datagram, { address: ADDRESS, port });
      subject.micros += since(began);
    },
    async deliver() {
      for (;;) {
        // What follows a key that was looked up.
        const began = process.cpuUsage();
        for (let turn = 0; turn < MOST_TURNS; turn++) await null;
        subject.micros += since(began);
        await new Promise((resolve) => setImmediate(resolve));
        const batch = waiting.splice(0);
        if (batch.length === 0) return;
        for (const { datagram, port } of batch) subject.clients.get(port)?.receive(datagram);
      }
    },
  };
  return subject;
}

export async function measureDtls(count: number, signal: AbortSignal): Promise<Measured> {
  const subject = await start();
  const engine = await createClientEngine({ connectionIdBytes: 6 });
  const connect = async (port: number, suite?: number): Promise<DtlsClient> => {
    signal.throwIfAborted();
    const client = await createDtlsClient({
      identity: `device-${port}`,
      key: KEY,
      suite,
      engine,
      send: (datagram) => subject.receive(datagram, port),
    });
    subject.clients.set(port, client);
    const connecting = client.connect();
    await subject.deliver();
    await connecting;
    return client;
  };

  const connectAndVanish = async (port: number): Promise<void> => {
    (await connect(port)).vanish();
    subject.clients.delete(port);
  };
  for (let number = 0; number < WARM_UP; number++) await connectAndVanish(LAST_PORT - number);
  const before = memoryOf(subject);
  subject.micros = 0;
  const established = subject.sessions.length;
  for (let number = 0; number < count; number++) await connectAndVanish(FIRST_PORT + number);
  const after = memoryOf(subject);
  const handshakeMicros = subject.micros / count;
  if (subject.sessions.length !== established + count) throw new Error(`${subject.sessions.length - established} sessions of ${count}`);

  const echoes: Record<string, number> = {};
  for (const [index, [name, suite]] of Object.entries(SUITES).entries()) {
    const client = await connect(FIRST_PORT + count + index, suite);
    subject.micros = 0;
    for (let sent = 0; sent < count; sent++) {
      client.send(Buffer.alloc(1024, sent));
      if (sent % 50 === 49) await subject.deliver();
    }
    await subject.deliver();
    echoes[name] = subject.micros / count;
  }

  const flood = await spoof(subject, count * 10, connect);
  const { server } = subject;
  server.close();
  return {
    handshakes: count,
    handshakeMicros,
    echoes,
    wasmBytesPerSession: (after.wasm - before.wasm) / count,
    heapBytesPerSession: (after.heap - before.heap) / count,
    ...flood,
  };
}

async function spoof(
  subject: Subject,
  count: number,
  connect: (port: number) => Promise<DtlsClient>,
): Promise<{ helloMicros: number; realClientMs: number }> {
  const hellos: Buffer[] = [];
  const liar = await createDtlsClient({ identity: 'nobody', key: KEY, send: (datagram) => void hellos.push(datagram) });
  liar.connect().catch(() => undefined);
  liar.vanish();
  const [hello] = hellos;
  if (hello === undefined) throw new Error('A client without a hello.');
  const { halfOpen } = subject.server.state();
  let micros = 0;
  let realClientMs = 0;
  for (let number = 0; number < count; number++) {
    subject.micros = 0;
    subject.receive(hello, (number % 60_000) + 1);
    micros += subject.micros;
    if (number % HELLOS_BETWEEN !== 0) continue;
    await subject.deliver();
    const began = performance.now();
    const client = await connect(70_000 + number);
    realClientMs = Math.max(realClientMs, performance.now() - began);
    client.vanish();
  }
  if (subject.server.state().halfOpen !== halfOpen) throw new Error('Spoofed hellos have left handshakes behind.');
  return { helloMicros: micros / count, realClientMs };
}

function memoryOf({ server }: Subject): { wasm: number; heap: number } {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return { wasm: server.state().memoryBytes, heap: heapUsed + external - server.state().memoryBytes };
}
