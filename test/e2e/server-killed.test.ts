import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FIFTY, FIFTY_ENDS, MINUTE_MS, pushHalf, wrongs } from '../support/batch-of-fifty';
import { startUpdraft, type Updraft } from '../support/updraft';

describe('a server is killed -9 in the middle of a batch of 50, and comes back on its port', () => {
  const dataDir = join(tmpdir(), `updraft-server-killed-${randomUUID()}`);
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({
      MONGODB_URI: '',
      TEMPORAL_ADDRESS: '',
      UPDRAFT_DATA_DIR: dataDir,
      UPDRAFT_MINUTE_MS: `${MINUTE_MS}`,
    });
  });
  afterAll(async () => {
    await updraft.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  test.each(['mongod', 'temporal'] as const)('%s: every task ends right, and nobody is pushed twice within an attempt', async (server) => {
    const fleet = await updraft.fleet(FIFTY.map((device) => ({ ...device, deviceName: `${server}-${device.deviceName}` })));
    const batch = await pushHalf(updraft, { version: server === 'mongod' ? '2.0.0' : '3.0.0', prefix: `${server}-` });
    const pid = updraft.platform.pids[server];
    process.kill(pid ?? 0, 'SIGKILL');
    const ends = await updraft.settled(batch);
    // It serves before it is known to be ready.
    await updraft.until(async () => updraft.platform.pids[server] !== pid);
    expect(ends).toEqual(Object.fromEntries(Object.entries(FIFTY_ENDS).map(([name, status]) => [`${server}-${name}`, status])));
    expect(wrongs(await updraft.tasks(batch), fleet, { reconnects: false })).toEqual([]);
    await fleet.stop();
  });
});
