import { staysOnSourceVersion } from '../support/devices/behaviours';
import { ends as endsWith } from '../support/devices/lwm2m/lwm2m-behaviours';
import type { Lwm2mFleetDevice } from '../support/lwm2m-fleet';
import { type Lwm2mUpgradePlatform, startLwm2mUpgrades, succeeded } from '../support/lwm2m-upgrades';

const once = { times: 1 };

describe('Versions and results of LwM2M devices', () => {
  let platform: Lwm2mUpgradePlatform;
  beforeAll(async () => {
    platform = await startLwm2mUpgrades();
  });
  afterAll(() => platform.stop());

  test('R-FLOW-3 from 1.1.1 to 1.1.10 is an upgrade, and back again: versions are not looked for within each other', async () => {
    const { fleet, device, ends } = await platform.upgrade([{ deviceName: 'longer', version: '1.1.1' }], { version: '1.1.10' });
    expect(await ends()).toEqual({ longer: succeeded });
    expect(device.version).toBe('1.1.10');
    const back = await platform.again(fleet, ['longer'], { version: '1.1.1' });
    expect(await back.ends()).toEqual({ longer: succeeded });
    expect(device.version).toBe('1.1.1');
    expect(device.counts.notifications).toBe(2);
  });

  test('R-FLOW-3 who has the target already is done without an address, and nothing begins again when it comes back', async () => {
    const { fleet, device, ends } = await platform.upgrade([{ deviceName: 'again' }]);
    expect(await ends()).toEqual({ again: succeeded });
    const asked: string[] = [];
    device.on('asked', ({ method, path }) => asked.push(`${method} ${path}`));
    const twice = await platform.again(fleet, ['again']);
    expect(await twice.ends()).toEqual({ again: succeeded });
    for (let times = 0; times < 3; times += 1) {
      const looked = device.waitFor('asked', { where: ({ path }) => path === '/3/0/3' });
      await device.reconnect();
      await looked;
    }
    await device.update();
    expect(asked.filter((each) => !each.startsWith('GET'))).toEqual([]);
    expect(device.counts).toMatchObject({ notifications: 1, downloads: 1 });
  });

  /** What an earlier update has left of object 5, and what becomes of it. */
  const leavings: Lwm2mFleetDevice[] = [
    { deviceName: 'old-8', firmware: { result: 8 } },
    { deviceName: 'old-8-kept', firmware: { result: 8 }, habits: { keepsResult: true } },
    { deviceName: 'old-8-downloaded', firmware: { state: 2, result: 8 } },
    { deviceName: 'old-8-downloaded-kept', firmware: { state: 2, result: 8 }, habits: { keepsResult: true } },
    { deviceName: 'left-downloading', firmware: { state: 1 } },
    { deviceName: 'empty-uri-downloads', habits: { emptyUriInIdle: 'downloads' } },
    { deviceName: 'nul-only', firmware: { state: 2 }, habits: { resetsBy: ['package'] } },
    { deviceName: 'nul-only-1.0', client: 'anjay2', firmware: { state: 2 }, habits: { resetsBy: ['package'] } },
    { deviceName: 'uri-only', firmware: { state: 2, result: 8 }, habits: { resetsBy: ['uri'] } },
  ];
  test('R-FLOW-3 R-FLOW-5 an old result 8 is not the new one, and each device is reset in the way that it knows', async () => {
    const { fleet, ends, tasks } = await platform.upgrade(leavings);
    expect(await ends()).toEqual(Object.fromEntries(leavings.map(({ deviceName }) => [deviceName, succeeded])));
    for (const { deviceName } of leavings) expect([deviceName, fleet.lwm2m(deviceName).version]).toEqual([deviceName, '2.0.0']);
    for (const task of (await tasks()).values()) expect(task).toMatchObject({ attempt: 1, attempts: [] });
  });

  test.each([
    ['idle', 0],
    ['downloaded', 2],
  ] as const)('R-FLOW-3 R-FLOW-5 result 8 in state %s ends the attempt, and the next one begins with a reset', async (name, state) => {
    const deviceName = `fails-${name}`;
    const { ends, tasks } = await platform.upgrade([{ deviceName, behaviours: [endsWith(8, 'installed', { state, ...once })] }], {
      policy: { retry: { intervalMinutes: 0, maxRetries: 1 } },
    });
    expect(await ends()).toEqual({ [deviceName]: succeeded });
    expect((await tasks()).get(deviceName)?.attempts).toMatchObject([{ cause: 'FIRMWARE_UPDATE_FAILED' }]);
  });

  test('R-FLOW-3 state and result 0 after the restart: the new version is success, the old one is begun again in the same attempt', async () => {
    const behaviours = [endsWith(0, 'restarted')];
    const { fleet, ends, tasks } = await platform.upgrade([
      { deviceName: 'forgot-new', behaviours },
      { deviceName: 'forgot-old', behaviours: [...behaviours, staysOnSourceVersion(once)] },
      { deviceName: 'forgot-always', behaviours: [...behaviours, staysOnSourceVersion()] },
    ]);
    expect(await ends()).toEqual({
      'forgot-new': succeeded,
      'forgot-old': succeeded,
      'forgot-always': ['FAILED', 'FIRMWARE_UPDATE_FAILED'],
    });
    expect((await tasks()).get('forgot-old')).toMatchObject({ attempt: 1, attempts: [] });
    const offers = (name: string) => fleet.lwm2m(name).counts.notifications;
    expect(['forgot-new', 'forgot-old', 'forgot-always'].map(offers)).toEqual([1, 2, 3]);
  });
});
