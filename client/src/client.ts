import { createKeyring } from './credentials.js';
import { type Document, operationOf } from './documents.js';
import { createTransport } from './http/transport.js';
import { withIdempotencyKey } from './idempotency.js';
import { createConnection } from './live/connection.js';
import { type Followed, followed } from './live/follow.js';
import { createForwarder, type ForwardSubscription } from './live/forward.js';
import type { LiveState } from './live/state.js';
import { endable, events } from './live/subscribe.js';
import type { Observable } from './observable.js';
import { settingsOf, type UpdraftClientOptions } from './options.js';
import { type FetchPage, itemsOf, listOf, type Page } from './pages.js';
import type { Result } from './problems.js';
import { startUpload, type Upload, type UploadFile, type UploadOptions } from './upload/upload.js';

interface CallOptions {
  readonly signal?: AbortSignal;
}

interface MutateOptions extends CallOptions {
  /** For whoever calls once more after an answer that was lost: with the same key and the same input nothing is done twice. */
  readonly idempotencyKey?: string;
}

/** Variables may be left out where a document demands none. */
type Rest<V, O = CallOptions> = Record<never, never> extends V ? [variables?: V, options?: O] : [variables: V, options?: O];

export interface UpdraftClient {
  readonly url: string;
  /** Tries again by itself what fails for a passing reason. */
  query<D, V>(document: Document<D, V>, ...rest: Rest<V>): Promise<Result<D>>;
  /** As `query`; puts in an `idempotencyKey` where the mutation takes one, and keeps it over its tries, so that nothing is done twice. */
  mutate<D, V>(document: Document<D, V>, ...rest: Rest<V, MutateOptions>): Promise<Result<D>>;
  /**
   * The events of a subscription over any cut, each once. The first one is a Resync, which says that the subscription stands: query then.
   * Throws an UpdraftError where trying again changes nothing.
   */
  subscribe<D, V>(document: Document<D, V>, ...rest: Rest<V>): AsyncGenerator<D, void, void>;
  /** `subscribe` with the query that its Resyncs ask for: first all of it, then each event, and all of it again when that is needed. */
  follow<All, D, V>(
    what: { load: () => Promise<Result<All>>; subscription: Document<D, V>; variables?: V },
    options?: CallOptions,
  ): AsyncGenerator<Followed<All, D>, void, void>;
  /** Each item of a list, page by page. The document takes its cursor by `$after`. Throws an UpdraftError. */
  items<D, V, Node>(
    document: Document<D, V>,
    variables: V,
    list: (data: D) => Page<Node> | null,
    options?: CallOptions,
  ): AsyncGenerator<Node, void, void>;
  /** All items of a list at once, such as `follow` loads. */
  list<D, V, Node>(
    document: Document<D, V>,
    variables: V,
    list: (data: D) => Page<Node> | null,
    options?: CallOptions,
  ): Promise<Result<Node[]>>;
  /**
   * Sends a file, over any cut, and answers with its `uploadId` for `createPackage`. Files are those of a browser; in Node a Buffer or a stream of
   * `createReadStream`.
   */
  upload(file: UploadFile, options: UploadOptions): Upload;
  /** Whether what is followed is live. */
  readonly state: Observable<LiveState>;
  /** `fetch` with this client's credentials: for addresses beside `/graphql`, and for the exchanges of other GraphQL clients. */
  readonly fetch: typeof fetch;
  /** For the subscription exchange of urql and its like; it resumes as `subscribe` does. */
  readonly forwardSubscription: ForwardSubscription;
  /** Ends what is under way, and the socket. */
  close(): Promise<void>;
}

export function createUpdraftClient(options: UpdraftClientOptions): UpdraftClient {
  const settings = settingsOf(options);
  const keyring = createKeyring(settings.credentials);
  const closed = new AbortController();
  const transport = createTransport(settings, keyring, closed.signal);
  const connection = createConnection(settings, keyring);
  const untilClosed = (signal?: AbortSignal): AbortSignal => (signal ? AbortSignal.any([signal, closed.signal]) : closed.signal);

  const send = <D, V>(
    document: Document<D, V>,
    given: V | undefined,
    { signal, idempotencyKey }: MutateOptions = {},
  ): Promise<Result<D>> => {
    const operation = operationOf(document as Document);
    if (operation.kind === 'subscription') throw new TypeError('Subscriptions are for `subscribe`.');
    const { variables, repeatable } = withIdempotencyKey(operation, (given ?? {}) as Record<string, unknown>, idempotencyKey);
    return transport.send<D>(operation, variables, { signal, repeatable });
  };

  const subscribe = (document: Document<never, never>, variables: unknown, signal: AbortSignal) =>
    events(connection, settings, operationOf(document), (variables ?? {}) as Record<string, unknown>, signal);

  const pagesOf =
    <D, V, Node>(document: Document<D, V>, variables: V, list: (data: D) => Page<Node> | null, signal?: AbortSignal): FetchPage<Node> =>
    async (after) => {
      const result = await send(document, after === null ? variables : { ...variables, after }, signal && { signal });
      return result.ok ? { ok: true, data: list(result.data) } : { ...result, data: null };
    };

  return {
    url: settings.url,
    query: <D, V>(document: Document<D, V>, ...[variables, options]: Rest<V>) => send(document, variables, options),
    mutate: <D, V>(document: Document<D, V>, ...[variables, options]: Rest<V, MutateOptions>) => send(document, variables, options),
    subscribe: <D, V>(document: Document<D, V>, ...[variables, options]: Rest<V>) =>
      endable(untilClosed(options?.signal), (signal) => subscribe(document as Document<never, never>, variables, signal)) as AsyncGenerator<
        D,
        void,
        void
      >,
    follow<All, D, V>(
      what: { load: () => Promise<Result<All>>; subscription: Document<D, V>; variables?: V },
      { signal }: CallOptions = {},
    ) {
      const document = what.subscription as Document<never, never>;
      return endable(untilClosed(signal), (until) =>
        followed<All, D>(subscribe(document, what.variables, until), what.load, settings, until),
      );
    },
    items: (document, variables, list, { signal } = {}) => itemsOf(pagesOf(document, variables, list, signal)),
    list: (document, variables, list, { signal } = {}) => listOf(pagesOf(document, variables, list, signal)),
    upload: (file, options) => startUpload(file, options, { settings, keyring, closed: closed.signal }),
    state: connection.state,
    fetch: transport.fetch,
    forwardSubscription: createForwarder(connection, settings),
    async close() {
      closed.abort();
      await connection.close();
    },
  };
}
