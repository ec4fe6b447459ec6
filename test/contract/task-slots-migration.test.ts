import { slotsFor } from '../../schema/model/device/slots';
import { taskSlots } from '../../schema/mongo/migrations/0005-task-slots';
import { aTask } from '../support/builders';
import { useStore } from '../support/store';

const store = useStore();

const SEALS = {
  sealSecret: (_: string, secret: string) => secret,
  sealRows: (_: string, text: string) => text,
  openRows: (_: string, text: string) => text,
};
const migrate = (signal = new AbortController().signal) => taskSlots.run({ collections: store.collections, ...SEALS }, signal);

/** Beside others of its device, as a version before kept it. */
const before = (module: string, places?: number[]) => {
  const { slots: _, ...task } = aTask({ module, batchId: `of-${module}`, deviceName: 'dev-1' });
  return { ...task, ...(places && { places }) };
};
const indexes = async () => (await store.collections.tasks.indexes()).map(({ name }) => name);

test('R-BAT-13 tasks keep what they take of their device under its new name, also when it is cut and begun again', async () => {
  const { tasks } = store.collections;
  await tasks.dropIndex('deviceId_1_slots_1');
  await tasks.createIndex({ deviceId: 1, places: 1 }, { unique: true, partialFilterExpression: { active: true } });
  await tasks.insertMany([before('default', [1]), before('mcu', [2]), before('modem', [3, 4, 5])]);
  await expect(migrate(AbortSignal.abort())).rejects.toThrow();
  await migrate();
  await migrate();
  const found = await tasks.find({}, { projection: { _id: 0, module: 1, slots: 1, places: 1 } }).toArray();
  expect(found.sort((one, other) => one.module.localeCompare(other.module))).toEqual([
    { module: 'default', slots: [1] },
    { module: 'mcu', slots: [2] },
    { module: 'modem', slots: [3, 4, 5] },
  ]);
  expect(await indexes()).not.toContain('deviceId_1_places_1');
  await store.ensureIndexes();
  expect(await indexes()).toContain('deviceId_1_slots_1');
  await expect(tasks.insertOne({ ...aTask({ module: 'fpga', batchId: 'of-fpga', deviceName: 'dev-1' }), slots: [2] })).rejects.toThrow(
    'duplicate key',
  );
});

test('R-BAT-13 a task of a version that knew no slots stays without, and so takes all', async () => {
  await store.collections.tasks.insertOne(before('default'));
  await migrate();
  const task = await store.collections.tasks.findOne({});
  expect(task).not.toHaveProperty('slots');
  expect(slotsFor({ module: 'mcu', multiModule: true }, task ? [task] : [], 5)).toBeNull();
});
