import { disconnectsAt } from '../support/devices/behaviours';
import { answersPush, sticksIn } from '../support/devices/lwm2m/lwm2m-behaviours';
import { slowness } from '../support/devices/patience';
import { type Lwm2mUpgradePlatform, startLwm2mUpgrades, succeeded } from '../support/lwm2m-upgrades';

const MIB = 1024 ** 2;
/** A minute of the limits: an hour for a download is 36 s, of which the blocks take 10 s and their messages may take the rest. */
const MINUTE_MS = Math.round(600 * slowness());
const SECOND_MS = MINUTE_MS / 60;
const PUSHED = { delivery: 1 };

describe('Packages that are pushed to LwM2M devices', () => {
  let platform: Lwm2mUpgradePlatform;
  beforeAll(async () => {
    const waits = { UPDRAFT_LWM2M_START_MINUTES: '30', UPDRAFT_LWM2M_DOWNLOAD_MINUTES: '60' };
    platform = await startLwm2mUpgrades({ UPDRAFT_MINUTE_MS: `${MINUTE_MS}`, ...waits });
  });
  afterAll(() => platform.stop());

  test('R-FLOW-3 1 MiB at a second a block passes; silence in the middle ends with its cause', async () => {
    const { ends, tasks } = await platform.upgrade(
      [
        { deviceName: 'narrow', habits: PUSHED, behaviours: [answersPush(SECOND_MS, SECOND_MS)] },
        // For good: one that answers between its pushes is pushed to three times, and how long that takes is not shortened.
        { deviceName: 'falls-silent', habits: PUSHED, behaviours: [disconnectsAt('progress', { forMs: 3_600_000 })] },
      ],
      { version: '2.2.0', size: MIB },
    );
    expect(await ends()).toEqual({ narrow: succeeded, 'falls-silent': ['FAILED', 'WAITING_FOR_DEVICE_DOWNLOADED_PACKAGE_TIMEOUT'] });
    expect((await tasks()).get('narrow')).toMatchObject({ attempt: 1, lwm2m: { deliveries: 1 } });
  });

  test('R-FLOW-3 an address that is ignored is followed by a push in the next attempt', async () => {
    const retry = { intervalMinutes: 0, maxRetries: 1 };
    const behaviours = [sticksIn(0)];
    const { fleet, ends, tasks } = await platform.upgrade(
      [
        { deviceName: 'deaf-to-addresses', behaviours },
        { deviceName: 'pull-only', behaviours, habits: { delivery: 0 } },
      ],
      { policy: { retry } },
    );
    const cause = 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT';
    expect(await ends()).toEqual({ 'deaf-to-addresses': succeeded, 'pull-only': ['FAILED', cause] });
    expect((await tasks()).get('deaf-to-addresses')).toMatchObject({ attempt: 2, attempts: [{ cause }], lwm2m: { delivery: 'PUSH' } });
    expect(fleet.lwm2m('deaf-to-addresses').push.tokens).toHaveLength(1);
  });
});

describe('Packages that are pushed to LwM2M devices block by block', () => {
  let platform: Lwm2mUpgradePlatform;
  beforeAll(async () => {
    // Ten minutes of it, after which a device that has not answered is asked again, are longer than the 8 s, which are not shortened.
    platform = await startLwm2mUpgrades({ UPDRAFT_MINUTE_MS: `${Math.round(2_000 * slowness())}` });
  });
  afterAll(() => platform.stop());

  test('R-FLOW-3 one token over all blocks, plain and with DTLS; a first block that is answered after 8 s is no second transfer', async () => {
    const { fleet, ends, tasks } = await platform.upgrade(
      [
        { deviceName: 'pushed', habits: PUSHED },
        { deviceName: 'pushed-secure', habits: PUSHED, secure: true },
        { deviceName: 'pushed-small', habits: { ...PUSHED, szx: 3 } },
        { deviceName: 'erases-first', habits: PUSHED, behaviours: [answersPush(8_000)] },
        { deviceName: 'erases-first-secure', habits: PUSHED, secure: true, behaviours: [answersPush(8_000)] },
      ],
      { version: '2.1.0', size: 20_000 },
    );
    const ended = await ends();
    for (const [deviceName, task] of await tasks()) {
      expect([deviceName, ended[deviceName]]).toEqual([deviceName, succeeded]);
      expect(task).toMatchObject({ attempt: 1, lwm2m: { delivery: 'PUSH', deliveries: 1 } });
      const { push, counts } = fleet.lwm2m(deviceName);
      expect([deviceName, push.tokens.map((tokens) => tokens.length)]).toEqual([deviceName, [1]]);
      expect([deviceName, counts.bytes]).toEqual([deviceName, 20_000]);
    }
  });
});
