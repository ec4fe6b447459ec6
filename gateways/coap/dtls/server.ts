import { type Address, keyOfAddress } from './address.js';
import { createDueQueue } from './due-queue.js';
import { createEngine, type Engine, EngineFailed, loadModule, MOST_DATAGRAM_BYTES } from './engine.js';
import type { DropReason, DtlsEvent, EndReason } from './events.js';
import { createHandshakes, type HalfOpen } from './handshakes.js';
import { DEFAULT_LIMITS, type DtlsLimits } from './limits.js';
import { beginsHello, CONNECTION_ID_BYTES, CONTENT, clientHelloOf, type RecordHead, recordAt, wholeRecords } from './records.js';
import { createSessions, type Session } from './sessions.js';
import type { Shared } from './shared.js';

/** A peer that has proven its pre-shared key. It may change its address if it has a connection id (RFC 9146). */
export interface DtlsSession {
  /** Of this server alone, and never given twice. */
  readonly id: number;
  /** PSK identity, UTF-8. */
  readonly identity: string;
  /** What `keyOf` has given for it and its peer has proven: the very object. */
  readonly key: Uint8Array;
  address: string;
  port: number;
  /** One record with at most 2,048 octets. False: the session has ended, or its peer takes only shorter records. */
  send(plaintext: Uint8Array): boolean;
  /** Ends it before it returns; the peer is told. */
  end(): void;
}

export interface DtlsServerOptions {
  /** The key of an identity, 1 to 64 octets; null if nobody has it. When it rejects, the handshake is dropped and may be tried again. */
  keyOf(identity: string): Promise<Uint8Array | null>;
  /** Sends a datagram from the socket that peers talk to. */
  send(datagram: Buffer, port: number, address: string): void;
  onMessage(session: DtlsSession, plaintext: Buffer): void;
  onSession?(session: DtlsSession): void;
  onEnd?(session: DtlsSession, reason: EndReason): void;
  limits?: Partial<DtlsLimits>;
  count?(event: DtlsEvent): void;
  /** What the functions above have thrown, and failures of the engine. Without it they become uncaught exceptions. */
  onError?(error: unknown): void;
}

export interface DtlsServer {
  /** Takes a datagram of any kind and never throws. Sockets of both families may feed one server. */
  receive(datagram: Buffer, from: Address): void;
  readonly sessions: ReadonlyMap<number, DtlsSession>;
  sessionsOf(identity: string): readonly DtlsSession[];
  /** Ends its sessions and handshakes before it returns, also those whose key is being looked up. */
  endIdentity(identity: string): void;
  state(): { sessions: number; halfOpen: number; memoryBytes: number };
  close(): void;
}

/** As many things as are due at once before others get their turn. */
const MOST_AT_ONCE = 256;
const MOST_WAITING = 1024;
/** Timers of Node take no longer time than 24.8 days. */
const LONGEST_TIMER_MS = 3_600_000;

/** A DTLS 1.2 server with pre-shared keys (RFC 6347, RFC 4279, RFC 9146). It has no socket: datagrams come by `receive`, and leave by `send`. */
export async function createDtlsServer(options: DtlsServerOptions): Promise<DtlsServer> {
  const limits: DtlsLimits = { ...DEFAULT_LIMITS, ...options.limits };
  const module = await loadModule();
  const startEngine = (): Engine => createEngine(module, { ...limits, connectionIdBytes: CONNECTION_ID_BYTES });
  const due = createDueQueue<HalfOpen | Session>();
  const byConnectionId = new Map<number, HalfOpen | Session>();
  let engine = startEngine();
  let closed = false;
  /** Datagrams that came while one was worked on, from a `send` that answers at once. */
  const inbox: (() => void)[] = [];
  let inside = false;
  let timer: { at: number; handle: NodeJS.Timeout } | null = null;

  const count = (event: DtlsEvent): void => options.count?.(event);
  const report = (error: unknown): void => {
    if (options.onError !== undefined) options.onError(error);
    else
      queueMicrotask(() => {
        throw error;
      });
  };

  const shared: Shared = {
    get engine() {
      return engine;
    },
    limits,
    byConnectionId,
    due,
    now: () => performance.now(),
    count,
    flush({ port, address }) {
      for (const datagram of engine.takeSent()) shared.safely(() => options.send(datagram, port, address));
    },
    safely(work) {
      try {
        work();
      } catch (error) {
        if (error instanceof EngineFailed) startAnew();
        report(error);
      }
    },
    enter(work) {
      if (closed) return;
      const outermost = !inside;
      inside = true;
      shared.safely(work);
      if (!outermost) return;
      for (let next = inbox.shift(); next !== undefined; next = inbox.shift()) shared.safely(next);
      inside = false;
      arm();
    },
  };

  const sessions = createSessions(shared, options);
  const handshakes = createHandshakes(shared, {
    keyOf: (identity) => options.keyOf(identity),
    replaces: (from) => sessions.at(from) !== undefined,
    sessionCount: () => sessions.byId.size,
    again: take,
    onFinished(finished) {
      const session = sessions.establish(finished);
      sessions.feed(session, null, finished.from);
    },
  });

  /** A trap leaves the instance's memory in no known state: nothing of it is used again. */
  function startAnew(): void {
    count('engine_failed');
    try {
      engine = startEngine();
    } catch (error) {
      report(error);
    }
    handshakes.abandon();
    sessions.abandon('engine_failed');
  }

  /** Gives a datagram to whom it is for, or says why not. */
  function route(datagram: Buffer, from: Address): DropReason | null {
    const record = recordAt(datagram, 0);
    if (record === null) return 'unreadable';
    if (record.connectionId !== null) return routeById(datagram, record.connectionId, from);
    if (beginsHello(datagram, record)) return routeHello(datagram, record, from);
    const half = handshakes.at(from);
    // Before Finished there is no application data, so what has keys and is no handshake is the session's that is there.
    if (half !== undefined && (record.epoch === 0 || record.type === CONTENT.handshake)) return handshakes.feed(half, datagram);
    const session = sessions.at(from);
    if (session === undefined) return 'unknown_address';
    sessions.feed(session, datagram, from);
    return null;
  }

  function routeById(datagram: Buffer, id: number, from: Address): DropReason | null {
    const peer = byConnectionId.get(id);
    if (peer === undefined) return 'unknown_connection_id';
    if (peer.kind === 'half_open')
      return keyOfAddress(peer.from) === keyOfAddress(from) ? handshakes.feed(peer, datagram) : 'handshake_elsewhere';
    sessions.feed(peer, datagram, from);
    return null;
  }

  function routeHello(datagram: Buffer, record: RecordHead, from: Address): DropReason | null {
    const hello = clientHelloOf(datagram, record);
    if (hello === null) return 'hello_refused';
    const half = handshakes.at(from);
    if (hello.hasCookie && half?.mark === hello.mark) return handshakes.feed(half, datagram);
    if (hello.hasCookie && sessions.at(from)?.mark === hello.mark) return 'repeated_hello';
    return handshakes.hello(datagram, hello, from);
  }

  function take(datagram: Buffer, from: Address): void {
    const reason = datagram.length > MOST_DATAGRAM_BYTES ? 'too_large' : route(wholeRecords(datagram), from);
    if (reason !== null) count(`dropped_${reason}`);
  }

  /** One timer, for whatever is due first. */
  function arm(): void {
    const first = closed ? undefined : due.first();
    if (first !== undefined && timer !== null && timer.at <= first.at) return;
    if (timer !== null) clearTimeout(timer.handle);
    timer = null;
    if (first === undefined) return;
    const wait = Math.min(LONGEST_TIMER_MS, Math.max(0, Math.ceil(first.at - shared.now())));
    timer = { at: shared.now() + wait, handle: setTimeout(tick, wait) };
    timer.handle.unref();
  }

  function tick(): void {
    timer = null;
    shared.enter(() => {
      for (let left = MOST_AT_ONCE; left > 0; left--) {
        const first = due.first();
        if (first === undefined || first.at > shared.now()) break;
        const { item } = first;
        shared.safely(() => (item.kind === 'session' ? sessions.expire(item) : handshakes.tick(item)));
      }
    });
  }

  return {
    receive(datagram, from) {
      if (!inside) shared.enter(() => take(datagram, from));
      else if (inbox.length < MOST_WAITING) inbox.push(() => take(datagram, from));
    },
    sessions: sessions.byId,
    sessionsOf: (identity) => sessions.of(identity),
    endIdentity: (identity) =>
      shared.enter(() => {
        handshakes.endIdentity(identity);
        for (const session of sessions.of(identity)) sessions.end(session, 'ended');
      }),
    state: () => ({ sessions: sessions.byId.size, halfOpen: handshakes.size, memoryBytes: engine.memoryBytes }),
    close() {
      if (closed) return;
      shared.safely(() => handshakes.close());
      for (const session of [...sessions.byId.values()]) sessions.end(session, 'server_closed');
      closed = true;
      arm();
    },
  };
}
