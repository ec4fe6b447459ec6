import { slow } from '../support/devices/behaviours';
import { losesNotifications } from '../support/devices/lwm2m/lwm2m-behaviours';
import { patience } from '../support/devices/patience';
import type { Lwm2mFleetDevice } from '../support/lwm2m-fleet';
import { type Lwm2mUpgradePlatform, startLwm2mUpgrades, succeeded } from '../support/lwm2m-upgrades';

/** What the product says; devices listen a little longer, as long as a message may take on a busy machine. */
const AWAKE_SECONDS = 2;
const QUEUED = { queueMode: true, awakeMs: AWAKE_SECONDS * 1_000 + patience(1_000), lifetimeSeconds: 3_600 };

describe('LwM2M devices that sleep', () => {
  let platform: Lwm2mUpgradePlatform;
  beforeAll(async () => {
    platform = await startLwm2mUpgrades();
  });
  afterAll(() => platform.stop());

  const devices: Lwm2mFleetDevice[] = [
    { deviceName: 'sleeper', habits: QUEUED },
    { deviceName: 'sleeper-secure', habits: QUEUED, secure: true },
    { deviceName: 'sleeper-pushed', habits: { ...QUEUED, delivery: 1 } },
    // Its download is longer than its window: each block begins that anew.
    { deviceName: 'sleeper-slow', habits: QUEUED, behaviours: [slow(patience(4_500))] },
    { deviceName: 'sleeper-unheard', habits: QUEUED, behaviours: [losesNotifications()] },
  ];

  test('R-FLOW-6 nothing is sent outside the window, to the second; a Send opens it, and all that waits goes on', async () => {
    const { updraft } = platform;
    const { core, productKey } = updraft;
    const names = devices.map(({ deviceName }) => deviceName);
    const fleet = await platform.fleet(devices, { awakeSeconds: AWAKE_SECONDS });
    const awake = () => names.filter((name) => fleet.lwm2m(name).client.wakefulness.awake);
    const online = async () => (await core.devices.list({ productKey, online: true }, { first: 100 })).rows.length;
    // The platform closes a window by a timer and a write of its own, after the device or before it.
    await updraft.until(async () => awake().length === 0 && (await online()) === 0);
    const { ends, tasks } = await platform.again(fleet, names);
    await updraft.until(async () => (await tasks()).size === names.length);
    expect([await online(), fleet.stats().notifications, awake()]).toEqual([0, 0, []]);

    // Whoever has not ended falls asleep again, and sends something again.
    await updraft.until(async () => {
      for (const name of names) {
        const { client } = fleet.lwm2m(name);
        if (!client.wakefulness.awake) await client.send('/3/0/3');
      }
      return [...(await tasks()).values()].every(({ active }) => !active);
    });
    expect(await ends()).toEqual(Object.fromEntries(names.map((name) => [name, succeeded])));
    for (const name of names) expect([name, fleet.lwm2m(name).client.missed]).toEqual([name, 0]);
  });
});
