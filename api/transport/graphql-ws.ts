import type { Server } from 'node:http';
import { type ExecutionArgs, type ExecutionResult, execute, GraphQLError, getOperationAST, subscribe } from 'graphql';
import { CloseCode, makeServer, type SubscribePayload, type Context as WsContext } from 'graphql-ws';
import type { Credential } from '../../core/access/credential';
import type { Viewer } from '../../core/access/viewer';
import { type Call, inCall } from '../../core/call';
import { unlessStoreAway } from '../../core/guarded-core';
import type { StoreWatch } from '../../schema/mongo/store-watch';
import { connectionCredential } from '../access/credential-of';
import type { PublicUrl } from '../access/own-address';
import { type ApiContext, type ApiServices, createContext } from '../context';
import { userErrorsOf } from '../errors/as-payload';
import type { ErrorLog, PresentError } from '../errors/present';
import { API_LIMITS } from '../limits';
import { type ApiSchemas, schemaFor } from '../schema';
import type { Answers } from './answers';
import { callIn, callOf, nextCall } from './call-of';
import { checked, proven } from './connections';
import type { Origins } from './cross-origin';
import type { DocumentCheck } from './document/check';
import { createPace } from './pace';
import type { CostOf } from './query-cost';
import { isOfTheCaller, type RateLimit } from './rate-limit';
import { acceptSockets, type WsExtra } from './ws-connection';

interface Session extends WsExtra {
  credential?: Credential;
  letGo?: () => void;
  /** What operations under way have taken of the room for all. Ids are the client's, and may come again while work goes on. */
  readonly work: Map<SubscribePayload, () => void>;
  readonly gone: AbortController;
}

type Connection = WsContext<Record<string, unknown> | undefined, Session>;

export interface GraphqlWsDeps {
  schemas: ApiSchemas;
  services: ApiServices;
  presentError: PresentError;
  documents: DocumentCheck;
  costOf: CostOf;
  answers: Answers;
  rate: RateLimit;
  watch: Pick<StoreWatch, 'away' | 'whenAway'>;
  log: ErrorLog;
  /** Of pages that may connect, beside the API's own. */
  origins: Origins;
  publicUrl?: PublicUrl;
}

/** GraphQL over WebSocket (graphql-transport-ws). Apollo's plugins don't see it: keys, limits and masking are its own. */
export function serveGraphqlWs(httpServer: Server, path: string, deps: GraphqlWsDeps): { stop(): Promise<void> } {
  const { schemas, services, presentError, documents, costOf, answers, rate, watch, log, origins, publicUrl } = deps;
  const { access, audit } = services.core;
  const refused = (action: 'connect' | 'operation', call: Call, code: string, viewer: Viewer | null = null): void => {
    if (isOfTheCaller(code)) inCall(call, () => void audit.refused({ action, viewer, codes: [code] }));
  };

  const server = makeServer<Record<string, unknown> | undefined, Session>({
    connectionInitWaitTimeout: API_LIMITS.firstRequestMs,
    async onConnect({ connectionParams, extra }) {
      const credential = connectionCredential(connectionParams, extra.request, publicUrl);
      let viewer: Viewer | null = null;
      checked(extra.request.socket);
      try {
        viewer = await access.authenticate(credential);
        if (viewer) rate.count(viewer);
      } catch (error) {
        const [known] = userErrorsOf(error) ?? [];
        if (!known) throw error;
        refused('connect', callOf(extra.request), known.code, viewer);
        extra.socket.close(known.code === 'NOT_SIGNED_IN' ? CloseCode.Unauthorized : TRY_AGAIN_LATER, known.message.slice(0, CLOSE_REASON));
        return false;
      }
      if (!viewer || credential === null) {
        refused('connect', callOf(extra.request), 'NOT_SIGNED_IN');
        // graphql-ws gives up on this code at once; on 4403, its own for a refusal, it tries again.
        extra.socket.close(CloseCode.Unauthorized, 'No valid API key came with the connection');
        return false;
      }
      // An upgraded connection has no request that ends.
      if (!proven(extra.request.socket, `actor ${viewer.actorId}`, API_LIMITS.connectionsOfKey, true)) {
        extra.socket.close(TRY_AGAIN_LATER, 'As many connections of this API key or person are open as may be');
        return false;
      }
      extra.credential = credential;
      extra.letGo = access.hold(credential, viewer, () => void setTimeout(() => ended(extra), API_LIMITS.closeDelayMs).unref());
      if (extra.socket.readyState !== extra.socket.OPEN) extra.letGo();
      return true;
    },
    onClose({ extra }) {
      extra.letGo?.();
      // Room is given back when the work has ended, not before.
      extra.gone.abort();
    },
    onSubscribe: (connection, id, payload) => prepare(connection, id, payload),
    // What came over a socket belongs to no call by itself.
    execute: (args) => inCall(callIn(args), () => execute(args)),
    subscribe: (args) => inCall(callIn(args), () => subscribeInTime(args)),
    onError: (_connection, _id, _payload, errors) => errors.map((error) => presentError(error, 'GRAPHQL_VALIDATION_FAILED')),
    async onNext({ extra }, _id, payload, { contextValue }, { errors, ...rest }) {
      const { actorId } = (contextValue as ApiContext).viewer;
      const { onLeft } = await extra.outbox.turn();
      try {
        const shown = errors ? { ...rest, errors: errors.map((error) => presentError(error)) } : rest;
        const { result, leave } = await answers.admit(shown, actorId);
        onLeft(leave);
        return result as ExecutionResult;
      } finally {
        done(extra, payload);
      }
    },
    onComplete: ({ extra }, _id, payload) => done(extra, payload),
  });

  /** Each operation is authenticated, and read by hand: a document over a limit must not be validated, let alone executed. */
  async function prepare(connection: Connection, id: string, payload: SubscribePayload) {
    const { extra, subscriptions } = connection;
    const { query, variables, extensions, operationName } = payload;
    if (Object.keys(subscriptions).length > API_LIMITS.subscriptionsPerConnection) {
      return [refusal('TOO_MANY', `A connection carries at most ${API_LIMITS.subscriptionsPerConnection} operations at a time.`)];
    }
    const call = nextCall(extra.request);
    let viewer: Viewer | null = null;
    try {
      viewer = await access.authenticate(extra.credential);
      if (!viewer) return [refusal('NOT_SIGNED_IN', 'What the connection was opened with is good no more.')];
      rate.count(viewer);
      const document = documents.check({ source: query, variables, extensions });
      if (!('kind' in document)) return document;
      const cost = costOf({ document, variables: variables ?? {}, operationName });
      if (getOperationAST(document, operationName)?.operation !== 'subscription') await begin(extra, payload, cost, viewer.actorId);
      const isGone = (): boolean => extra.gone.signal.aborted || !(id in connection.subscriptions);
      if (isGone()) {
        done(extra, payload);
        return [refusal('BUSY', 'The client has gone.')];
      }
      const pace = createPace({ isGone });
      const leave = extra.work.get(payload);
      if (leave) extra.work.set(payload, () => void pace.end().then(leave));
      return {
        schema: schemaFor(schemas, viewer),
        document,
        variableValues: variables,
        operationName,
        contextValue: { ...createContext(services, viewer, pace), call },
      };
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      const known = userErrorsOf(error)?.[0];
      if (!known) throw error;
      refused('operation', call, known.code, viewer);
      return [new GraphQLError(known.message, { originalError: known })];
    }
  }

  /** The first look at the store may be what hangs. */
  async function subscribeInTime(args: ExecutionArgs) {
    try {
      return await unlessStoreAway(Promise.resolve(subscribe(args)), watch);
    } catch (error) {
      return { errors: [error as GraphQLError] };
    }
  }

  async function begin(extra: Session, payload: SubscribePayload, cost: number, actorId: string): Promise<void> {
    extra.work.set(payload, await answers.work(cost, actorId, extra.gone.signal));
  }

  function done({ work }: Session, payload: SubscribePayload): void {
    work.get(payload)?.();
    work.delete(payload);
  }

  const session = (base: WsExtra): Session => ({ ...base, work: new Map(), gone: new AbortController() });
  return acceptSockets<Session>(httpServer, server, session, { path, origins, log });
}

/** What a close frame has room for (RFC 6455, 5.5). */
const CLOSE_REASON = 120;

/** WebSocket close code 1013: clients of graphql-ws connect again by themselves. */
const TRY_AGAIN_LATER = 1013;

/** A client that reads is told why; one that doesn't is cut. */
function ended({ socket }: WsExtra): void {
  socket.close(CloseCode.Forbidden, 'What the connection was opened with is good no more');
  setTimeout(() => socket.terminate(), API_LIMITS.closeDelayMs).unref();
}

const refusal = (code: string, message: string): GraphQLError => new GraphQLError(message, { extensions: { code } });
