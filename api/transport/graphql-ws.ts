import type { Server } from 'node:http';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import { CloseCode, type SubscribePayload, type Context as WsContext } from 'graphql-ws';
import { type Extra, useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import type { Viewer } from '../../core/access/viewer';
import { connectionKey } from '../access/bearer';
import { type ApiServices, createContext } from '../context';
import type { PresentError } from '../errors/present';
import { API_LIMITS } from '../limits';
import { tooCostly } from './query-cost';
import { queryDepthRule } from './query-depth';

interface Session {
  viewer: Viewer;
  keyCheck: NodeJS.Timeout;
}

type Params = Record<string, unknown> | undefined;
type Connection = WsContext<Params, Extra & Partial<Session>>;

/** GraphQL over WebSocket (graphql-transport-ws). Apollo's plugins don't see it: keys, limits and masking are its own. */
export function serveGraphqlWs(
  httpServer: Server,
  path: string,
  schema: GraphQLSchema,
  services: ApiServices,
  presentError: PresentError,
  introspection: boolean,
): { stop(): Promise<void> } {
  const sockets = new WebSocketServer({ server: httpServer, path, maxPayload: API_LIMITS.messageBytes, perMessageDeflate: false });
  const rules = [...specifiedRules, queryDepthRule, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])];
  const { access } = services.core;

  const handle = useServer<Params, Partial<Session>>(
    {
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
      onError: (_connection, _id, _payload, errors) => errors.map((error) => present(error, 'GRAPHQL_VALIDATION_FAILED')),
      onNext({ extra }, _id, _payload, _args, result) {
        if (extra.socket.bufferedAmount > API_LIMITS.unreadBytes) extra.socket.terminate();
        return result.errors && { ...result, errors: result.errors.map((error) => present(error)) };
      },
    },
    sockets,
  );

  /** Parsed by hand: for the limit of tokens, and because a document over a limit must not be executed. */
  function prepare(connection: Connection, { query, variables, operationName }: SubscribePayload) {
    const { viewer } = connection.extra;
    if (!viewer) return [refusal('NOT_SIGNED_IN', 'The connection has no valid API key.')];
    if (Object.keys(connection.subscriptions).length > API_LIMITS.subscriptionsPerConnection) {
      return [refusal('TOO_MANY', `A connection carries at most ${API_LIMITS.subscriptionsPerConnection} operations at a time.`)];
    }
    const document = parsed(query);
    if (document instanceof GraphQLError) return [document];
    const errors = validate(schema, document, rules);
    if (errors.length > 0) return errors;
    const costly = tooCostlySafely(schema, document, variables, operationName);
    if (costly) return [costly];
    return { schema, document, variableValues: variables, operationName, contextValue: createContext(services, viewer) };
  }

  async function closeIfRevoked({ extra }: Connection, key: string): Promise<void> {
    const viewer = await access.authenticate(key).catch(() => extra.viewer ?? null);
    if (!viewer) extra.socket.close(CloseCode.Forbidden, 'The API key was revoked');
  }

  const present = (error: unknown, code?: string): GraphQLFormattedError => presentError(error, code);

  return {
    async stop() {
      await handle.dispose();
      sockets.close();
    },
  };
}

const refusal = (code: string, message: string): GraphQLError => new GraphQLError(message, { extensions: { code } });

function parsed(query: string): DocumentNode | GraphQLError {
  try {
    return parse(query, { maxTokens: API_LIMITS.tokens });
  } catch (error) {
    return error instanceof GraphQLError ? error : refusal('GRAPHQL_PARSE_FAILED', 'The document could not be read.');
  }
}

/** Wrong variables are found out when the costs are counted. */
function tooCostlySafely(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: SubscribePayload['variables'],
  operationName: SubscribePayload['operationName'],
): GraphQLError | null {
  try {
    return tooCostly(schema, { document, variables: variables ?? {}, operationName });
  } catch (error) {
    return error instanceof GraphQLError ? error : refusal('BAD_USER_INPUT', 'The variables do not fit the document.');
  }
}
