import type { Server } from 'node:http';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { CloseCode, makeServer, type SubscribePayload, type Context as WsContext } from 'graphql-ws';
import type { Viewer } from '../../core/access/viewer';
import { connectionKey } from '../access/bearer';
import { type ApiServices, createContext } from '../context';
import type { ErrorLog, PresentError } from '../errors/present';
import { API_LIMITS } from '../limits';
import type { DocumentDoor } from './document/door';
import type { CostOf } from './query-cost';
import { acceptSockets, type WsExtra } from './ws-connection';

interface Session extends WsExtra {
  viewer?: Viewer;
  keyCheck?: NodeJS.Timeout;
}

type Connection = WsContext<Record<string, unknown> | undefined, Session>;

export interface GraphqlWsDeps {
  schema: GraphQLSchema;
  services: ApiServices;
  presentError: PresentError;
  door: DocumentDoor;
  costOf: CostOf;
  log: ErrorLog;
}

/** GraphQL over WebSocket (graphql-transport-ws). Apollo's plugins don't see it: keys, limits and masking are its own. */
export function serveGraphqlWs(httpServer: Server, path: string, deps: GraphqlWsDeps): { stop(): Promise<void> } {
  const { schema, services, presentError, door, costOf, log } = deps;
  const { access } = services.core;

  const server = makeServer<Record<string, unknown> | undefined, Session>({
    connectionInitWaitTimeout: API_LIMITS.greetingMs,
    async onConnect(connection) {
      const key = connectionKey(connection.connectionParams);
      const viewer = key === null ? null : await access.authenticate(key);
      if (!viewer || key === null) return false;
      connection.extra.viewer = viewer;
      connection.extra.keyCheck = setInterval(() => void closeIfRevoked(connection, key), API_LIMITS.keyCheckMs).unref();
      return true;
    },
    onClose: ({ extra }) => clearInterval(extra.keyCheck),
    onSubscribe: (connection, _id, payload) => prepare(connection, payload),
    onError: (_connection, _id, _payload, errors) => errors.map((error) => presentError(error, 'GRAPHQL_VALIDATION_FAILED')),
    onNext: (_connection, _id, _payload, _args, result) =>
      result.errors && { ...result, errors: result.errors.map((error) => presentError(error)) },
  });

  /** Read by hand: a document over a limit must not be validated, let alone executed. */
  function prepare({ extra: { viewer }, subscriptions }: Connection, { query, variables, extensions, operationName }: SubscribePayload) {
    if (!viewer) return [refusal('NOT_SIGNED_IN', 'The connection has no valid API key.')];
    if (Object.keys(subscriptions).length > API_LIMITS.subscriptionsPerConnection) {
      return [refusal('TOO_MANY', `A connection carries at most ${API_LIMITS.subscriptionsPerConnection} operations at a time.`)];
    }
    try {
      const document = door.open({ source: query, variables, extensions });
      if (!('kind' in document)) return document;
      costOf({ document, variables: variables ?? {}, operationName });
      return { schema, document, variableValues: variables, operationName, contextValue: createContext(services, viewer) };
    } catch (error) {
      if (error instanceof GraphQLError) return [error];
      throw error;
    }
  }

  async function closeIfRevoked({ extra }: Connection, key: string): Promise<void> {
    const viewer = await access.authenticate(key).catch(() => extra.viewer ?? null);
    // What an app follows of a device ends with the device, also when another one has its name.
    const devices = (of: Viewer | null | undefined): number => of?.deviceIds?.length ?? 0;
    if (!viewer || devices(viewer) < devices(extra.viewer)) extra.socket.close(CloseCode.Forbidden, 'The API key was revoked');
  }

  return acceptSockets<Session>(httpServer, path, server, (base) => ({ ...base }), log);
}

const refusal = (code: string, message: string): GraphQLError => new GraphQLError(message, { extensions: { code } });
