import { losesNotifications } from '../support/devices/lwm2m/lwm2m-behaviours';
import type { Lwm2mFleetDevice } from '../support/lwm2m-fleet';
import { type Lwm2mUpgradePlatform, startLwm2mUpgrades, succeeded } from '../support/lwm2m-upgrades';

describe('LwM2M devices that say little of what they do', () => {
  let platform: Lwm2mUpgradePlatform;
  beforeAll(async () => {
    platform = await startLwm2mUpgrades();
  });
  afterAll(() => platform.stop());

  async function upgraded(...devices: Lwm2mFleetDevice[]) {
    const { fleet, ends, tasks } = await platform.upgrade(devices);
    expect(await ends()).toEqual(Object.fromEntries(devices.map(({ deviceName }) => [deviceName, succeeded])));
    for (const { deviceName } of devices) {
      const device = fleet.lwm2m(deviceName);
      expect([deviceName, device.version, device.counts.downloads]).toEqual([deviceName, '2.0.0', 1]);
    }
    return { fleet, tasks };
  }

  test('R-FLOW-3 all notifications lost: it is read, by Update or by the clock', async () => {
    const behaviours = [losesNotifications()];
    await upgraded(
      { deviceName: 'lost-silent', behaviours, secure: true },
      { deviceName: 'lost-updates', behaviours, habits: { lifetimeSeconds: 2 } },
      { deviceName: 'lost-pushed', behaviours, habits: { delivery: 1 } },
      { deviceName: 'lost-queue', behaviours, habits: { queueMode: true, awakeMs: 1_500, lifetimeSeconds: 4 } },
    );
  });

  test('R-FLOW-3 states that nobody sees', async () => {
    await upgraded(
      { deviceName: 'seen-at-2-only', habits: { hidesStates: [1, 3] } },
      { deviceName: 'never-at-1', habits: { hidesStates: [1] } },
      { deviceName: 'never-at-3', habits: { hidesStates: [3] }, secure: true },
      { deviceName: 'automatic', client: 'anjay3', habits: { hidesStates: [1, 2, 3], automatic: true } },
    );
  });

  test('R-FLOW-3 R-FLOW-6 observations are gone after the restart, with De-register before it or without', async () => {
    const { fleet } = await upgraded(
      { deviceName: 'says-nothing' },
      { deviceName: 'de-registers', habits: { deregisters: true } },
      { deviceName: 'de-registers-secure', habits: { deregisters: true }, secure: true },
    );
    // What has ended is not observed any more.
    for (const name of ['says-nothing', 'de-registers', 'de-registers-secure'])
      await platform.updraft.until(async () => fleet.lwm2m(name).client.observations.paths.length === 0);
  });
});
