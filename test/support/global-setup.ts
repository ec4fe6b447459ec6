import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedServers, startEmbedded } from '../../server/embedded/start-embedded';

let servers: EmbeddedServers | undefined;
let dataDir: string | undefined;

/** One mongod and one Temporal for all integration tests, unless the environment names running ones. The settings' own servers are never used. */
export default async function globalSetup(): Promise<void> {
  const { UPDRAFT_TEST_MONGODB_URI, UPDRAFT_TEST_TEMPORAL_ADDRESS, ...env } = process.env;
  if (UPDRAFT_TEST_MONGODB_URI && UPDRAFT_TEST_TEMPORAL_ADDRESS) return;
  dataDir = mkdtempSync(join(tmpdir(), 'updraft-test-'));
  servers = await startEmbedded({
    dataDir,
    mongoCacheGB: 0.5,
    env: { ...env, MONGODB_URI: UPDRAFT_TEST_MONGODB_URI, TEMPORAL_ADDRESS: UPDRAFT_TEST_TEMPORAL_ADDRESS },
  });
  process.env.UPDRAFT_TEST_MONGODB_URI = servers.mongoUri;
  process.env.UPDRAFT_TEST_TEMPORAL_ADDRESS = servers.temporalAddress;
}

export async function stopTestServers(): Promise<void> {
  await servers?.stop();
  if (dataDir) rmSync(dataDir, { recursive: true, force: true });
}
