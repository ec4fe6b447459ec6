import { confirmTarget, onRegression } from '../../../core/reports/confirm-target';
import { onVersionAnswer } from '../../../core/reports/negotiate';
import { createUpgradeTasks } from '../../../core/tasks/upgrade-tasks';
import type { Task } from '../../../schema/model/task/task';
import { anAnsweredTask, aTask } from '../../support/builders';
import { type FaultyCore, faultyCore } from '../../support/faulty-core';

const EPOCH = new Date('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const first = (core: FaultyCore): Task => core.tasks.all()[0] ?? aTask();
const claim = (core: FaultyCore) => confirmTarget(core, first(core));
const answer = (core: FaultyCore, version: string) => onVersionAnswer(core, first(core), version);
const look = (core: FaultyCore) => createUpgradeTasks(core).checkWait({ taskId: first(core)._id, attempt: 1, retryAt: null });

describe('R-FLOW-2 a target that has to be confirmed (device-protocols §2.4)', () => {
  test('R-FLOW-2 the device is asked, the upgrade looks when the half hour is over, and the version ends the task', async () => {
    const core = faultyCore([anAnsweredTask()]);
    await expect(claim(core)).resolves.toBe('VERSION_QUERY');
    expect(first(core)).toMatchObject({ status: 'IN_PROGRESS', negotiation: { confirmingAt: EPOCH, queriedAt: EPOCH } });
    expect(core.told()).toEqual([`check ${first(core)._id} attempt 1`]);
    await expect(look(core)).resolves.toMatchObject({ until: EPOCH.getTime() + 30 * MINUTE });
    await expect(claim(core)).resolves.toBeNull();
    await answer(core, '2.0.0');
    expect(first(core)).toMatchObject({ status: 'SUCCEEDED', cause: null });
  });

  test('R-FLOW-2 the old version changes nothing, over this connection or the next; claiming again is asked about again', async () => {
    const core = faultyCore([anAnsweredTask()]);
    await claim(core);
    await expect(answer(core, '1.0.0')).resolves.toBeNull();
    await expect(claim(core)).resolves.toBe('VERSION_QUERY');
    const { tasks } = core;
    const negotiation = { ...first(core).negotiation, heard: false } as Task['negotiation'];
    await tasks.write([{ task: first(core), change: { set: { negotiation }, transition: null, attemptLog: null } }]);
    await expect(answer(core, '1.0.0')).resolves.toBeNull();
    expect(first(core)).toMatchObject({ status: 'IN_PROGRESS', notifications: 1, attempt: 1 });
  });

  test('R-TASK-10 without the target in its time the attempt fails with a cause of its own', async () => {
    const core = faultyCore([anAnsweredTask()]);
    await claim(core);
    await answer(core, '1.0.0');
    core.now = new Date(EPOCH.getTime() + 30 * MINUTE);
    await expect(look(core)).resolves.toBeNull();
    expect(first(core)).toMatchObject({ status: 'FAILED', cause: 'UPDATING_TIMEOUT_AND_QUERY_DEVICE_VERSION_FOR_CHECK_TIMEOUT' });
  });

  test.each(['fails', 'repeats'] as const)('each of its calls %s once: the wait begins and the upgrade looks', async (fault) => {
    const clean = faultyCore([anAnsweredTask({ deviceName: 'meter-1' })]);
    await claim(clean);
    for (let number = 1; number <= clean.calls; number += 1) {
      const core = faultyCore([anAnsweredTask({ deviceName: 'meter-1' })]);
      core.breakCall(number, fault);
      await expect(claim(core)).rejects.toThrow('was told to');
      await claim(core);
      expect(first(core)).toMatchObject({ status: 'IN_PROGRESS', negotiation: { confirmingAt: EPOCH }, transitions: { length: 1 } });
      expect(core.told()).toEqual([`check ${first(core)._id} attempt 1`]);
    }
  });
});

describe('R-TASK-2 another version soon after a success', () => {
  const done = (fields: Partial<Task> = {}) =>
    aTask({ deviceName: 'meter-1', status: 'SUCCEEDED', active: false, endedAt: EPOCH, ...fields });
  const regress = (core: FaultyCore, previous = '2.0.0', module = 'default') =>
    onRegression(core, first(core).deviceId, module, previous, '1.0.0');

  test('R-TASK-2 goes on the record of the task that had brought the one before, once', async () => {
    const core = faultyCore([done()]);
    await regress(core);
    await regress(core);
    expect(first(core)).toMatchObject({ status: 'SUCCEEDED', active: false, transitions: [{ text: 'version regressed: 1.0.0' }] });
    expect(first(core).transitions).toHaveLength(1);
  });

  test.each<[string, Task, Parameters<typeof regress>[1], Parameters<typeof regress>[2]]>([
    ['of another module', done(), '2.0.0', 'software'],
    ['after a version that no task brought', done(), '1.5.0', 'default'],
    ['after more than an hour', done({ endedAt: new Date(EPOCH.getTime() - 60 * MINUTE - 1) }), '2.0.0', 'default'],
    ['after a failure', done({ status: 'FAILED' }), '2.0.0', 'default'],
  ])('R-TASK-2 is on no record: %s', async (_, task, previous, module) => {
    const core = faultyCore([task]);
    await regress(core, previous, module);
    expect(first(core)).toEqual(task);
  });
});
