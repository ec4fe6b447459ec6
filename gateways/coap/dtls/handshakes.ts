import { randomBytes } from 'node:crypto';
import { type Address, keyOfAddress, networkOf } from './address.js';
import { type Context, type Credentials, isUsableKey } from './engine.js';
import type { DropReason, DtlsEvent } from './events.js';
import { createIdentityReader, type IdentityReader } from './identity-reader.js';
import { type ClientHello, CONNECTION_ID_BYTES } from './records.js';
import type { Finished, Shared } from './shared.js';

/** A handshake whose client has proven that it is at its address. */
export interface HalfOpen {
  kind: 'half_open';
  context: Context;
  from: Address;
  network: string;
  connectionId: number;
  /** Of the ClientHello. */
  mark: number;
  /** By the clock; the handshake ends then, finished or not. */
  until: number;
  reader: IdentityReader;
  /** As the client has named it; nothing is proven. */
  identity: Buffer | null;
  credentials: Credentials | null;
  /** Datagrams that wait for the key; null: nothing is being looked up. */
  held: Buffer[] | null;
  ended: boolean;
}

export interface HandshakeEvents {
  keyOf(identity: string): Promise<Uint8Array | null>;
  /** There is a session at this address, which a new one would replace. */
  replaces(from: Address): boolean;
  sessionCount(): number;
  onFinished(finished: Finished): void;
  /** Datagrams that have waited come again. */
  again(datagram: Buffer, from: Address): void;
}

export interface Handshakes {
  readonly size: number;
  at(from: Address): HalfOpen | undefined;
  /** Why it was dropped, or null. */
  hello(datagram: Buffer, hello: ClientHello, from: Address): DropReason | null;
  feed(half: HalfOpen, datagram: Buffer): DropReason | null;
  /** It is due: a flight goes out again, or its time is over. */
  tick(half: HalfOpen): void;
  endIdentity(identity: string): void;
  /** The engine is gone, with what it knew. */
  abandon(): void;
  close(): void;
}

export function createHandshakes(shared: Shared, events: HandshakeEvents): Handshakes {
  const { limits } = shared;
  const byAddress = new Map<string, HalfOpen>();
  const ofNetwork = new Map<string, number>();

  function forget(half: HalfOpen): void {
    half.ended = true;
    byAddress.delete(keyOfAddress(half.from));
    const others = (ofNetwork.get(half.network) ?? 1) - 1;
    if (others > 0) ofNetwork.set(half.network, others);
    else ofNetwork.delete(half.network);
    if (shared.byConnectionId.get(half.connectionId) === half) shared.byConnectionId.delete(half.connectionId);
    shared.due.delete(half);
  }

  function end(half: HalfOpen, event: DtlsEvent): void {
    if (half.ended) return;
    forget(half);
    shared.count(event);
    shared.engine.close(half.context, false);
  }

  /** What stands against one more handshake with this address. */
  function refusal(from: Address): DropReason | null {
    const there = byAddress.has(keyOfAddress(from));
    if (!there && (ofNetwork.get(networkOf(from.address)) ?? 0) >= limits.halfOpenPerAddress) return 'half_open_address_limit';
    if (!there && !events.replaces(from) && events.sessionCount() + byAddress.size >= limits.sessions) return 'session_limit';
    return null;
  }

  function freshConnectionId(): { id: number; bytes: Buffer } {
    for (;;) {
      const bytes = randomBytes(CONNECTION_ID_BYTES);
      const id = bytes.readUIntBE(0, CONNECTION_ID_BYTES);
      if (!shared.byConnectionId.has(id)) return { id, bytes };
    }
  }

  /** In a context that is kept only if the ClientHello has a cookie of this address. */
  function hello(datagram: Buffer, { mark, hasCookie }: ClientHello, from: Address): DropReason | null {
    const refused = hasCookie ? refusal(from) : null;
    if (refused !== null) return refused;
    const { engine } = shared;
    const connectionId = freshConnectionId();
    const context = engine.openServer(Buffer.from(keyOfAddress(from)), connectionId.bytes);
    if (context === null) return 'memory_limit';
    const result = engine.handshake(context, datagram);
    if (result !== 'in_progress') {
      engine.close(context, false);
      shared.flush(from);
      if (result !== 'cookie_sent') return 'hello_refused';
      shared.count('cookie_sent');
      return null;
    }
    const before = byAddress.get(keyOfAddress(from));
    if (before === undefined && byAddress.size >= limits.halfOpen && !makeRoom(networkOf(from.address))) {
      engine.close(context, false);
      engine.takeSent();
      return 'half_open_limit';
    }
    if (before !== undefined) end(before, 'handshake_replaced');
    begin(context, connectionId.id, mark, from);
    shared.flush(from);
    return null;
  }

  /** Ends the oldest handshake of the address that has most, if that has more than this one would have. */
  function makeRoom(network: string): boolean {
    let most = (ofNetwork.get(network) ?? 0) + 1;
    let crowded: string | null = null;
    for (const [other, count] of ofNetwork) if (count > most) [crowded, most] = [other, count];
    if (crowded === null) return false;
    for (const half of byAddress.values()) {
      if (half.network !== crowded) continue;
      end(half, 'handshake_displaced');
      return true;
    }
    return false;
  }

  function begin(context: Context, connectionId: number, mark: number, from: Address): void {
    const network = networkOf(from.address);
    const half: HalfOpen = {
      kind: 'half_open',
      context,
      from,
      network,
      connectionId,
      mark,
      until: shared.now() + limits.handshakeSeconds * 1000,
      reader: createIdentityReader(),
      identity: null,
      credentials: null,
      held: null,
      ended: false,
    };
    byAddress.set(keyOfAddress(from), half);
    ofNetwork.set(network, (ofNetwork.get(network) ?? 0) + 1);
    shared.byConnectionId.set(connectionId, half);
    shared.count('handshake_started');
    schedule(half);
  }

  const schedule = (half: HalfOpen): void =>
    shared.due.set(half, Math.min(half.until, shared.engine.due(half.context) ?? Number.POSITIVE_INFINITY));

  function feed(half: HalfOpen, datagram: Buffer): DropReason | null {
    if (half.held !== null) {
      if (half.held.length >= limits.heldDatagrams) return 'held_limit';
      half.held.push(datagram);
      return null;
    }
    const identity = half.identity === null ? half.reader.add(datagram) : null;
    if (identity === null) {
      step(half, datagram);
    } else {
      half.held = [datagram];
      half.identity = Buffer.from(identity);
      void lookUp(half, half.identity);
    }
    return null;
  }

  /** An identity that nobody has goes the same way as one with a wrong key: Mbed TLS gets a key that nobody has. */
  async function lookUp(half: HalfOpen, identity: Buffer): Promise<void> {
    try {
      const key = await events.keyOf(textOf(identity));
      shared.enter(() => {
        if (!half.ended) goOn(half, { identity, key: key !== null && isUsableKey(key) && isText(identity) ? key : null });
      });
    } catch (error) {
      shared.enter(() => {
        end(half, 'key_lookup_failed');
        throw error;
      });
    }
  }

  function goOn(half: HalfOpen, credentials: Credentials): void {
    if (credentials.key === null) shared.count('identity_unknown');
    half.credentials = credentials;
    const [first, ...others] = half.held ?? [];
    half.held = null;
    if (first !== undefined) step(half, first);
    for (const datagram of others) events.again(datagram, half.from);
  }

  function step(half: HalfOpen, datagram: Buffer | null): void {
    const result = shared.engine.handshake(half.context, datagram, half.credentials ?? undefined);
    shared.flush(half.from);
    if (half.ended) return;
    if (result === 'done') finish(half);
    else if (result === 'timeout') end(half, 'handshake_timeout');
    else if (result === 'failed') end(half, 'handshake_failed');
    else schedule(half);
  }

  function finish(half: HalfOpen): void {
    const { context, from, mark, connectionId, credentials } = half;
    const { identity, key } = credentials ?? NOTHING;
    forget(half);
    shared.count('handshake_completed');
    events.onFinished({ context, from, mark, connectionId, identity: textOf(identity), key: key ?? NOTHING.key });
  }

  return {
    get size() {
      return byAddress.size;
    },
    at: (from) => byAddress.get(keyOfAddress(from)),
    hello,
    feed,
    tick(half) {
      if (half.until <= shared.now()) end(half, 'handshake_timeout');
      else step(half, null);
    },
    endIdentity(identity) {
      const wanted = Buffer.from(identity);
      for (const half of [...byAddress.values()]) if (half.identity?.equals(wanted)) end(half, 'handshake_ended');
    },
    abandon() {
      for (const half of [...byAddress.values()]) forget(half);
    },
    close() {
      for (const half of [...byAddress.values()]) end(half, 'handshake_ended');
    },
  };
}

const NOTHING = { identity: Buffer.alloc(0), key: Buffer.alloc(0) };
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');
/** Octets that are no UTF-8 become other text, which may be somebody's. */
const isText = (bytes: Buffer): boolean => Buffer.from(textOf(bytes)).equals(bytes);
