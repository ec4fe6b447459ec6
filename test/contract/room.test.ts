import { roomStages } from '../../core/selection/room';
import type { Batch } from '../../schema/model/batch/batch';
import { aDevice, aTask } from '../support/builders';
import { useStore } from '../support/store';

const DEVICES = 50;
const store = useStore({ keepsDocuments: true });

test('R-BAT-8 whether a device has room is looked up along its index, however many tasks the batches have', async () => {
  const { devices, tasks } = store.collections;
  const ids = Array.from({ length: DEVICES }, (_, index) => `meter.dev-${index}`);
  await devices.insertMany(ids.map((deviceId) => aDevice({ deviceId, productKey: 'meter', deviceName: deviceId.slice(6) })));
  for (const batchId of ['batch1', 'batch2', 'batch3'])
    await tasks.insertMany(ids.map((deviceId) => aTask({ batchId, deviceId, active: false, status: 'SUCCEEDED' })));
  const batch = { _id: 'batch4', module: 'default', policy: {} } as Batch;
  const explained = await devices.aggregate(roomStages(batch, 5)).explain('executionStats');
  const look = explained.stages.find((stage: object) => '$lookup' in stage);
  expect(Number(look.totalKeysExamined)).toBeLessThanOrEqual(DEVICES);
  expect(Number(look.collectionScans)).toBe(0);
});
