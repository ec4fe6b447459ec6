import { createCellLeavings, leavingOf } from '../../core/cells/leaving';
import { createCellSlots } from '../../core/cells/service';
import { createLwm2mUpgrades } from '../../core/reports/lwm2m/service';
import { createTaskStore } from '../../core/tasks/mongo-store';
import { tellingStore } from '../../core/tasks/telling-store';
import { transition } from '../../core/tasks/transition';
import { gateOf } from '../../schema/model/cell/gate';
import type { SignalSeen } from '../../schema/model/cell/signal';
import type { Task } from '../../schema/model/task/task';
import { insertBatches } from '../support/cell-tasks';
import { faultyCore } from '../support/faulty-core';
import { DeviceModel } from '../support/lwm2m-device-model';
import { anLwm2mTask } from '../support/lwm2m-world';
import { useStore } from '../support/store';

const store = useStore();
/** Level 2: one device at once. */
const WEAK: SignalSeen = { bearer: 7, rsrp: -120, sinr: -5, cellId: 7, mnc: 1, mcc: 262 };
const MINUTE = 60_000;

/** Upgrades over a real store, their slots over the same, and devices in memory. */
async function aCell(names: readonly string[]) {
  await insertBatches(store, 'batch1');
  const core = faultyCore([]);
  const { tasks: collection } = store.collections;
  const slots = createCellSlots({ collections: store.collections, settings: core.settings, clock: () => core.now });
  const leavings = createCellLeavings(slots);
  const tasks = tellingStore(createTaskStore(collection), {
    onFree: async () => undefined,
    onWritten: (writes) => leavings.left(leavingOf(writes)),
  });
  core.pacers.take('batch1', 0.001, 0);
  const upgrades = createLwm2mUpgrades({
    ...core,
    tasks,
    clock: () => core.now,
    cells: { ...slots, gateOf: (signal) => gateOf(signal, core.settings.cells) },
    pushRate: async () => null,
    reportVersion: async () => null,
    tokens: { issue: async () => ({ token: 'T'.repeat(22), expiresAt: core.now }) },
    shortUrls: { schemes: ['coap'], mint: async () => ({ url: `coap://fw.example/f/${'T'.repeat(22)}`, expiresAt: core.now }) },
  });
  const all = names.map((deviceName) => anLwm2mTask({ deviceName }));
  await collection.insertMany(all);
  const devices = new Map(all.map(({ deviceId }) => [deviceId, new DeviceModel()]));
  for (const device of devices.values())
    device.misbehaves.look = ({ version, firmware }) => ({
      kind: 'looked',
      ...{ version: { value: version }, firmware: { value: firmware }, signal: { value: WEAK } },
    });
  const idOf = (name: string) => (all.find(({ deviceName }) => deviceName === name) as Task).deviceId;
  const stored = (name: string) => collection.findOne({ deviceId: idOf(name) }) as Promise<Task>;

  const talk = async (deviceId: string, reason: 'REGISTERED' | 'HEARD' | 'DUE'): Promise<string[]> => {
    const asked: string[] = [];
    for (let ask = await upgrades.begin(deviceId, reason); ask !== null; ) {
      asked.push(ask.kind);
      ask = await upgrades.answered(deviceId, ask, (devices.get(deviceId) as DeviceModel).answer(ask));
    }
    await leavings.close();
    return asked;
  };
  return {
    ...{ slots, stored },
    device: (name: string) => devices.get(idOf(name)) as DeviceModel,
    talk: (name: string, reason: 'REGISTERED' | 'HEARD') => talk(idOf(name), reason),
    /** What gateways do each second; who was looked at. */
    async due(): Promise<string[]> {
      const ids = await upgrades.due('gw-1', 10);
      for (const id of ids) await talk(id, 'DUE');
      return all.filter(({ deviceId }) => ids.includes(deviceId)).map(({ deviceName }) => deviceName);
    },
    async cancel(name: string): Promise<void> {
      await transition(tasks, await stored(name), { kind: 'canceled', cause: null }, core.now);
      await leavings.close();
    },
    async fails(name: string): Promise<void> {
      const { attempt } = await stored(name);
      const event = { kind: 'attemptFailed' as const, attempt, cause: 'DOWNLOAD_FAILED' as const, text: null, retryAt: core.now };
      await transition(tasks, await stored(name), event, core.now);
      await leavings.close();
    },
    later(ms: number): void {
      core.now = new Date(core.now.getTime() + ms);
    },
    holders: async () =>
      (await store.collections.cells.find().toArray()).flatMap((cell) => cell.slots.map(({ taskId }) => taskId.split('.').at(-1))),
  };
}

test('R-FLOW-4 of two devices in a weak cell one gets the address, and the other when the first has ended', async () => {
  const cell = await aCell(['one', 'two']);
  expect(await cell.talk('one', 'REGISTERED')).toEqual(['look', 'offer']);
  expect(await cell.talk('two', 'REGISTERED')).toEqual(['look']);
  expect(await cell.stored('two')).toMatchObject({ lwm2m: { step: 'CELL_SLOT', cell: '262-1-7', level: '2' }, look: null });
  expect(await cell.holders()).toEqual(['one']);
  cell.later(MINUTE);
  await cell.slots.sweep();
  expect(await cell.due()).toEqual([]);
  await cell.cancel('one');
  expect(await cell.due()).toContain('two');
  expect(await cell.stored('two')).toMatchObject({ status: 'NOTIFIED', lwm2m: { step: 'START' } });
  expect(await cell.holders()).toEqual(['two']);
});

test('R-FLOW-4 an attempt that fails gives the slot to who waits', async () => {
  const cell = await aCell(['one', 'two']);
  await cell.talk('one', 'REGISTERED');
  await cell.talk('two', 'REGISTERED');
  await cell.fails('one');
  expect(await cell.due()).toContain('two');
  expect(await cell.holders()).toEqual(['two']);
});

test('R-FLOW-4 a device that was called in vain is passed over, and goes on when it is heard', async () => {
  const cell = await aCell(['one', 'two', 'three']);
  for (const name of ['one', 'two', 'three']) {
    await cell.talk(name, 'REGISTERED');
    cell.later(1_000);
  }
  cell.device('two').silent = true;
  await cell.cancel('one');
  expect(await cell.due()).toContain('two');
  cell.later(2 * MINUTE);
  await cell.slots.sweep();
  expect(await cell.due()).toContain('three');
  expect(await cell.holders()).toEqual(['three']);
  await cell.cancel('three');
  cell.device('two').silent = false;
  expect(await cell.talk('two', 'HEARD')).toEqual(['look', 'offer']);
});
