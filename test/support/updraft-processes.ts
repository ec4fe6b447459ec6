import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pino from 'pino';
import { connectStore, type Store } from '../../schema/mongo/connect';
import { readConfig } from '../../server/config';
import { freePort } from '../../server/embedded/free-port';
import { startFoundation } from '../../server/foundation';
import { quietRuntime } from './temporal';
import { databaseOf, testEnvironment } from './updraft';
import { createDriver, type Driver } from './updraft-driver';
import { startProcess, type UpdraftProcess } from './updraft-process';

export interface UpdraftProcesses extends Driver {
  store: Store;
  processes: readonly UpdraftProcess[];
  /** Starts a process with the common settings, others over them, and these roles; all of them end with `stop`. */
  start(roles: string, others?: Record<string, string>): Promise<UpdraftProcess>;
  stop(): Promise<void>;
}

/** A platform of several processes; this one only gives the orders, through core. Starts those of `roles` first. */
export async function startProcesses(roles: string[], overrides: Record<string, string> = {}): Promise<UpdraftProcesses> {
  quietRuntime();
  const [httpPort, mqttPort] = [await freePort(), await freePort()];
  const settings = testEnvironment({ UPDRAFT_HTTP_PORT: `${httpPort}`, UPDRAFT_MQTT_PORT: `${mqttPort}`, ...overrides });
  const processes: UpdraftProcess[] = [];
  const start = async (role: string, others: Record<string, string> = {}): Promise<UpdraftProcess> => {
    const started = await startProcess({ ...settings, ...others, UPDRAFT_ROLES: role });
    processes.push(started);
    return started;
  };
  for (const role of roles) await start(role);
  const { MONGODB_URI, TEMPORAL_ADDRESS, UPDRAFT_DATA_DIR = '', UPDRAFT_TEMPORAL_PORT } = settings;
  const foundation = await startFoundation(
    readConfig({
      ...settings,
      // It listens nowhere.
      UPDRAFT_ROLES: 'worker',
      MONGODB_URI: MONGODB_URI || (await uriOfEmbedded(UPDRAFT_DATA_DIR)),
      TEMPORAL_ADDRESS: TEMPORAL_ADDRESS || `127.0.0.1:${UPDRAFT_TEMPORAL_PORT}`,
    }),
    pino({ level: 'silent' }),
  );
  const { mongoUri } = foundation.servers;
  const store = await connectStore(mongoUri, { dbName: databaseOf(mongoUri) });
  const productKey = `pk${randomBytes(4).toString('hex')}`;
  const mqttUrl = `mqtt://127.0.0.1:${mqttPort}`;
  const driver = await createDriver({ core: foundation.parts.core, productKey, mqttUrl, downloads: true });
  return {
    ...driver,
    store,
    processes,
    start,
    async stop() {
      await driver.stopFleets();
      // Before the stores go: a process that loses them has no quick way to stop.
      if (MONGODB_URI) {
        await Promise.all(processes.map((each) => each.stop()));
        await store.connection.dropDatabase();
      }
      await store.close();
      await foundation.stop();
      await Promise.all(processes.map((each) => each.stop()));
      await rm(settings.UPDRAFT_DATA_DIR ?? '', { recursive: true, force: true });
    },
  };
}

/** As an operator's tools find it. */
const uriOfEmbedded = async (dataDir: string): Promise<string> =>
  (await readFile(join(dataDir, 'mongo.yaml'), 'utf8')).replace(/^uri: /, '').trim();
