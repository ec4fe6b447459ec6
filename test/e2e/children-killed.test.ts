import { FIFTY, FIFTY_ENDS, MINUTE_MS, pushHalf, wrongs } from '../support/batch-of-fifty';
import { startProcesses, type UpdraftProcesses } from '../support/updraft-processes';

describe('the process with the connection of a parent is killed -9, in the middle of a batch of its 50 children', () => {
  let updraft: UpdraftProcesses | undefined;
  afterEach(() => updraft?.stop());

  test.each([
    ['that is started again', {}],
    ['of another name', { UPDRAFT_GATEWAY_ID: 'gw-in-its-place' }],
  ])('R-TASK-7 R-FLOW-1 with a gateway process %s they come back, and every task ends right', async (_which, settings) => {
    updraft = await startProcesses(['gateway', 'api,worker'], { UPDRAFT_MINUTE_MS: `${MINUTE_MS}` });
    const [gateway] = updraft.processes;
    const fleet = await updraft.fleet([{ deviceName: 'hub-1' }, ...FIFTY.map((device) => ({ ...device, parent: 'hub-1' }))], {
      reconnectMs: 200,
    });
    const batch = await pushHalf(updraft);
    await gateway?.kill();
    await updraft.start('gateway', settings);
    expect(await updraft.settled(batch)).toEqual(FIFTY_ENDS);
    expect(wrongs(await updraft.tasks(batch), fleet, { reconnects: true })).toEqual([]);
  });
});
