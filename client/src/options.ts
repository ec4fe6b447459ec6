/** A token of an identity provider. `refused` says that the last one was not taken: give another one. */
export type TokenProvider = (why: 'needed' | 'refused') => string | Promise<string>;

/** The cookie of a page that has signed in, a key, or tokens that are fetched as they are needed. */
export type Credentials = 'browser session' | { readonly apiKey: string } | { readonly token: TokenProvider };

export interface UpdraftClientOptions {
  /** Where the API is: `https://updraft.example.com`. */
  readonly url: string | URL;
  readonly credentials: Credentials;
  readonly fetch?: typeof fetch;
  /** Needed in Node before 22: the one of the package `ws`. */
  readonly WebSocket?: unknown;
  /** Milliseconds before try number `tries`, from 0, of what failed for a passing reason; otherwise half a second, doubled up to ten, with jitter. */
  readonly backoff?: (tries: number) => number;
  /** How often a request that is safe to repeat is sent, all in all. 5 by default. */
  readonly tries?: number;
  /** Each try of a request is given up after this time. 60 s by default. */
  readonly answerMs?: number;
  /** A line that is away for longer makes what was shown stale. 10 s by default. */
  readonly staleAfterMs?: number;
  /** How often the line is asked whether it is still there. 10 s by default. */
  readonly heartbeatMs?: number;
  /** Events that wait for a slow reader; more are fetched again when it has caught up. 1,000 by default. */
  readonly queuedEvents?: number;
}

export interface Settings extends Required<Omit<UpdraftClientOptions, 'url' | 'WebSocket'>> {
  /** Without a slash at the end. */
  readonly url: string;
  readonly WebSocket: unknown;
}

const jittered = (tries: number): number => Math.min(500 * 2 ** tries, 10_000) * (0.5 + Math.random());

export function settingsOf(options: UpdraftClientOptions): Settings {
  const { href, protocol } = new URL(options.url);
  if (!/^https?:$/.test(protocol)) throw new TypeError(`The address of the API begins with http: or https:, not ${protocol}`);
  return {
    url: href.replace(/\/+$/, ''),
    credentials: options.credentials,
    // Called as a function of the global object: browsers refuse any other receiver.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    WebSocket: options.WebSocket,
    backoff: options.backoff ?? jittered,
    tries: options.tries ?? 5,
    answerMs: options.answerMs ?? 60_000,
    staleAfterMs: options.staleAfterMs ?? 10_000,
    heartbeatMs: options.heartbeatMs ?? 10_000,
    queuedEvents: options.queuedEvents ?? 1_000,
  };
}
