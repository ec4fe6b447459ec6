import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import express, { type Request, type RequestHandler, type Response, Router } from 'express';
import { type DocumentNode, GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql';
import type { Viewer } from '../../core/access/viewer';
import { inCall } from '../../core/call';
import { type ApiContext, type ApiServices, createContext } from '../context';
import type { PresentError } from '../errors/present';
import { API_LIMITS } from '../limits';
import { type ApiSchemas, schemaFor } from '../schema';
import type { Answers } from './answers';
import { callOf } from './call-of';
import type { DocumentCheck } from './document/check';
import { createPace, type Pace } from './pace';
import type { CostOf } from './query-cost';
import { sendInTime } from './send-in-time';
import { viewerOf } from './signed-in';

export interface HttpDeps {
  documents: DocumentCheck;
  costOf: CostOf;
  answers: Answers;
  introspection: boolean;
}

export interface GraphqlHttp {
  router: Router;
  stop(): Promise<void>;
}

/** Of a SHA-256 in hex. */
const HASH = 64;

/** GraphQL over POST and GET; mounted behind `signedIn`. */
export async function createGraphqlHttp(
  schemas: ApiSchemas,
  services: ApiServices,
  presentError: PresentError,
  { documents, costOf, answers, introspection }: HttpDeps,
): Promise<GraphqlHttp> {
  const serverOf = (schema: GraphQLSchema) =>
    new ApolloServer<ApiContext>({
      schema,
      introspection,
      includeStacktraceInErrorResponses: false,
      stopOnTerminationSignals: false,
      allowBatchedHttpRequests: false,
      // Documents are kept by the check; a second cache would be filled by whoever asks.
      persistedQueries: false,
      // Documents pass the check first; what Apollo reads itself has passed it and is forgotten since.
      documentStore: { get: async (key) => documents.known(key.slice(-HASH)), set: async () => undefined, delete: async () => undefined },
      parseOptions: { maxTokens: API_LIMITS.tokens, noLocation: true },
      plugins: [ApolloServerPluginLandingPageDisabled(), bounded(costOf, answers)],
      formatError: (formatted, error) => presentError(error, String(formatted.extensions?.code ?? 'BAD_REQUEST')),
      // Apollo's own log would repeat what `presentError` logs or what the caller did wrong.
      logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    });
  const servers = new Map([schemas.ofAll, schemas.ofApps].map((schema) => [schema, serverOf(schema)]));
  for (const server of servers.values()) await server.start();
  const serverFor = (viewer: Viewer) => servers.get(schemaFor(schemas, viewer)) as ApolloServer<ApiContext>;
  const router = Router();
  router.use(bodyInTime);
  router.use(express.json({ limit: API_LIMITS.bodyBytes }));
  router.use(readFirst(documents, presentError));
  router.use(answering(serverFor, services));
  return {
    router,
    async stop() {
      for (const server of servers.values()) await server.stop();
    },
  };
}

/** A body is small: one that takes a minute is held back. */
const bodyInTime: RequestHandler = (req, res, next) => {
  const late = setTimeout(() => {
    if (!res.headersSent)
      res
        .status(408)
        .set('Connection', 'close')
        .json({ errors: [{ message: LATE, extensions: { code: 'BAD_REQUEST' } }] });
  }, API_LIMITS.bodyMs).unref();
  const arrived = (): void => clearTimeout(late);
  req.once('end', arrived).once('close', arrived);
  next();
};

const LATE = `The request did not arrive within ${API_LIMITS.bodyMs / 1_000} seconds.`;

/** Before Apollo, whose parser and rules follow whatever they are given. */
const readFirst =
  (documents: DocumentCheck, presentError: PresentError): RequestHandler =>
  (req, res, next) => {
    const errors = errorsOf(req, documents);
    if (errors.length === 0) return next();
    const type = req.accepts(['application/json', 'application/graphql-response+json']) || 'application/json';
    res
      .status(400)
      .type(type)
      .json({ errors: errors.map((error) => presentError(error)) });
  };

/** What is missing or of another form Apollo refuses; a stored query was read when it was stored. */
function errorsOf(req: Request, documents: DocumentCheck): readonly GraphQLError[] {
  const found: Record<string, unknown> = req.method === 'GET' ? Object.fromEntries(new URL(req.url, 'http://host').searchParams) : req.body;
  if (typeof found !== 'object' || found === null) return [];
  const { query, variables, extensions, operationName } = found;
  const asked = { source: typeof query === 'string' ? query : '', variables: fromJson(variables), extensions: fromJson(extensions) };
  const opened = asked.source === '' ? documents.checkStored(asked) : documents.check(asked);
  if (!('kind' in opened)) return opened;
  return refusedOperation(opened, typeof operationName === 'string' ? operationName : null);
}

/** All of the document is valid, and none of its operations may be answered here. */
function refusedOperation(document: DocumentNode, operationName: string | null): readonly GraphQLError[] {
  const operation = getOperationAST(document, operationName || null);
  const refused = (code: string, message: string) => [new GraphQLError(message, { extensions: { code } })];
  if (operation?.operation === 'subscription') {
    return refused('BAD_REQUEST', 'Subscriptions are answered over WebSocket (graphql-transport-ws), at the same address.');
  }
  if (operation) return [];
  return refused(
    'OPERATION_RESOLUTION_FAILURE',
    operationName
      ? 'The document has no operation with the name that `operationName` gives.'
      : 'The document has no operation, or several and no `operationName` that says which.',
  );
}

/** As they come in an address. */
function fromJson(value: unknown): unknown {
  try {
    return typeof value === 'string' ? JSON.parse(value) : value;
  } catch {
    return null;
  }
}

/** What a request has taken of the room for all. */
interface Taken {
  /** Whether the client has gone. */
  gone: AbortSignal;
  work: () => void;
  sending: () => void;
}
/** By what is in the context: Apollo hands its plugins a copy of the context itself. */
const taken = new WeakMap<Pace, Taken>();
const nothing = (): void => undefined;

const answering =
  (serverFor: (viewer: Viewer) => ApolloServer<ApiContext>, services: ApiServices): RequestHandler =>
  async (req, res) => {
    const headers = new HeaderMap();
    for (const [name, value] of Object.entries(req.headers)) {
      if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
    }
    const gone = new AbortController();
    res.once('close', () => gone.abort());
    if (res.closed) gone.abort();
    const viewer = viewerOf(res);
    const contextValue = createContext(services, viewer, createPace({ isGone: () => gone.signal.aborted }));
    const own: Taken = { gone: gone.signal, work: nothing, sending: nothing };
    taken.set(contextValue.pace, own);
    try {
      // Where the body came from the socket, what runs now is no longer of the call.
      const answer = await inCall(callOf(req), () =>
        serverFor(viewer).executeHTTPGraphQLRequest({
          httpGraphQLRequest: { method: req.method.toUpperCase(), headers, search: new URL(req.url, 'http://host').search, body: req.body },
          context: async () => contextValue,
        }),
      );
      // The schema has nothing that is answered in pieces.
      if (answer.body.kind !== 'complete') throw new Error('An answer came in pieces.');
      for (const [name, value] of answer.headers) res.setHeader(name, value);
      res.status(answer.status ?? 200);
      await sendAll(res, Buffer.from(answer.body.string));
    } finally {
      own.work();
      own.sending();
    }
  };

export async function sendAll(res: Response, body: Buffer): Promise<void> {
  res.setHeader('Content-Length', body.length);
  const write = (piece: Buffer, isLast: boolean): Promise<void> =>
    new Promise((resolve) => {
      if (res.destroyed) return resolve();
      const done = (): void => {
        res.off('close', done);
        resolve();
      };
      res.once('close', done);
      if (isLast) res.end(piece, done);
      else res.write(piece, done);
    });
  await sendInTime(body, write, () => res.destroy());
}

const bounded = (costOf: CostOf, answers: Answers): ApolloServerPlugin<ApiContext> => ({
  async requestDidStart() {
    return {
      async didResolveOperation({ document, request, contextValue }) {
        try {
          const cost = costOf({ document, variables: request.variables ?? {}, operationName: request.operationName });
          const own = taken.get(contextValue.pace);
          if (!own) return;
          const leave = await answers.work(cost, contextValue.viewer.actorId, own.gone);
          own.work = () => void contextValue.pace.end().then(leave);
        } catch (error) {
          if (!(error instanceof GraphQLError)) throw error;
          const { message, nodes, extensions } = error;
          throw new GraphQLError(message, { nodes, extensions: { http: { status: 400 }, ...extensions } });
        }
      },
      async willSendResponse({ response, contextValue }) {
        if (response.body.kind !== 'single') return;
        const { result, status, leave } = await answers.admit(response.body.singleResult, contextValue.viewer.actorId);
        response.body.singleResult = result as typeof response.body.singleResult;
        if (status) response.http.status = status;
        const own = taken.get(contextValue.pace);
        if (!own) return leave();
        own.sending = leave;
        own.work();
      },
    };
  },
});
