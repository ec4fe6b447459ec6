import { givingWay } from '../../../core/selection/override';
import type { Batch } from '../../../schema/model/batch/batch';
import type { Task } from '../../../schema/model/task/task';
import { aTask } from '../../support/builders';

const overriding = (multiModule: boolean) =>
  ({ _id: 'batch9', module: 'default', policy: { overridePrevious: true, multiModule } }) as unknown as Batch;
const ofDevice = (fields: Partial<Task>) => aTask({ deviceName: 'dev-a', ...fields });
const ids = (batch: Batch, tasks: Task[], isOlder = (batchId: string) => batchId !== 'batch99') =>
  givingWay(batch, tasks, isOlder).map(({ batchId }) => batchId);

test('R-BAT-11 what has not begun gives way, on each device that is not in upgrade', () => {
  const tasks = [
    ofDevice({ batchId: 'batch1' }),
    aTask({ batchId: 'batch2', deviceName: 'dev-b', status: 'NOTIFIED' }),
    aTask({ batchId: 'batch3', deviceName: 'dev-c', status: 'UNCONFIRMED' }),
  ];
  expect(ids(overriding(false), tasks)).toEqual(['batch1', 'batch2', 'batch3']);
});

test('R-BAT-11 a device in upgrade keeps all its tasks, also those for modules that have not begun', () => {
  const tasks = [ofDevice({ batchId: 'batch1', module: 'mcu', status: 'IN_PROGRESS' }), ofDevice({ batchId: 'batch2' })];
  expect(ids(overriding(false), tasks)).toEqual([]);
});

test("R-BAT-13 with several modules only the batch's own module counts", () => {
  const tasks = [ofDevice({ batchId: 'batch1', module: 'mcu', status: 'IN_PROGRESS' }), ofDevice({ batchId: 'batch2' })];
  expect(ids(overriding(true), tasks)).toEqual(['batch2']);
});

test('R-BAT-11 tasks of newer batches, and its own, stay', () => {
  const tasks = [ofDevice({ batchId: 'batch99' }), aTask({ batchId: 'batch9', deviceName: 'dev-b' })];
  expect(ids(overriding(false), tasks)).toEqual([]);
});
