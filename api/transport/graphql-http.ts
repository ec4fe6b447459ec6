import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import express, { Router } from 'express';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { type ApiContext, type ApiServices, createContext } from '../context';
import type { PresentError } from '../errors/present';
import { API_LIMITS } from '../limits';
import { tooCostly } from './query-cost';
import { queryDepthRule } from './query-depth';
import { viewerOf } from './signed-in';

export interface GraphqlHttp {
  router: Router;
  stop(): Promise<void>;
}

/** GraphQL over POST and GET; mounted behind `signedIn`. */
export async function createGraphqlHttp(
  schema: GraphQLSchema,
  services: ApiServices,
  presentError: PresentError,
  introspection: boolean,
): Promise<GraphqlHttp> {
  const server = new ApolloServer<ApiContext>({
    schema,
    introspection,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    parseOptions: { maxTokens: API_LIMITS.tokens },
    validationRules: [queryDepthRule],
    plugins: [costLimit],
    formatError: (formatted, error) => presentError(error, String(formatted.extensions?.code ?? 'BAD_REQUEST')),
    // Apollo's own log would repeat what `presentError` logs or what the caller did wrong.
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  });
  await server.start();
  const router = Router();
  router.use(express.json({ limit: API_LIMITS.bodyBytes }));
  router.use(expressMiddleware(server, { context: async ({ res }) => createContext(services, viewerOf(res)) }));
  return { router, stop: () => server.stop() };
}

const costLimit: ApolloServerPlugin<ApiContext> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, document, request }) {
        const refusal = tooCostly(schema, { document, variables: request.variables ?? {}, operationName: request.operationName });
        if (refusal)
          throw new GraphQLError(refusal.message, { nodes: refusal.nodes, extensions: { ...refusal.extensions, http: { status: 400 } } });
      },
    };
  },
};
