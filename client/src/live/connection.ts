import { type Client, createClient, type FormattedExecutionResult } from 'graphql-ws/client';
import type { Keyring } from '../credentials.js';
import type { Observable } from '../observable.js';
import type { Settings } from '../options.js';
import { wait } from '../wait.js';
import { createState, type LiveState } from './state.js';

/** What ends a try: errors that the API sent, or the code the socket was closed with (0 for what is no close). */
export type End = { readonly errors: readonly unknown[] } | { readonly code: number };

export interface Sink {
  next(result: FormattedExecutionResult<Record<string, unknown>, unknown>): void;
  ended(end: End): void;
  completed(): void;
}

/** One socket for all subscriptions; it is there while there are some, and comes back by itself. */
export interface Connection {
  readonly state: Observable<LiveState>;
  /** Variables are read again at each new connection. */
  subscribe(payload: { query: string; operationName?: string; variables: Record<string, unknown> }, sink: Sink): () => void;
  /** After a refusal: whether there may be other credentials, which the next try sends. */
  mayTryOthers(): boolean;
  /** Connects anew, with all that is subscribed to. */
  renew(): void;
  close(): Promise<void>;
}

/** Codes that the API closes with when the credentials are not, or no longer, good. */
export const isRefusal = (code: number): boolean => code === 4401 || code === 4403;

/** A page that leaves one list and opens another keeps its socket. A program of Node ends when it has nothing more to do. */
const LINGER_MS = typeof window === 'undefined' ? 0 : 1_000;

export function createConnection(settings: Settings, keyring: Keyring): Connection {
  const state = createState(settings.staleAfterMs);
  let sent: string | null = null;
  let lines = 0;
  let refusals = 0;
  let others = false;
  let silence: ReturnType<typeof setTimeout> | undefined;
  const subscriptions = new Set<() => void>();
  const closing = new AbortController();
  /** A line may die without a word, also while it is being opened. */
  const limitSilence = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => client?.terminate(), settings.heartbeatMs);
  };

  // Made with the first subscription: a program that only queries needs no WebSocket.
  let client: Client | undefined;
  const open = (): Client =>
    createClient({
      url: `${settings.url.replace(/^http/, 'ws')}/graphql`,
      webSocketImpl: settings.WebSocket,
      async connectionParams() {
        const line = lines;
        try {
          sent = await keyring.authorization();
        } catch {
          // Without its close: graphql-ws would take that, which comes late, for the end of the line that it opens next.
          if (line === lines) client?.terminate();
          return {};
        }
        return sent === null ? {} : { authorization: sent };
      },
      lazyCloseTimeout: LINGER_MS,
      retryAttempts: Number.POSITIVE_INFINITY,
      retryWait: (tries) => wait(settings.backoff(tries), closing.signal),
      shouldRetry: (closed) => !isRefusal(codeOf(closed)),
      keepAlive: settings.heartbeatMs,
      on: {
        connecting() {
          lines += 1;
          limitSilence();
          state.connecting();
        },
        opened: limitSilence,
        connected() {
          clearTimeout(silence);
          refusals = 0;
          state.connected();
        },
        message: () => state.heard(),
        ping(received) {
          if (!received) limitSilence();
        },
        pong: () => clearTimeout(silence),
        closed(event) {
          clearTimeout(silence);
          if (isRefusal(codeOf(event))) {
            // A token is replaced once: the one that comes in its place may be as bad.
            others = keyring.refused(sent) && refusals === 0;
            refusals += 1;
            if (!others) return state.signedOut();
          }
          if (subscriptions.size > 0) state.lost();
          else state.idle();
        },
      },
    });

  return {
    state,
    subscribe(payload, sink) {
      if (closing.signal.aborted) return () => undefined;
      client ??= open();
      const over = (then: () => void) => (): void => {
        if (subscriptions.delete(stop)) then();
      };
      const stop = over(() => letGo());
      subscriptions.add(stop);
      const letGo = client.subscribe<Record<string, unknown>>(payload, {
        next(result) {
          if (subscriptions.has(stop)) sink.next(result);
        },
        error: (thrown) => over(() => sink.ended(endOf(thrown)))(),
        complete: over(() => sink.completed()),
      });
      return stop;
    },
    mayTryOthers: () => others,
    renew: () => client?.terminate(),
    async close() {
      closing.abort();
      clearTimeout(silence);
      // Nobody is told, and graphql-ws ends them with the socket.
      subscriptions.clear();
      const disposed = client?.dispose();
      // graphql-ws waits for a line that is being opened, however long that takes.
      if (state.get().status !== 'live') client?.terminate();
      await Promise.resolve(disposed).catch(() => undefined);
      state.idle();
    },
  };
}

function endOf(thrown: unknown): End {
  if (Array.isArray(thrown)) return { errors: thrown };
  return { code: codeOf(thrown) };
}

/** 0 for what is no close event. */
function codeOf(thrown: unknown): number {
  const code = (thrown as { code?: unknown } | null)?.code;
  return typeof code === 'number' ? code : 0;
}
