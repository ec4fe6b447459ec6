import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Counter, type Registry } from 'prom-client';
import { createSampledLog, type Lines } from '../../core/sampled-log';
import { createStrangers, networkOf } from '../../core/strangers';
import { tcpOf } from '../../core/tcp-of';
import { API_LIMITS } from '../limits';

/** Why a connection was closed that may have had more to say. */
const REASONS = ['gave_way', 'late', 'too_many', 'too_many_of_owner'] as const;
type Reason = (typeof REASONS)[number];

/** Node's own time-out for headers comes first, with an answer. */
const LATER_MS = 2_000;

interface Connection {
  socket: Socket;
  /** Since its last request, or its beginning. */
  since: number;
  request: IncomingMessage | null;
  /** Who has shown a key or a token with the request, and so holds it. */
  owner: string | null;
  /** Requests that are not answered yet. */
  busy: number;
  check(): void;
  prove(owner: string, most: number, stays: boolean): boolean;
  begin(req: IncomingMessage, res: ServerResponse): void;
}

const connections = new WeakMap<Socket, Connection>();

const connectionOf = (socket: Socket): Connection | undefined => connections.get(tcpOf(socket));

/** What its request has shown is being looked at: it gives way to nobody meanwhile. */
export const checked = (socket: Socket): void => connectionOf(socket)?.check();

/**
 * Who is on the other end has shown a key or a token that is right; `stays` where the connection is that one's from now on. False: `owner` has
 * as many connections busy as it may have. More than that may not be open either: the one that has been idle longest is closed.
 */
export const proven = (socket: Socket, owner: string, most: number, stays = false): boolean =>
  connectionOf(socket)?.prove(owner, most, stays) ?? true;

/** A request has come over it, and is answered by `res`. */
export const requested = (req: IncomingMessage, res: ServerResponse): void => connectionOf(req.socket)?.begin(req, res);

interface Deps {
  /** Connections in all. */
  most: number;
  registry: Registry;
  log: Lines;
  limits?: Record<'strangers' | 'firstRequestMs' | 'strangerAnswerMs' | 'lateCheckMs', number>;
}

/**
 * R-SAFE-3: who holds the connections. With each request a connection is a stranger's until a key or a token was shown. Strangers have few
 * seconds to send a request and a minute to take its answer; they are so many, and the oldest of the address that has most of them gives way.
 * Where there are as many connections as may be, the one that has been idle longest does.
 */
export function watchConnections(server: Server, { most, registry, log, limits = API_LIMITS }: Deps): void {
  const counter = new Counter({
    ...{ name: 'updraft_http_closed_total', registers: [registry], labelNames: ['reason'] },
    help: 'Connections over HTTP that were closed to make room, or for being late, by reason',
  });
  for (const reason of REASONS) counter.labels(reason);
  const lines = createSampledLog(log);
  const sampled = (reason: Reason, details: object): void =>
    lines.warn(reason, { reason, ...details }, 'Connections over HTTP are closed: there are too many, or they say nothing');
  const strangers = createStrangers<Connection>(limits.strangers);
  const owners = new Map<string, Set<Connection>>();
  /** In the order in which they have become so. */
  const idle = new Set<Connection>();
  let open = 0;

  function close({ socket }: Connection, reason: Reason): void {
    counter.inc({ reason });
    sampled(reason, { remoteAddress: socket.remoteAddress });
    socket.destroy();
  }

  function disown(connection: Connection): void {
    const own = connection.owner === null ? undefined : owners.get(connection.owner);
    own?.delete(connection);
    if (own?.size === 0) owners.delete(connection.owner ?? '');
    connection.owner = null;
  }

  function estrange(connection: Connection): void {
    disown(connection);
    strangers.delete(connection);
    const leaves = strangers.add(connection, networkOf(connection.socket.remoteAddress));
    if (leaves) close(leaves, 'gave_way');
  }

  /** Whether it may be one more of its owner's. */
  function own(connection: Connection, owner: string, most: number): boolean {
    strangers.delete(connection);
    if (connection.owner === owner) return true;
    disown(connection);
    const those = owners.get(owner) ?? new Set();
    if (those.size >= most) {
      const oldest = [...those].find(({ busy }) => busy === 0);
      if (!oldest) {
        counter.inc({ reason: 'too_many_of_owner' });
        sampled('too_many_of_owner', { remoteAddress: connection.socket.remoteAddress });
        return false;
      }
      those.delete(oldest);
      close(oldest, 'too_many_of_owner');
    }
    owners.set(owner, those.add(connection));
    connection.owner = owner;
    return true;
  }

  /** It answers no requests any more, and is never idle. */
  function stay(connection: Connection): void {
    connection.busy += 1;
    idle.delete(connection);
  }

  function begin(connection: Connection, req: IncomingMessage, res: ServerResponse): void {
    Object.assign(connection, { since: performance.now(), request: req });
    connection.busy += 1;
    idle.delete(connection);
    estrange(connection);
    res.once('close', () => {
      connection.busy -= 1;
      if (connection.socket.destroyed) return;
      if (connection.owner === null) estrange(connection);
      if (connection.busy === 0) idle.add(connection);
    });
  }

  /** Before whatever else listens: TLS and HTTP find it known. */
  server.prependListener('connection', (socket: Socket) => {
    const connection: Connection = {
      ...{ socket, since: performance.now(), request: null, owner: null, busy: 0 },
      check: () => strangers.delete(connection),
      prove(owner, most, stays) {
        const isOne = own(connection, owner, most);
        if (isOne && stays) stay(connection);
        return isOne;
      },
      begin: (req, res) => begin(connection, req, res),
    };
    connections.set(socket, connection);
    open += 1;
    socket.once('close', () => {
      open -= 1;
      idle.delete(connection);
      strangers.delete(connection);
      disown(connection);
    });
    if (open > most) {
      const [longest] = idle;
      if (longest) close(longest, 'too_many');
    }
    estrange(connection);
  });
  server.prependListener('request', requested);
  server.on('drop', () => {
    counter.inc({ reason: 'too_many' });
    sampled('too_many', {});
  });

  const sweep = setInterval(() => {
    const now = performance.now();
    for (const stranger of strangers.values()) {
      const timeout = stranger.busy > 0 && stranger.request?.complete ? limits.strangerAnswerMs : limits.firstRequestMs + LATER_MS;
      if (now - stranger.since > timeout) close(stranger, 'late');
    }
  }, limits.lateCheckMs).unref();
  server.once('close', () => clearInterval(sweep));
}
