import { createServer as createHttpServer, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ErrorRequestHandler } from 'express';
import type { Logger } from 'pino';
import { Registry } from 'prom-client';
import { inCall } from '../core/call';
import type { Core } from '../core/core';
import { guardCore } from '../core/guarded-core';
import type { Limits } from '../schema/model/limits';
import type { StoreWatch } from '../schema/mongo/store-watch';
import { createApp, GRAPHQL_PATH } from './app';
import type { ConsoleFiles } from './console/files';
import { createPresentError } from './errors/present';
import { downloads } from './files/download';
import { createDownloadMetrics } from './files/download-metrics';
import type { Ready } from './health';
import { API_LIMITS, KEPT, type Kept, REQUEST_RATES, type RequestRates } from './limits';
import type { LiveHub } from './live/hub';
import { buildApiSchemas } from './schema';
import { createAnswers } from './transport/answers';
import { bodyBegins } from './transport/body-begins';
import { CORRELATION_HEADER, callOf } from './transport/call-of';
import { clientErrorHandler, nothingHere } from './transport/client-errors';
import { watchConnections } from './transport/connections';
import { crossOrigin, type Origins } from './transport/cross-origin';
import { createDocumentCheck } from './transport/document/check';
import { drain } from './transport/drain';
import { createGraphqlHttp } from './transport/graphql-http';
import { serveGraphqlWs } from './transport/graphql-ws';
import { type LingerBounds, linger } from './transport/linger';
import { refuseUnlessSchema } from './transport/open-schema';
import { createCostOf } from './transport/query-cost';
import { createRateLimit } from './transport/rate-limit';
import { isSignedIn, refuseGraphql } from './transport/signed-in';
import { handleUnreadable } from './transport/unreadable';
import { UpgradableRequest } from './transport/upgradable-request';
import type { WorkflowPages } from './workflow-page';

export interface ApiSettings {
  host: string;
  /** 0: any that is free. */
  port: number;
  /** PEM. */
  tls?: { cert: string | Buffer; key: string | Buffer };
  /** Serves `/explorer`, and tells the schema. */
  explorer: boolean;
  /** Served at `/`. Null or not given: not here. */
  console?: ConsoleFiles | null;
  /** Whose pages may use it, beside its own. */
  origins?: Origins;
  /** What it is reached by from outside, where a proxy changes the name that is asked for. */
  publicUrl?: string;
  limits: Limits;
  /** `REQUEST_RATES` when not set. */
  rates?: RequestRates;
  /** What is told of it; `KEPT` when not set. */
  kept?: Kept;
  workflowPages?: WorkflowPages | null;
}

export interface ApiDeps {
  core: Core;
  /** While it says that MongoDB is away, requests are refused. */
  watch: Pick<StoreWatch, 'away' | 'whenAway'>;
  /** Started and stopped by its owner. */
  live: LiveHub;
  settings: ApiSettings;
  logger: Pick<Logger, 'error' | 'warn' | 'info'>;
  ready?: Ready;
  /** Of what runs in this process; shown at `/metrics`. */
  registry?: Registry;
  /** Milliseconds of a clock that is never set. */
  now?: () => number;
}

export interface Api {
  start(): Promise<{ url: string; graphqlUrl: string; explorerUrl?: string }>;
  /** Ends subscriptions, lets requests under way finish for a few seconds, then closes. */
  stop(): Promise<void>;
}

/** The API for people and programs: GraphQL over HTTP and WebSocket, uploads, downloads, health. */
export async function createApi({
  core: unguarded,
  watch,
  live,
  settings,
  logger,
  ready = async () => null,
  registry,
  now,
}: ApiDeps): Promise<Api> {
  const core = guardCore(unguarded, watch);
  const counted = registry ?? new Registry();
  const schemas = buildApiSchemas();
  // Documents that are good for one are good for the other.
  const schema = schemas.ofAll;
  const { limits, explorer, origins = [], publicUrl, rates = REQUEST_RATES, kept = KEPT, workflowPages = null } = settings;
  const services = { core, live, limits, rates, kept, workflowPages };
  const presentError = createPresentError(logger);
  const documents = createDocumentCheck(schema, settings.explorer);
  const costOf = createCostOf(schema, settings.limits);
  const answers = createAnswers(settings.limits);
  const graphql = await createGraphqlHttp(schemas, services, presentError, {
    documents,
    costOf,
    answers,
    introspection: settings.explorer,
  });

  const rate = createRateLimit(rates, counted, now);
  const refuse = explorer ? refuseUnlessSchema(schema) : refuseGraphql;
  const app = await createApp(
    { core, limits, logger, ready, rate, registry, meters: counted, explorer, publicUrl, console: settings.console },
    graphql.router,
    refuse,
  );
  app.use(nothingHere);
  app.use(clientErrorHandler(presentError) satisfies ErrorRequestHandler);

  const isDownload = downloads(core.downloads, createDownloadMetrics(counted), logger);
  const isPreflight = crossOrigin(origins);
  const lingers = lingerBounds(settings.limits);
  const server = httpServerFor((req, res) => {
    linger(req, res, () => lingers(res));
    bodyBegins(req, res, API_LIMITS.bodyBeginsMs);
    if (isDownload(req, res) || isPreflight(req, res)) return;
    const call = callOf(req);
    res.setHeader(CORRELATION_HEADER, call.correlationId);
    inCall(call, () => void app(req, res));
  }, settings);
  const most = settings.limits.downloads + API_LIMITS.connections;
  // Where none of them is idle the next one is turned away.
  server.maxConnections = most + API_LIMITS.strangers;
  watchConnections(server, { most, registry: counted, log: logger });
  handleUnreadable(server, { registry: counted, log: logger, downloads: isDownload });
  const own = publicUrl === undefined ? [] : [new URL(publicUrl).origin];
  const sockets = serveGraphqlWs(server, GRAPHQL_PATH, {
    ...{ schemas, services, presentError, documents, costOf, answers, rate, watch, log: logger },
    origins: [...origins, ...own],
    publicUrl,
  });

  return {
    async start() {
      await listen(server, settings);
      const url = `${settings.tls ? 'https' : 'http'}://${shownHost(settings.host)}:${(server.address() as AddressInfo).port}`;
      return { url, graphqlUrl: `${url}${GRAPHQL_PATH}`, ...(settings.explorer && { explorerUrl: `${url}/explorer/` }) };
    },
    async stop() {
      await sockets.stop();
      await drain(server, API_LIMITS.drainMs);
      await graphql.stop();
    },
  };
}

/** As much of a refused body as a file may have; strangers get less of it. */
function lingerBounds({ fileBytes }: Pick<Limits, 'fileBytes'>): (res: ServerResponse) => LingerBounds {
  const { lingerMs: ms, lingerIdleMs: idleMs, strangerLingerMs, strangerLingerBytes } = API_LIMITS;
  const bytes = fileBytes + API_LIMITS.formBytes;
  const ofStrangers = { bytes: Math.min(bytes, strangerLingerBytes), ms: strangerLingerMs, idleMs };
  return (res) => (isSignedIn(res) ? { bytes, ms, idleMs } : ofStrangers);
}

function httpServerFor(listener: RequestListener, { tls }: ApiSettings): Server {
  const options = { connectionsCheckingInterval: API_LIMITS.lateCheckMs, IncomingMessage: UpgradableRequest };
  const server = tls ? createHttpsServer({ ...options, cert: tls.cert, key: tls.key }, listener) : createHttpServer(options, listener);
  server.headersTimeout = API_LIMITS.firstRequestMs;
  server.keepAliveTimeout = API_LIMITS.keepAliveMs;
  // A large upload over a slow line takes its time; one that stalls is cut by its own clock.
  server.requestTimeout = 0;
  return server;
}

function listen(server: Server, { host, port }: ApiSettings): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
