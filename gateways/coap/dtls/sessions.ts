import { type Address, keyOfAddress } from './address.js';
import { MOST_PLAINTEXT_BYTES } from './engine.js';
import type { EndReason } from './events.js';
import type { DtlsSession } from './server.js';
import type { Finished, Shared } from './shared.js';

/** A session as the server keeps it. */
export interface Session extends DtlsSession, Finished {
  kind: 'session';
  takesConnectionId: boolean;
  lastHeard: number;
  ended: boolean;
}

export interface SessionEvents {
  onMessage(session: DtlsSession, plaintext: Buffer): void;
  onSession?(session: DtlsSession): void;
  onEnd?(session: DtlsSession, reason: EndReason): void;
}

export interface Sessions {
  readonly byId: ReadonlyMap<number, Session>;
  at(from: Address): Session | undefined;
  of(identity: string): readonly Session[];
  establish(finished: Finished): Session;
  /** A datagram, or null for what is left of the last one. */
  feed(session: Session, datagram: Buffer | null, from: Address): void;
  end(session: Session, reason: EndReason): void;
  /** Ends it if it has been silent for too long; otherwise says when to look again. */
  expire(session: Session): void;
  /** The engine is gone, with what it knew. */
  abandon(reason: EndReason): void;
}

const TELLS_PEER: readonly EndReason[] = ['ended', 'idle', 'replaced', 'identity_limit', 'server_closed'];

export function createSessions(shared: Shared, events: SessionEvents): Sessions {
  const byId = new Map<number, Session>();
  const byAddress = new Map<string, Session>();
  const byIdentity = new Map<string, Session[]>();
  let lastId = 0;

  const idleAt = ({ lastHeard }: Session): number => lastHeard + shared.limits.idleSeconds * 1000;

  /** Takes it out of all that leads to it. */
  function forget(session: Session): void {
    session.ended = true;
    byId.delete(session.id);
    const key = keyOfAddress(session);
    if (byAddress.get(key) === session) byAddress.delete(key);
    const others = byIdentity.get(session.identity)?.filter((one) => one !== session) ?? [];
    if (others.length > 0) byIdentity.set(session.identity, others);
    else byIdentity.delete(session.identity);
    if (shared.byConnectionId.get(session.connectionId) === session) shared.byConnectionId.delete(session.connectionId);
    shared.due.delete(session);
  }

  function end(session: Session, reason: EndReason): void {
    if (session.ended) return;
    forget(session);
    shared.count(`session_${reason}`);
    shared.safely(() => {
      shared.engine.close(session.context, TELLS_PEER.includes(reason));
      shared.flush(session);
    });
    shared.safely(() => events.onEnd?.(session, reason));
  }

  /** A session with connection ids needs no address to be found by, so it takes nobody else's. */
  function move(session: Session, to: Address): void {
    const old = keyOfAddress(session);
    if (byAddress.get(old) === session) byAddress.delete(old);
    session.address = to.address;
    session.port = to.port;
    if (!byAddress.has(keyOfAddress(session))) byAddress.set(keyOfAddress(session), session);
    shared.count('address_changed');
  }

  /** RFC 6347, section 4.2.8. A session that connection ids lead to stays, unless this is its own client again. */
  const isReplacedBy = (old: Session, identity: string): boolean => !old.takesConnectionId || old.identity === identity;

  function send(session: Session, plaintext: Uint8Array): boolean {
    if (plaintext.length > MOST_PLAINTEXT_BYTES) throw new RangeError(`A DTLS record carries at most ${MOST_PLAINTEXT_BYTES} octets.`);
    if (session.ended) return false;
    let written = false;
    shared.safely(() => {
      written = shared.engine.write(session.context, plaintext);
      if (!written) shared.count('send_refused');
      shared.flush(session);
    });
    return written;
  }

  function endOldest(identity: string): void {
    const ofIdentity = byIdentity.get(identity) ?? [];
    for (const oldest of ofIdentity.slice(0, Math.max(0, ofIdentity.length - shared.limits.sessionsPerIdentity)))
      end(oldest, 'identity_limit');
  }

  function establish(finished: Finished): Session {
    const { from, identity } = finished;
    const there = byAddress.get(keyOfAddress(from));
    const session: Session = {
      ...finished,
      kind: 'session',
      id: ++lastId,
      address: from.address,
      port: from.port,
      takesConnectionId: shared.engine.takesConnectionId(finished.context),
      lastHeard: shared.now(),
      ended: false,
      send: (plaintext) => send(session, plaintext),
      end: () => shared.safely(() => end(session, 'ended')),
    };
    byId.set(session.id, session);
    byAddress.set(keyOfAddress(from), session);
    if (session.takesConnectionId) shared.byConnectionId.set(session.connectionId, session);
    byIdentity.set(identity, [...(byIdentity.get(identity) ?? []), session]);
    shared.due.set(session, idleAt(session));
    if (there !== undefined && isReplacedBy(there, identity)) end(there, 'replaced');
    endOldest(identity);
    if (!session.ended) shared.safely(() => events.onSession?.(session));
    return session;
  }

  function feed(session: Session, datagram: Buffer | null, from: Address): void {
    let input = datagram;
    const moved = from.address !== session.address || from.port !== session.port;
    let counted = false;
    while (!session.ended) {
      const { engine } = shared;
      const reading = engine.read(session.context, input);
      input = null;
      const newer = engine.readNewer(session.context);
      if (newer || Buffer.isBuffer(reading)) session.lastHeard = shared.now();
      if (moved && newer && keyOfAddress(session) !== keyOfAddress(from)) move(session, from);
      else if (moved && !newer && !counted) {
        counted = true;
        shared.count('address_kept');
      }
      shared.flush(session);
      if (reading === 'nothing') return;
      if (reading === 'closed') end(session, 'closed_by_peer');
      else if (reading === 'failed') end(session, 'failed');
      else shared.safely(() => events.onMessage(session, reading));
    }
  }

  return {
    byId,
    at: (from) => byAddress.get(keyOfAddress(from)),
    of: (identity) => byIdentity.get(identity) ?? [],
    establish,
    feed,
    end,
    expire(session) {
      if (idleAt(session) <= shared.now()) end(session, 'idle');
      else shared.due.set(session, idleAt(session));
    },
    abandon(reason) {
      for (const session of [...byId.values()]) {
        forget(session);
        shared.count(`session_${reason}`);
        shared.safely(() => events.onEnd?.(session, reason));
      }
    },
  };
}
