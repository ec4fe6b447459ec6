import { join } from 'node:path';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import type { Logger } from 'pino';
import type { CoreParts } from '../core/core-parts';
import { createCore } from '../core/create-core';
import { secretSeals } from '../core/device-secrets/secret-seals';
import type { DiskRoom } from '../core/disk-room';
import { createLocalCopies } from '../core/downloads/local-copies';
import type { UpgradeEngine } from '../core/ports';
import { SealedByOther } from '../core/sealing';
import { connectStore, type Store } from '../schema/mongo/connect';
import { MIGRATIONS } from '../schema/mongo/migrations';
import { NewerDatabase, runMigrations } from '../schema/mongo/migrations/run';
import { createEngine } from '../workflows/client';
import { connectTemporal } from '../workflows/connection';
import { correlatedCalls } from '../workflows/correlated-calls';
import { type CoapPorts, coapBaseUrlsOf, coapPortsOf } from './coap-addresses';
import type { Config } from './config';
import { dataDirProblem } from './data-dir-problem';
import { databaseOf } from './database-of';
import { monitorDisk } from './disk/monitor';
import { databaseDiskState } from './disk/state';
import { freePort } from './embedded/free-port';
import { type EmbeddedServers, startEmbedded } from './embedded/start-embedded';
import { StartError } from './embedded/start-error';
import { readMasterKeys } from './master-key';
import { packageStoreOf } from './package-store';
import { Parts } from './part';
import { checkPorts } from './ports';
import { keepPrivate } from './private-files';

/** What every role stands on: the two stores, the engine's client and core. */
export interface Foundation {
  config: Config;
  logger: Logger;
  servers: EmbeddedServers;
  store: Store;
  client: Client;
  /** For workers. */
  native: NativeConnection;
  engine: UpgradeEngine;
  parts: CoreParts;
  /** Where the API listens: chosen here, because download URLs name it. */
  httpPort: number;
  /** The same of CoAP. */
  coapPorts: CoapPorts;
  stop(): Promise<void>;
}

export async function startFoundation(config: Config, logger: Logger): Promise<Foundation> {
  const unusable = (error: NodeJS.ErrnoException): never => {
    throw dataDirProblem(error, config.dataDir) ?? error;
  };
  await keepPrivate(config.dataDir, logger).catch(unusable);
  const running = new Parts((error) => logger.error({ error }, 'A connection did not close as it should'));
  const { dataDir, diskReserveBytes: reserveBytes, mongodbUri, temporalAddress } = config;
  const disk = running.add(await monitorDisk({ dataDir, reserveBytes, isLocal: !(mongodbUri && temporalAddress) }, logger));
  return running.orStop(async () => {
    const servers = running.add(await startServers(config, disk.room, logger).catch(unusable));
    const store = await connectStore(servers.mongoUri, { dbName: databaseOf(servers.mongoUri) });
    running.add({ stop: () => store.close() });
    const { db } = store.connection;
    if (mongodbUri && db) disk.also(() => databaseDiskState(db));
    const masterKeys = await readMasterKeys(config, logger);
    await migrate(store, masterKeys, logger);
    await store.ensureIndexes();
    const connection = await connectTemporal({ address: servers.temporalAddress });
    running.add({ stop: () => connection.close() });
    const native = await NativeConnection.connect({ address: servers.temporalAddress });
    running.add({ stop: () => native.close() });
    const client = new Client({ connection, namespace: config.temporalNamespace, interceptors: { workflow: [correlatedCalls] } });
    const engine = createEngine({
      client,
      taskQueue: config.taskQueue,
      minuteMs: config.minuteMs,
      onWakeFailed: (batchId, error) => logger.warn({ batchId, error }, 'A batch could not be woken; it looks again by itself'),
    });
    running.add({ stop: () => engine.close() });
    const httpPort = config.httpPort === 0 ? await freePort() : config.httpPort;
    const { limits, minuteMs, reofferMinutes, settleMs, waits, cells } = config;
    const publicBaseUrl = config.publicBaseUrl ?? `${config.tls ? 'https' : 'http'}://${config.host}:${httpPort}`;
    const coapPorts = await coapPortsOf(config);
    const coapBaseUrls = coapBaseUrlsOf(coapPorts, { coapPublicHost: config.coapPublicHost, publicBaseUrl });
    const settings = { limits, minuteMs, reofferMinutes, settleMs, waits, cells, publicBaseUrl, coapBaseUrls };
    const files = await packageStoreOf(config, store);
    running.add({ stop: async () => files.close?.() });
    const blocks = createLocalCopies({
      files,
      directory: join(config.dataDir, 'package-copies'),
      maxBytes: config.packageCopiesBytes,
      onFailed: (error) => logger.warn({ error }, 'A package file could not be copied to the local disk; downloads read it from the store'),
    });
    running.add({ stop: () => blocks.close() });
    const parts = await createCore({
      store,
      files,
      blocks,
      engine,
      settings,
      access: config.access,
      masterKeys,
      disk: disk.room,
      log: logger,
    });
    await parts.resealSecrets().catch((error) => {
      throw error instanceof SealedByOther ? new StartError(error.message) : error;
    });
    running.add({ stop: () => parts.close() });
    running.add(resealInBackground(parts, logger));
    return { config, logger, servers, store, client, native, engine, parts, httpPort, coapPorts, stop: () => running.stop() };
  });
}

/** While it runs all keys open; what is interrupted goes on at the next start. */
function resealInBackground(parts: CoreParts, logger: Logger): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const done = parts.resealDevices(stopping.signal).then(
    (count) => void (count > 0 && logger.info({ count }, 'Device secrets were encrypted under the newest master key')),
    (error) => logger.error({ error }, 'Device secrets could not be encrypted under the newest master key; the next start goes on with it'),
  );
  return {
    async stop() {
      stopping.abort();
      await done;
    },
  };
}

async function migrate({ connection, collections }: Store, masterKeys: readonly Uint8Array[], logger: Logger): Promise<void> {
  const ran = await runMigrations(connection, MIGRATIONS, { collections, ...secretSeals(masterKeys) }).catch((error) => {
    throw error instanceof NewerDatabase ? new StartError(error.message) : error;
  });
  if (ran.length > 0) logger.info({ migrations: ran }, 'What is stored was brought to the form of this version');
}

function startServers(config: Config, disk: DiskRoom, logger: Logger): Promise<EmbeddedServers> {
  const { dataDir, embedded, mongodbUri, temporalAddress } = config;
  return startEmbedded({
    dataDir,
    beforeStart: async () => {
      await checkPorts(config);
      const starting = [...(mongodbUri ? [] : ['MongoDB']), ...(temporalAddress ? [] : ['Temporal'])];
      if (starting.length > 0) logger.info(`Starting ${starting.join(' and ')}; logs are in ${join(dataDir, 'logs')}`);
    },
    mongoPort: embedded.mongoPort,
    temporalPort: embedded.temporalPort,
    uiPort: embedded.temporalUiPort,
    env: { ...process.env, MONGODB_URI: mongodbUri, TEMPORAL_ADDRESS: temporalAddress },
    isDiskFull: () => disk.isShort(),
    onRestart: (server, detail) => logger.warn({ server, ...detail }, 'A server ended and is started again'),
    onWarning: (text) => logger.warn(text),
    onReleaseRaised: (from, to) =>
      logger.info({ from, to }, "MongoDB's data was raised to the release that runs; older ones do not open it any more"),
    onUsersRemoved: (users) =>
      logger.warn(
        { users },
        'MongoDB asks for a password from now on. Users that were in it before are removed: anybody could have made them',
      ),
  });
}
