import { readFile } from 'node:fs/promises';
import type { Registry } from 'prom-client';
import { createLiveHub } from '../../api/live/hub';
import { createApi } from '../../api/server';
import { finishBatchDeletions } from '../../core/batches/delete';
import { removeOld } from '../../core/batches/retention';
import { systemClock } from '../../core/clock';
import { sweepImports } from '../../core/device-imports/creation';
import { sweepLists } from '../../core/device-lists/service';
import { finishDeletions } from '../../core/packages/delete';
import { sweepOrphans } from '../../core/packages/upload-record';
import { openStoreWatch } from '../../schema/mongo/store-watch';
import type { Foundation } from '../foundation';
import { type Part, Parts } from '../part';
import { whatIsMissing } from '../ready';

const SWEEP_EVERY_MS = 10 * 60_000;
/** A process may die while it creates the devices of an import: someone looks for such imports this often. */
const RESUME_EVERY_MS = 10_000;

/** Answers GraphQL, uploads and downloads, and shows what changes. */
export async function startApi(
  foundation: Foundation,
  registry: Registry,
  gateway: { readonly connected: boolean } | null = null,
): Promise<Part & { url: string; explorerUrl?: string }> {
  const { config, logger, servers, store, client, parts, httpPort } = foundation;
  const running = new Parts((error) => logger.error({ error }, 'A part of the API did not stop as it should'));
  const live = running.add(createLiveHub({ db: databaseOf(store), collections: store.collections, logger }));
  return running.orStop(async () => {
    await live.start();
    await finishDeletions({ collections: store.collections, files: parts.files, clock: systemClock });
    running.add(await startSweeping(foundation));
    running.add(startResuming(foundation));
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
        ...{ origins: config.corsOrigins, publicUrl: config.publicBaseUrl },
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

/** What crashes and patience leave of uploads and batches goes: at once, and then again and again. */
async function startSweeping({ config, store, engine, parts, logger }: Foundation): Promise<Part> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const sweep = async (): Promise<void> => {
    try {
      const swept = (await sweepOrphans(store.collections, parts.files, new Date())) + (await parts.sweepUploads());
      await sweepLists(store.collections, new Date(), signal);
      await sweepImports(store.collections, new Date(), signal);
      if (swept > 0) logger.info({ swept }, 'Uploads that nobody goes on with were removed');
    } catch (error) {
      logger.warn({ error }, 'Uploads could not be swept; it is tried again');
    }
  };
  const finish = async (): Promise<void> => {
    try {
      await finishBatchDeletions({ collections: store.collections }, signal);
      const removed = await removeOld({ collections: store.collections, engine, clock: systemClock }, config.retention, signal);
      if (removed.batches + removed.tasksOf > 0)
        logger.info(removed, 'Batches, and tasks of batches, that were kept long enough were removed');
    } catch (error) {
      logger.warn({ error }, 'A batch could not be deleted yet; it is tried again');
    }
  };
  await sweep();
  // A million tasks take their time, and nobody waits for them.
  let running = finish();
  const timer = setInterval(() => {
    running = running.then(sweep).then(finish);
  }, SWEEP_EVERY_MS);
  return {
    async stop() {
      stopping.abort();
      clearInterval(timer);
      await running;
    },
  };
}

/** Imports that a process left behind go on. */
function startResuming({ parts, logger }: Foundation): Part {
  const resume = (): Promise<unknown> =>
    parts.imports.resume().catch((error) => logger.warn({ error }, 'Imports could not be looked for; it is tried again'));
  let running = resume();
  const timer = setInterval(() => {
    running = running.then(resume);
  }, RESUME_EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
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
