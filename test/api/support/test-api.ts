import { type Client, createClient } from 'graphql-ws';
import { Registry } from 'prom-client';
import { WebSocket } from 'ws';
import type { ConsoleFiles } from '../../../api/console/files';
import type { Kept, RequestRates } from '../../../api/limits';
import { createLiveHub, type LiveHub } from '../../../api/live/hub';
import { type Api, createApi } from '../../../api/server';
import type { AccessSettings } from '../../../core/access/settings';
import type { Core } from '../../../core/core';
import { createCore } from '../../../core/create-core';
import type { Limits } from '../../../schema/model/limits';
import type { Store } from '../../../schema/mongo/connect';
import { type StoreWatch, TRUSTED_STORE } from '../../../schema/mongo/store-watch';
import { administrator, MASTER_KEY, settingsWith } from '../../support/core-parts';
import { fakePackageStore } from '../../support/fakes/package-store';
import { quietEngine } from '../../support/quiet-engine';
import { testStore } from '../../support/store';

export interface Answer {
  status: number;
  data: Record<string, unknown>;
  errors: { message: string; path?: unknown; extensions: Record<string, unknown> }[] | undefined;
}

export interface TestApi {
  url: string;
  graphqlUrl: string;
  api: Api;
  core: Core;
  store: Store;
  live: LiveHub;
  files: ReturnType<typeof fakePackageStore>;
  /** Of its metrics. */
  registry: Registry;
  keys: Record<'administrator' | 'operator' | 'viewer', string>;
  /** What was logged as an error. */
  logged: { err?: Error; errorId?: string }[];
  /** What was logged as a warning. */
  warned: object[];
  ask(query: string, variables?: object, key?: string | null): Promise<Answer>;
  /** A graphql-ws client that never tries twice. */
  socket(connectionParams?: Record<string, unknown>): Client;
  /** Writes the numbers of batches as they stand, once a minute. */
  look(): Promise<boolean>;
  /** Writes what core keeps in memory. */
  closeCore(): Promise<void>;
  stop(): Promise<void>;
}

const engine = quietEngine();

export interface TestApiOptions {
  limits?: Partial<Limits>;
  explorer?: boolean;
  console?: ConsoleFiles | null;
  origins?: readonly string[];
  publicUrl?: string;
  /** PEM. */
  tls?: { cert: Buffer; key: Buffer };
  ready?: () => Promise<string | null>;
  /** What a test puts in place of a part of core. */
  replace?: (core: Core) => Core;
  watch?: Pick<StoreWatch, 'away' | 'whenAway'>;
  access?: AccessSettings;
  rates?: RequestRates;
  kept?: Kept;
  /** Of the rate limit: milliseconds of a clock that is never set. */
  now?: () => number;
}

/** The real API over the real core and store; only the package store and the engine are not. */
export async function startTestApi({
  limits,
  explorer = true,
  console = null,
  origins,
  publicUrl,
  tls,
  ready,
  replace = (core) => core,
  watch = TRUSTED_STORE,
  access,
  rates,
  kept,
  now,
}: TestApiOptions = {}): Promise<TestApi> {
  const store = await testStore();
  const files = fakePackageStore();
  const settings = settingsWith(limits);
  const logged: TestApi['logged'] = [];
  const warned: object[] = [];
  const logger = {
    info: () => undefined,
    warn: (details: object) => void warned.push(details),
    error: (details: object) => void logged.push(details),
  };
  const parts = await createCore({ store, files, engine, settings, access, log: logger, masterKeys: [MASTER_KEY] });
  const core = replace(parts.core);
  const db = store.connection.db;
  if (!db) throw new Error('The test store is not connected.');
  const live = createLiveHub({ db, collections: store.collections, logger });
  await live.start();
  const registry = new Registry();
  const api = await createApi({
    ...{ core, watch, live, logger, ready, registry, now },
    settings: { host: '127.0.0.1', port: 0, tls, explorer, console, origins, publicUrl, limits: settings.limits, rates, kept },
  });
  const { url, graphqlUrl } = await api.start();
  const keyFor = async (role: 'ADMINISTRATOR' | 'OPERATOR' | 'VIEWER') =>
    (await core.access.createKey(administrator, { name: `${role} key`, role })).key;
  const keys = { administrator: await keyFor('ADMINISTRATOR'), operator: await keyFor('OPERATOR'), viewer: await keyFor('VIEWER') };
  const clients: Client[] = [];

  return {
    url,
    graphqlUrl,
    api,
    core,
    store,
    live,
    files,
    registry,
    keys,
    logged,
    warned,
    async ask(query, variables = {}, key = keys.operator) {
      const response = await fetch(graphqlUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(key !== null && { authorization: `Bearer ${key}` }) },
        body: JSON.stringify({ query, variables }),
      });
      const { data, errors } = (await response.json()) as Pick<Answer, 'data' | 'errors'>;
      return { status: response.status, data, errors };
    },
    socket(connectionParams = { authorization: `Bearer ${keys.viewer}` }) {
      const client = createClient({ url: graphqlUrl.replace('http', 'ws'), webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
      clients.push(client);
      return client;
    },
    look: () => parts.sampler.look(),
    closeCore: () => parts.close(),
    async stop() {
      for (const client of clients) await client.dispose();
      await api.stop();
      await live.stop();
      await parts.close();
      await store.close();
    },
  };
}
