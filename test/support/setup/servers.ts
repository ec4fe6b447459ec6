import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mongo } from 'mongoose';
import { startEmbedded } from '../../../server/embedded/start-embedded';

/** Stands for a server that is not wanted: what is named is not started. */
const NOT_WANTED = 'not started';

const stops: (() => Promise<void>)[] = [];

/**
 * Servers for all test files of the run, unless the environment names running ones, or another project has started them.
 * The settings' own servers are never used.
 */
export async function startServers({ engine }: { engine: boolean }): Promise<void> {
  const { UPDRAFT_TEST_MONGODB_URI: given, UPDRAFT_TEST_TEMPORAL_ADDRESS: temporal, ...env } = process.env;
  if (given && (temporal || !engine)) return;
  const dataDir = mkdtempSync(join(tmpdir(), 'updraft-test-'));
  const servers = await startEmbedded({
    dataDir,
    mongoCacheGB: 0.5,
    env: { ...env, MONGODB_URI: given, TEMPORAL_ADDRESS: engine ? temporal : NOT_WANTED },
  });
  stops.push(async () => {
    await servers.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  process.env.UPDRAFT_TEST_MONGODB_URI = servers.mongoUri;
  if (!given) await keepExpired(servers.mongoUri);
  if (!given) process.env.TEST_KEEPS_DATABASES = '1';
  if (engine) process.env.UPDRAFT_TEST_TEMPORAL_ADDRESS = servers.temporalAddress;
}

/** Most tests have a clock of their own, by whose time nothing has expired: mongod, by its time, would take documents away while they run. */
async function keepExpired(uri: string): Promise<void> {
  const client = await new mongo.MongoClient(uri).connect();
  await client.db('admin').command({ setParameter: 1, ttlMonitorEnabled: false });
  await client.close();
}

export async function stopServers(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}
