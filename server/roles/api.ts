import { readFile } from 'node:fs/promises';
import type { Registry } from 'prom-client';
import { type ConsoleFiles, findConsole } from '../../api/console/files';
import { createLiveHub } from '../../api/live/hub';
import { createApi } from '../../api/server';
import type { WorkflowPages } from '../../api/workflow-page';
import { systemClock } from '../../core/clock';
import { finishDeletions } from '../../core/packages/delete';
import { apiJobs } from '../../core/periodic-jobs';
import { openStoreWatch } from '../../schema/mongo/store-watch';
import type { Foundation } from '../foundation';
import { type Part, Parts } from '../part';
import { startPeriodicJobs } from '../periodic-jobs';
import { whatIsMissing } from '../ready';

/** Answers GraphQL, uploads and downloads, and shows what changes. */
export async function startApi(
  foundation: Foundation,
  registry: Registry,
  gateway: { readonly connected: boolean } | null = null,
): Promise<Part & { url: string; explorerUrl?: string }> {
  const { config, logger, servers, store, client, engine, parts, httpPort } = foundation;
  const running = new Parts((error) => logger.error({ error }, 'A part of the API did not stop as it should'));
  const live = running.add(createLiveHub({ db: databaseOf(store), collections: store.collections, logger }));
  return running.orStop(async () => {
    await live.start();
    await finishDeletions({ collections: store.collections, files: parts.files, clock: systemClock });
    const { retention, auditDays, seriesDays } = config;
    const jobs = apiJobs({ collections: store.collections, engine, parts, retention, auditDays, seriesDays, clock: systemClock });
    running.add(await startPeriodicJobs(jobs, logger));
    const watch = running.add(await openStoreWatch(servers.mongoUri, (away) => tellOf(away, logger)));
    const api = await createApi({
      core: parts.core,
      watch,
      live,
      logger,
      registry,
      ready: () => whatIsMissing(store, client, gateway),
      settings: {
        ...{ host: config.host, port: httpPort, tls: await readTls(config.tls), explorer: config.explorer, limits: config.limits },
        ...{ origins: config.corsOrigins, publicUrl: config.publicBaseUrl, rates: config.requestRates },
        kept: { ...retention, auditDays, seriesDays },
        console: config.console ? consoleOf(logger) : null,
        workflowPages: workflowPagesOf(config.temporalUiUrl ?? servers.temporalUiUrl, config.temporalNamespace),
      },
    });
    const { url, explorerUrl } = await api.start();
    running.add(api);
    return { url, explorerUrl, stop: () => running.stop() };
  });
}

function tellOf(away: boolean, logger: Foundation['logger']): void {
  if (away) logger.warn('MongoDB does not answer; requests are refused until it does');
  else logger.info('MongoDB answers again');
}

const workflowPagesOf = (url: string | undefined, namespace: string): WorkflowPages | null => (url ? { url, namespace } : null);

function consoleOf(logger: Foundation['logger']): ConsoleFiles | null {
  const files = findConsole();
  if (!files) logger.warn('The console was not built, and is not served: `npm run build` builds it');
  return files;
}

function databaseOf({ connection }: Foundation['store']) {
  if (!connection.db) throw new Error('The MongoDB connection closed before it was used.');
  return connection.db;
}

async function readTls(files: { certFile: string; keyFile: string } | undefined): Promise<{ cert: Buffer; key: Buffer } | undefined> {
  if (!files) return undefined;
  const [cert, key] = await Promise.all([readFile(files.certFile), readFile(files.keyFile)]);
  return { cert, key };
}
