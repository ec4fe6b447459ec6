import type { Server } from 'node:http';
import { type ExecutionResult, GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql';
import { CloseCode, makeServer, type SubscribePayload, type Context as WsContext } from 'graphql-ws';
import { connectionKey } from '../access/bearer';
import { type ApiContext, type ApiServices, createContext } from '../context';
import type { ErrorLog, PresentError } from '../errors/present';
import { API_LIMITS } from '../limits';
import type { Answers } from './answers';
import type { DocumentDoor } from './document/door';
import type { CostOf } from './query-cost';
import { acceptSockets, type WsExtra } from './ws-connection';

interface Session extends WsExtra {
  key?: string;
  letGo?: () => void;
  /** What operations under way have taken of the room for all, by their ids. */
  readonly work: Map<string, () => void>;
}

type Connection = WsContext<Record<string, unknown> | undefined, Session>;

export interface GraphqlWsDeps {
  schema: GraphQLSchema;
  services: ApiServices;
  presentError: PresentError;
  door: DocumentDoor;
  costOf: CostOf;
  answers: Answers;
  log: ErrorLog;
}

/** GraphQL over WebSocket (graphql-transport-ws). Apollo's plugins don't see it: keys, limits and masking are its own. */
export function serveGraphqlWs(httpServer: Server, path: string, deps: GraphqlWsDeps): { stop(): Promise<void> } {
  const { schema, services, presentError, door, costOf, answers, log } = deps;
  const { access } = services.core;

  const server = makeServer<Record<string, unknown> | undefined, Session>({
    connectionInitWaitTimeout: API_LIMITS.greetingMs,
    async onConnect({ connectionParams, extra }) {
      const key = connectionKey(connectionParams);
      const viewer = key === null ? null : await access.authenticate(key);
      if (!viewer || key === null) return false;
      extra.key = key;
      extra.letGo = access.hold(key, viewer, () => void setTimeout(() => revoked(extra), API_LIMITS.farewellMs).unref());
      if (extra.socket.readyState !== extra.socket.OPEN) extra.letGo();
      return true;
    },
    onClose({ extra }) {
      extra.letGo?.();
      for (const id of extra.work.keys()) done(extra, id);
    },
    onSubscribe: (connection, id, payload) => prepare(connection, id, payload),
    onError: (_connection, _id, _payload, errors) => errors.map((error) => presentError(error, 'GRAPHQL_VALIDATION_FAILED')),
    async onNext({ extra }, id, _payload, { contextValue }, { errors, ...rest }) {
      const { keyId } = (contextValue as ApiContext).viewer;
      const { onLeft } = await extra.outbox.turn();
      const shown = errors ? { ...rest, errors: errors.map((error) => presentError(error)) } : rest;
      const { result, leave } = await answers.admit(shown, keyId);
      onLeft(leave);
      done(extra, id);
      return result as ExecutionResult;
    },
    onComplete: ({ extra }, id) => done(extra, id),
  });

  /** Each operation is authenticated, and read by hand: a document over a limit must not be validated, let alone executed. */
  async function prepare(
    { extra, subscriptions }: Connection,
    id: string,
    { query, variables, extensions, operationName }: SubscribePayload,
  ) {
    if (Object.keys(subscriptions).length > API_LIMITS.subscriptionsPerConnection) {
      return [refusal('TOO_MANY', `A connection carries at most ${API_LIMITS.subscriptionsPerConnection} operations at a time.`)];
    }
    const viewer = await access.authenticate(extra.key);
    if (!viewer) return [refusal('NOT_SIGNED_IN', 'The connection has no valid API key.')];
    try {
      const document = door.open({ source: query, variables, extensions });
      if (!('kind' in document)) return document;
      const cost = costOf({ document, variables: variables ?? {}, operationName });
      if (getOperationAST(document, operationName)?.operation !== 'subscription') await begin(extra, id, cost, viewer.keyId);
      return { schema, document, variableValues: variables, operationName, contextValue: createContext(services, viewer) };
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      throw error;
    }
  }

  async function begin(extra: Session, id: string, cost: number, keyId: string): Promise<void> {
    const leave = await answers.work(cost, keyId);
    if (extra.socket.readyState === extra.socket.OPEN) extra.work.set(id, leave);
    else leave();
  }

  function done({ work }: Session, id: string): void {
    work.get(id)?.();
    work.delete(id);
  }

  return acceptSockets<Session>(httpServer, path, server, (base) => ({ ...base, work: new Map() }), log);
}

/** A client that reads is told why; one that doesn't is cut. */
function revoked({ socket }: WsExtra): void {
  socket.close(CloseCode.Forbidden, 'The API key was revoked');
  setTimeout(() => socket.terminate(), API_LIMITS.farewellMs).unref();
}

const refusal = (code: string, message: string): GraphQLError => new GraphQLError(message, { extensions: { code } });
