import { isDeepStrictEqual } from 'node:util';
import { patience, slowness } from '../support/devices/patience';
import { endedTasks, endOf } from '../support/misbehaviours/ended-tasks';
import { iotdaRows } from '../support/misbehaviours/iotda-rows';
import { linkRows } from '../support/misbehaviours/link-rows';
import { fleetOf } from '../support/misbehaviours/row';
import { startUpdraft, type Updraft } from '../support/updraft';

const EACH = 100;

describe('One batch over a hundred devices of each dialect', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({
      // A push that was cut off is made up for after minutes; whoever is only slow is not given up.
      UPDRAFT_MINUTE_MS: `${Math.round(2_400 * slowness())}`,
      UPDRAFT_REOFFER_MINUTES: '18',
      ...Object.fromEntries(['ONLINE', 'VERSION', 'DOWNLOAD'].map((limit) => [`UPDRAFT_IOTDA_${limit}_MINUTES`, '1440'])),
      // Two hundred devices at once may keep a busy machine's gateway from its pushes: then it is taken for dead.
      UPDRAFT_MQTT_SESSION_CHECK_MS: '1000',
    });
  });
  afterAll(() => updraft.stop());

  test('R-FLOW-7 R-FLOW-1 R-FLOW-2 R-TASK-1 R-TASK-5 R-TASK-10 whatever its device does, each task ends as the tables say', async () => {
    const { productKey } = updraft;
    const devices = [...fleetOf('LINK', linkRows(productKey), EACH), ...fleetOf('IOTDA', iotdaRows(productKey), EACH)];
    expect(devices).toHaveLength(2 * EACH);
    await updraft.fleet(devices.map(({ device }) => device));
    // Who never reacts waits for ever in the Link dialect, and is all that is left.
    const waiting = devices.filter(({ end: [status] }) => status === 'CANCELED').length;
    const tasks = await endedTasks(updraft, { longestMs: patience(500_000), waiting });

    expect(tasks.size).toBe(devices.length);
    const unexpected = devices.flatMap(({ device, end }) => {
      const task = tasks.get(device.deviceName);
      return task && isDeepStrictEqual(endOf(task), end) ? [] : [{ expected: end, task }];
    });
    // With its transitions, for whoever has to find out why.
    expect(unexpected).toEqual([]);
    // Nobody but a device itself has said what it runs.
    for (const name of ['link.victim', 'iotda.victim', 'link.child', 'iotda.child']) {
      const { modules } = (await updraft.core.devices.get(`${productKey}.${name}`)) ?? {};
      expect(modules?.default?.version).toBe('2.0.0');
      expect(tasks.get(name)?.sourceVersion).toBe('1.0.0');
    }
  });
});
