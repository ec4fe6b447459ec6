import { patience, slowness } from '../support/devices/patience';
import { endedTasks, endOf } from '../support/misbehaviours/ended-tasks';
import { overdueIotdaRows } from '../support/misbehaviours/iotda-rows';
import { overdueLinkRows } from '../support/misbehaviours/link-rows';
import { fleetOf } from '../support/misbehaviours/row';
import { startUpdraft, type Updraft } from '../support/updraft';

describe('One batch over devices that get stuck, each in its own way', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({
      UPDRAFT_MINUTE_MS: `${Math.round(1_600 * slowness())}`,
      UPDRAFT_IOTDA_ONLINE_MINUTES: '10',
      UPDRAFT_IOTDA_VERSION_MINUTES: '10',
      UPDRAFT_IOTDA_DOWNLOAD_MINUTES: '14',
    });
  });
  afterAll(() => updraft.stop());

  test('R-FLOW-1 R-FLOW-2 R-TASK-5 R-TASK-10 each task ends with the cause of its wait', async () => {
    const devices = [...fleetOf('LINK', overdueLinkRows), ...fleetOf('IOTDA', overdueIotdaRows)];
    await updraft.fleet(devices.map(({ device }) => device));
    const tasks = await endedTasks(updraft, { longestMs: patience(400_000), policy: { timeoutMinutes: 30 } });
    const ends = Object.fromEntries([...tasks].map(([deviceName, task]) => [deviceName, endOf(task)]));
    expect(ends).toEqual(Object.fromEntries(devices.map(({ device, end }) => [device.deviceName, end])));
  });
});
