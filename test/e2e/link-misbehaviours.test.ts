import type { FailureCause } from '../../schema/model/failure-causes';
import type { TaskStatus } from '../../schema/model/task';
import * as behaviours from '../support/devices/behaviours';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

/** How a task ends, its last cause, and the causes of the attempts that were not the last. */
type End = readonly [TaskStatus, FailureCause | null, ...FailureCause[]];
interface Misbehaving {
  behaviours: behaviours.Behaviour[];
  end: End;
}

const once = { times: 1 };
const fine: End = ['SUCCEEDED', null];
const STEPS: Record<behaviours.FailureStep, FailureCause> = {
  [-1]: 'FIRMWARE_UPDATE_FAILED',
  [-2]: 'DOWNLOAD_FAILED',
  [-3]: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
  [-4]: 'PACKAGE_INSTALLATION_FAILURE',
};
const ALL_STEPS = [-1, -2, -3, -4] as const;
const ALL_POINTS = ['notified', 'progress', 'downloaded', 'reboot'] as const;
/** Succeeds in the second attempt; the cause of the first stays where it can be seen. */
const mended = (cause: FailureCause): End => ['SUCCEEDED', null, cause];
const hopeless = (cause: FailureCause): End => ['FAILED', cause, cause, cause];

/** By device name: what it does, and how its task ends (docs/conformance.md). */
const FLEET = (productKey: string): Record<string, Misbehaving> => ({
  ...Object.fromEntries(['plain-1', 'plain-2', 'plain-3', 'victim'].map((name) => [name, { behaviours: [], end: fine }])),
  slow: { behaviours: [behaviours.slow(300)], end: fine },
  twice: { behaviours: [behaviours.reportsTwice()], end: fine },
  reorders: { behaviours: [behaviours.reorders()], end: fine },
  'twice-reordered': { behaviours: [behaviours.reportsTwice(), behaviours.reorders()], end: fine },
  garbage: { behaviours: [behaviours.sendsGarbage()], end: fine },
  claims: { behaviours: [behaviours.claimsTopicOf(productKey, 'victim')], end: fine },
  late: { behaviours: [behaviours.offlineUntil(300)], end: fine },
  ...Object.fromEntries(ALL_POINTS.map((point) => [`cut-${point}`, { behaviours: [behaviours.disconnectsAt(point)], end: fine }])),
  ...Object.fromEntries(
    ALL_STEPS.flatMap((step) => [
      [`once${step}`, { behaviours: [behaviours.failsWith(step, once)], end: mended(STEPS[step]) }],
      [`always${step}`, { behaviours: [behaviours.failsWith(step)], end: hopeless(STEPS[step]) }],
    ]),
  ),
  'corrupt-once': { behaviours: [behaviours.corruptDownload(once)], end: mended(STEPS[-3]) },
  'wrong-once': { behaviours: [behaviours.wrongVersion('0.0.1', once)], end: mended('UNEXPECTED_VERSION_REPORTED') },
  'wrong-always': { behaviours: [behaviours.wrongVersion('0.0.1')], end: hopeless('UNEXPECTED_VERSION_REPORTED') },
  'old-once': { behaviours: [behaviours.staysOnSourceVersion(once)], end: fine },
  'old-always': { behaviours: [behaviours.staysOnSourceVersion()], end: ['FAILED', 'DEVICE_UPGRADE_TIMEOUT'] },
  mute: { behaviours: [behaviours.neverReportsVersion()], end: ['FAILED', 'DEVICE_UPGRADE_TIMEOUT'] },
  stuck: { behaviours: [behaviours.stallsAt(30)], end: ['FAILED', 'DEVICE_UPGRADE_TIMEOUT'] },
});

describe('One batch over Link devices of every misbehaviour', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft({ UPDRAFT_MINUTE_MS: '100', UPDRAFT_REOFFER_MINUTES: '100' });
  });
  afterAll(() => updraft.stop());

  test('R-FLOW-1 R-TASK-1 R-TASK-5 each task ends as it is documented, and a device that never reacts waits', async () => {
    const expected = FLEET(updraft.productKey);
    const devices = Object.entries(expected).map(([deviceName, device]) => ({ deviceName, behaviours: device.behaviours }));
    await updraft.fleet([...devices, { deviceName: 'silent', behaviours: [behaviours.silent()] }]);
    const batch = await updraft.push(await updraft.package('2.0.0'), { timeoutMinutes: 300, retry: { intervalMinutes: 0, maxRetries: 1 } });
    await updraft.until(async () => {
      const open = (await updraft.tasks(batch)).filter(({ active }) => active);
      return open.length === 1 && open[0]?.deviceName === 'silent' && open[0].status === 'NOTIFIED';
    });
    await updraft.core.batches.cancel(ADMIN, batch._id);
    const ends = Object.fromEntries(
      (await updraft.tasks(batch)).map(({ deviceName, status, cause, attempts }): [string, End] => [
        deviceName,
        [status, status === 'SUCCEEDED' ? null : cause, ...attempts.flatMap((each) => (each.cause === null ? [] : [each.cause]))],
      ]),
    );
    const documented = Object.fromEntries(Object.entries(expected).map(([name, { end }]) => [name, end]));
    expect(ends).toEqual({ ...documented, silent: ['CANCELED', null] });
    expect((await updraft.core.devices.get(`${updraft.productKey}.victim`))?.modules.default?.version).toBe('2.0.0');
  });
});
