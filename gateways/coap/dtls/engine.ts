import { randomFillSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Octets of plaintext that a record carries at most. */
export const MOST_PLAINTEXT_BYTES = 2048;
/** Of a datagram that is looked at: a full record with its header, connection id and tag, and then some. */
export const MOST_DATAGRAM_BYTES = 2560;
const PAGE_BYTES = 65_536;
const FIRST_PAGES = 16;
const EXCHANGE_BYTES = 4096;
/** A key that nobody has is as long as most keys. */
const UNKNOWN_KEY_BYTES = 32;
const MOST_KEY_BYTES = 64;

const STATUS = { done: 0, inProgress: 1, noClientHello: 2 } as const;
/** Codes of Mbed TLS's `ssl.h`. */
const CODE = { wantRead: -0x6900, helloVerifyRequired: -0x6a80, closeNotify: -0x7880, timeout: -0x6800 } as const;

/** One handshake, and the session that comes of it, in the module: an address of its memory. */
export type Context = number;

/** The key of an identity; without one Mbed TLS gets a key that nobody has. */
export interface Credentials {
  identity: Uint8Array;
  /** 1 to 64 octets. */
  key: Uint8Array | null;
}

export type HandshakeStep = 'done' | 'in_progress' | 'no_client_hello' | 'cookie_sent' | 'timeout' | 'failed';
export type Reading = Buffer | 'nothing' | 'closed' | 'failed';

/**
 * Mbed TLS in a WebAssembly instance. Calls are synchronous and don't run inside each other: what is to be sent waits in `takeSent`.
 * When the module fails (a trap), the call throws EngineFailed, and the whole instance is of no more use.
 */
export interface Engine {
  readonly memoryBytes: number;
  /** Null: no memory. The context proves addresses by `transportId` and takes records with `connectionId`. */
  openServer(transportId: Uint8Array, connectionId: Uint8Array): Context | null;
  /** `suite`: the only one to offer. `connectionId`: that of records to the client; without one it offers none. */
  openClient(client: Credentials & { key: Uint8Array }, connectionId: Uint8Array | null, suite?: number): Context | null;
  /** Goes on by a datagram, or by the clock. */
  handshake(context: Context, datagram: Uint8Array | null, credentials?: Credentials): HandshakeStep;
  /** The first record of a datagram, or the next one of the same datagram. */
  read(context: Context, datagram: Uint8Array | null): Reading;
  /** Whether the last datagram that was read had a record newer than all before. */
  readNewer(context: Context): boolean;
  /** False: the peer takes only shorter records. */
  write(context: Context, plaintext: Uint8Array): boolean;
  /** When `handshake` is to be called by the clock, or null. */
  due(context: Context): number | null;
  /** Whether records to this side have its connection id. */
  takesConnectionId(context: Context): boolean;
  /** Whether records of this side have one. */
  sendsConnectionId(context: Context): boolean;
  /** IANA's number of the cipher suite. */
  suite(context: Context): number;
  close(context: Context, notify: boolean): void;
  /** The datagrams that calls since the last time have made, for the peer of their context. */
  takeSent(): Buffer[];
}

export class EngineFailed extends Error {
  constructor(cause: unknown) {
    super('The WebAssembly instance of the DTLS engine failed.', { cause });
    this.name = 'EngineFailed';
  }
}

interface Exports {
  _initialize(): void;
  exchange(): number;
  plaintext(): number;
  setup(connectionIdLength: number, firstMs: number, lastMs: number): number;
  open_server(): Context;
  open_client(identityLength: number, keyLength: number, suite: number): Context;
  identify(context: Context, transportIdLength: number, withConnectionId: number): number;
  handshake(context: Context, length: number): number;
  read(context: Context, length: number): number;
  newer(context: Context): number;
  write(context: Context, length: number): number;
  due(context: Context): number;
  cids(context: Context): number;
  suite(context: Context): number;
  close(context: Context, notify: number): void;
}

export interface EngineOptions {
  memoryBytes: number;
  connectionIdBytes: number;
  firstRetransmitMs: number;
  lastRetransmitMs: number;
}

/** Compiled once, for all engines of a process. */
export const loadModule = async (): Promise<WebAssembly.Module> =>
  WebAssembly.compile(new Uint8Array(await readFile(join(__dirname, 'wasm', 'dtls.wasm'))));

export function createEngine(module: WebAssembly.Module, options: EngineOptions): Engine {
  const maximum = Math.max(FIRST_PAGES, Math.floor(options.memoryBytes / PAGE_BYTES));
  const memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum });
  let view = Buffer.from(memory.buffer);
  let sent: Buffer[] = [];
  let credentials: Credentials | undefined;

  /** Memory that has grown is another buffer, and views on the old one are empty. */
  const bytes = (): Buffer => {
    if (view.buffer !== memory.buffer) view = Buffer.from(memory.buffer);
    return view;
  };
  const at = (start: number, length: number): Buffer => bytes().subarray(start, start + length);

  const host = {
    now: () => performance.now(),
    random: (start: number, length: number) => void randomFillSync(at(start, length)),
    send: (start: number, length: number) => void sent.push(Buffer.from(at(start, length))),
    psk(start: number, length: number, out: number, most: number) {
      const known = credentials?.key && at(start, length).equals(credentials.identity) ? credentials.key : null;
      const place = at(out, Math.min(most, known?.length ?? UNKNOWN_KEY_BYTES));
      if (known === null) randomFillSync(place);
      else place.set(known);
      return place.length;
    },
  };
  const instance = new WebAssembly.Instance(module, { env: { memory }, host });
  const exports = instance.exports as unknown as Exports;

  function guarded<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw new EngineFailed(error);
    }
  }

  const [exchange, plaintext] = guarded(() => {
    exports._initialize();
    if (exports.setup(options.connectionIdBytes, options.firstRetransmitMs, options.lastRetransmitMs) !== 0) throw new Error('setup');
    return [exports.exchange(), exports.plaintext()] as const;
  });

  /** Puts something where the module looks for it. */
  function put(...parts: Uint8Array[]): number {
    let end = 0;
    for (const part of parts) {
      if (end + part.length > EXCHANGE_BYTES) throw new RangeError(`More than ${EXCHANGE_BYTES} octets for the DTLS engine.`);
      bytes().set(part, exchange + end);
      end += part.length;
    }
    return end;
  }

  function identified(context: Context, transportId: Uint8Array, connectionId: Uint8Array | null): Context | null {
    if (context === 0) return null;
    put(transportId, connectionId ?? new Uint8Array());
    if (exports.identify(context, transportId.length, connectionId === null ? 0 : 1) === 0) return context;
    exports.close(context, 0);
    return null;
  }

  return {
    get memoryBytes() {
      return memory.buffer.byteLength;
    },
    openServer: (transportId, connectionId) => guarded(() => identified(exports.open_server(), transportId, connectionId)),
    openClient: ({ identity, key }, connectionId, suite = 0) =>
      guarded(() => {
        put(identity, key);
        return identified(exports.open_client(identity.length, key.length, suite), new Uint8Array(), connectionId);
      }),
    handshake: (context, datagram, ofPeer) =>
      guarded(() => {
        credentials = ofPeer;
        const code = exports.handshake(context, datagram === null ? 0 : put(datagram));
        credentials = undefined;
        if (code === STATUS.done) return 'done';
        if (code === STATUS.inProgress) return 'in_progress';
        if (code === STATUS.noClientHello) return 'no_client_hello';
        if (code === CODE.helloVerifyRequired) return 'cookie_sent';
        return code === CODE.timeout ? 'timeout' : 'failed';
      }),
    read: (context, datagram) =>
      guarded(() => {
        const code = exports.read(context, datagram === null ? 0 : put(datagram));
        if (code > 0) return Buffer.from(at(plaintext, code));
        if (code === CODE.wantRead || code === 0) return 'nothing';
        return code === CODE.closeNotify ? 'closed' : 'failed';
      }),
    readNewer: (context) => guarded(() => exports.newer(context) === 1),
    write: (context, text) => guarded(() => exports.write(context, put(text)) === text.length),
    due: (context) => guarded(() => dueAt(exports.due(context))),
    takesConnectionId: (context) => guarded(() => (exports.cids(context) & 2) !== 0),
    sendsConnectionId: (context) => guarded(() => (exports.cids(context) & 1) !== 0),
    suite: (context) => guarded(() => exports.suite(context)),
    close: (context, notify) => guarded(() => exports.close(context, notify ? 1 : 0)),
    takeSent() {
      if (sent.length === 0) return NOTHING_SENT;
      const taken = sent;
      sent = [];
      return taken;
    },
  };
}

const NOTHING_SENT: Buffer[] = [];
const dueAt = (at: number): number | null => (at < 0 ? null : at);

/** Whether Mbed TLS takes it as a key. */
export const isUsableKey = (key: Uint8Array): boolean => key.length > 0 && key.length <= MOST_KEY_BYTES;
