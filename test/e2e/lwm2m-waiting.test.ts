import type { WaitingFor } from '../../schema/model/task/waiting-for';
import { defers, ignores, type Lwm2mBehaviour, sticksIn } from '../support/devices/lwm2m/lwm2m-behaviours';
import { type Lwm2mUpgradePlatform, startLwm2mUpgrades, succeeded } from '../support/lwm2m-upgrades';
import { ADMIN } from '../support/updraft-driver';

/** No wait ends while the test looks. */
const ENDLESS = Object.fromEntries(
  ['VERSION', 'START', 'DOWNLOAD', 'UPDATE', 'RESULT', 'DEFER'].map((limit) => [`UPDRAFT_LWM2M_${limit}_MINUTES`, '1440']),
);

let platform: Lwm2mUpgradePlatform;
let key: string;
beforeAll(async () => {
  platform = await startLwm2mUpgrades(ENDLESS);
  ({ key } = await platform.updraft.core.access.createKey(ADMIN, { name: 'looks', role: 'VIEWER' }));
});
afterAll(() => platform.stop());

interface Shown {
  deviceName: string;
  waitingFor: WaitingFor | null;
  waitsUntil: string | null;
  lwm2m: { step: string; delivery: string | null; scheme: string | null; level: string | null; waitingSince: string | null } | null;
}

async function shown(batchId: string): Promise<Map<string, Shown>> {
  const query = `query ($id: ID!) { batch(id: $id) { tasks(first: 50) { edges { node {
    deviceName waitingFor waitsUntil lwm2m { step delivery scheme level waitingSince } } } } } }`;
  const response = await fetch(`${platform.updraft.platform.apiUrl}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ query, variables: { id: batchId } }),
  });
  const { data } = (await response.json()) as { data: { batch: { tasks: { edges: { node: Shown }[] } } } };
  return new Map(data.batch.tasks.edges.map(({ node }) => [node.deviceName, node]));
}

test('R-FLOW-3 R-TASK-1 an operator sees for each device which step it is at, what it waits for, and until when', async () => {
  const stuck: [string, Lwm2mBehaviour, WaitingFor][] = [
    ['mute', ignores('GET', '/3/0/3'), 'DEVICE_VERSION'],
    ['never-begins', sticksIn(0), 'DOWNLOAD_START'],
    ['never-ends', sticksIn(1), 'DOWNLOAD'],
    ['installs-for-ever', sticksIn(3), 'INSTALL_RESULT'],
    ['asks-its-user', defers('told'), 'DEVICE_USER'],
  ];
  const devices = stuck.map(([deviceName, behaviour]) => ({ deviceName, behaviours: [behaviour] }));
  const { batch } = await platform.upgrade(devices, { policy: { schemes: ['coap'], delivery: 'PULL' } });
  const expected = Object.fromEntries(stuck.map(([deviceName, , reason]) => [deviceName, reason]));
  const tasks = await platform.updraft.until(async () => {
    const seen = await shown(batch._id);
    return Object.entries(expected).every(([name, reason]) => seen.get(name)?.waitingFor === reason) && seen;
  });
  for (const { waitsUntil } of tasks.values()) expect(waitsUntil).not.toBeNull();
  expect(tasks.get('never-ends')?.lwm2m).toMatchObject({ step: 'DOWNLOAD', delivery: 'PULL', scheme: 'COAP' });
  await platform.updraft.core.batches.cancel(ADMIN, batch._id);
  for (const task of (await shown(batch._id)).values()) expect(task).toMatchObject({ waitingFor: null, waitsUntil: null });
});

/** So weak a cell that one device may download in it at once. */
const WEAK = { cellId: 77, signalStrength: -120, sinr: -5 };

test('R-FLOW-4 R-TASK-1 whoever waits for another device of its cell says so, with cell and level', async () => {
  const first = await platform.upgrade([{ deviceName: 'holds', radio: WEAK, behaviours: [sticksIn(1)] }]);
  const waiting = async (batchId: string, name: string, reason: WaitingFor) => {
    return platform.updraft.until(async () => {
      const task = (await shown(batchId)).get(name);
      return task?.waitingFor === reason && task;
    });
  };
  await waiting(first.batch._id, 'holds', 'DOWNLOAD');
  const second = await platform.upgrade([{ deviceName: 'waits', radio: WEAK }]);
  const task = await waiting(second.batch._id, 'waits', 'CELL_SLOT');
  expect(task).toMatchObject({
    waitsUntil: expect.any(String),
    lwm2m: { step: 'CELL_SLOT', level: 'LEVEL_2', waitingSince: expect.any(String) },
  });
  await platform.updraft.core.batches.cancel(ADMIN, first.batch._id);
  expect(await second.ends()).toEqual({ waits: succeeded });
});

test('R-DEV-2 R-TASK-1 one that sleeps is said to, until it is heard', async () => {
  const fleet = await platform.fleet([{ deviceName: 'sleeps', habits: { queueMode: true, awakeMs: 500 } }]);
  const device = fleet.lwm2m('sleeps');
  const deviceId = `${platform.updraft.productKey}.sleeps`;
  await platform.updraft.until(async () => (await platform.updraft.core.devices.get(deviceId))?.online === false);
  const { batch, ends, tasks } = await platform.again(fleet, ['sleeps']);
  await platform.updraft.until(async () => (await shown(batch._id)).get('sleeps')?.waitingFor === 'DEVICE_ASLEEP');
  // Its window is short, and a machine may be slow: it is heard again whenever it has slept in the middle.
  await platform.updraft.until(async () => {
    if (!device.client.wakefulness.awake) await device.update();
    return (await tasks()).get('sleeps')?.active === false;
  });
  expect(await ends()).toEqual({ sleeps: succeeded });
});

test('R-FLOW-3 a device that takes both is pushed to where the batch says so, and fetches by the scheme that it says', async () => {
  const pushed = await platform.upgrade([{ deviceName: 'pushed' }], { policy: { delivery: 'PUSH' } });
  expect(await pushed.ends()).toEqual({ pushed: succeeded });
  expect((await shown(pushed.batch._id)).get('pushed')?.lwm2m).toMatchObject({ delivery: 'PUSH', scheme: null });
  const fetched = await platform.upgrade([{ deviceName: 'fetched' }], { policy: { delivery: 'PULL', schemes: ['coap'] } });
  expect(await fetched.ends()).toEqual({ fetched: succeeded });
  expect((await shown(fetched.batch._id)).get('fetched')?.lwm2m).toMatchObject({ delivery: 'PULL', scheme: 'COAP' });
});
