import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../server/embedded/free-port';
import { FIFTY, FIFTY_ENDS, MINUTE_MS, pushHalf, wrongs } from '../support/batch-of-fifty';
import { startProcesses, type UpdraftProcesses } from '../support/updraft-processes';

const SETTINGS = { UPDRAFT_MINUTE_MS: `${MINUTE_MS}` };

describe('a process of the platform is killed -9 in the middle of a batch of 50', () => {
  let updraft: UpdraftProcesses | undefined;
  afterEach(() => updraft?.stop());

  test('the worker: another one goes on, every task ends right, and nobody is pushed twice within an attempt', async () => {
    updraft = await startProcesses(['api,gateway', 'worker'], SETTINGS);
    const worker = updraft.processes[1];
    const fleet = await updraft.fleet(FIFTY);
    const batch = await pushHalf(updraft);
    await worker?.kill();
    await updraft.start('worker');
    expect(await updraft.settled(batch)).toEqual(FIFTY_ENDS);
    expect(wrongs(await updraft.tasks(batch), fleet, { reconnects: false })).toEqual([]);
  });

  test('R-TASK-7 the gateway: devices reconnect, are notified again only if unfinished, and every task ends right', async () => {
    updraft = await startProcesses(['gateway', 'api,worker'], SETTINGS);
    const gateway = updraft.processes[0];
    const fleet = await updraft.fleet(FIFTY, { reconnectMs: 200 });
    const batch = await pushHalf(updraft);
    await gateway?.kill();
    await updraft.start('gateway');
    expect(await updraft.settled(batch)).toEqual(FIFTY_ENDS);
    expect(wrongs(await updraft.tasks(batch), fleet, { reconnects: true })).toEqual([]);
  });

  test('all in one with its own servers: started again on the same data it goes on where it was', async () => {
    updraft = await startProcesses(['all'], {
      ...SETTINGS,
      MONGODB_URI: '',
      TEMPORAL_ADDRESS: '',
      UPDRAFT_MONGO_PORT: `${await freePort()}`,
      UPDRAFT_TEMPORAL_PORT: `${await freePort()}`,
      UPDRAFT_DATA_DIR: join(tmpdir(), `updraft-killed-${randomUUID()}`),
    });
    const everything = updraft.processes[0];
    const fleet = await updraft.fleet(FIFTY, { reconnectMs: 200 });
    const batch = await pushHalf(updraft);
    await everything?.kill();
    await updraft.start('all');
    expect(await updraft.settled(batch)).toEqual(FIFTY_ENDS);
    expect(wrongs(await updraft.tasks(batch), fleet, { reconnects: true })).toEqual([]);
  });
});
