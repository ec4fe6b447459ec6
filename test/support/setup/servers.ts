import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbedded } from '../../../server/embedded/start-embedded';

/** Stands for a server that is not wanted: what is named is not started. */
const NOT_WANTED = 'not started';

const stops: (() => Promise<void>)[] = [];

/**
 * Servers for all test files of the run, unless the environment names running ones, or another project has started them.
 * The settings' own servers are never used.
 */
export async function startServers({ engine }: { engine: boolean }): Promise<void> {
  const { UPDRAFT_TEST_MONGODB_URI: mongo, UPDRAFT_TEST_TEMPORAL_ADDRESS: temporal, ...env } = process.env;
  if (mongo && (temporal || !engine)) return;
  const dataDir = mkdtempSync(join(tmpdir(), 'updraft-test-'));
  const servers = await startEmbedded({
    dataDir,
    mongoCacheGB: 0.5,
    env: { ...env, MONGODB_URI: mongo, TEMPORAL_ADDRESS: engine ? temporal : NOT_WANTED },
  });
  stops.push(async () => {
    await servers.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  process.env.UPDRAFT_TEST_MONGODB_URI = servers.mongoUri;
  if (!mongo) process.env.TEST_KEEPS_DATABASES = '1';
  if (engine) process.env.UPDRAFT_TEST_TEMPORAL_ADDRESS = servers.temporalAddress;
}

export async function stopServers(): Promise<void> {
  for (const stop of stops.splice(0).reverse()) await stop();
}
