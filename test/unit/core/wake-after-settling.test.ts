import { onPresence, onPresenceOfMany } from '../../../core/tasks/presence';
import { aTask, testSettings } from '../../support/builders';
import { faultyCore } from '../../support/faulty-core';

const SETTLE_MS = 2_345;

function coreOf(task = aTask({ reachable: false, gatewayId: null })) {
  const wakes: [string, number | undefined][] = [];
  const core = faultyCore([task]);
  const engine = { ...core.engine, wakeBatch: (batchId: string, afterMs?: number) => void wakes.push([batchId, afterMs]) };
  const deps = Object.assign(core, { engine, settings: testSettings({ settleMs: SETTLE_MS }) });
  const present = { gatewayId: 'gw-1', presenceRevision: 1 };
  core.present.set(task.deviceId, present);
  return { deps, task, present, wakes };
}

test('R-TASK-7 a device that comes wakes its batch when it has had time to say its version, not before', async () => {
  const { deps, task, present, wakes } = coreOf();
  await onPresence(deps, task.deviceId, present);
  expect(wakes).toEqual([[task.batchId, SETTLE_MS]]);
});

test('R-TASK-7 a device that goes wakes nobody', async () => {
  const { deps, task, wakes } = coreOf(aTask());
  await onPresence(deps, task.deviceId, { gatewayId: null, presenceRevision: 1 });
  expect(wakes).toEqual([]);
});

test('R-TASK-7 so does a device that comes with its parent', async () => {
  const { deps, task, wakes } = coreOf();
  await onPresenceOfMany(deps, [task.deviceId], true);
  expect(wakes).toEqual([[task.batchId, SETTLE_MS]]);
});
