import fc from 'fast-check';
import { LWM2M_STEPS, type Lwm2mStep } from '../../../schema/model/lwm2m/upgrade';
import { isActive, TASK_STATUSES, type Task } from '../../../schema/model/task/task';
import { DEFAULT_WAITS, limitsMsOf } from '../../../schema/model/task/waits';
import { waitsUntil } from '../../../schema/model/task/waits-until';
import { anAnsweredTask, anIotdaTask, aQueriedTask, aRunningTask, aTask } from '../../support/builders';
import { anAcceptedTask, anAskedTask, anLwm2mTask } from '../../support/lwm2m-tasks';

const EPOCH = new Date('2026-01-01T00:00:00Z');
const at = (minutes: number) => new Date(EPOCH.getTime() + minutes * 60_000);
const now = at(1);
const MIB = 1024 ** 2;
const untilOf = (task: Task, fileBytes = 100): number | null => {
  const until = waitsUntil(task, limitsMsOf(DEFAULT_WAITS, task, 60_000), fileBytes, now);
  return until && (until.getTime() - EPOCH.getTime()) / 60_000;
};
const away = { reachable: false };

test.each<[string, Task, number | null]>([
  ['a Link device: nothing ends what it waits for', aTask(), null],
  ['but the time-out of its batch', aRunningTask({ deadlineAt: at(30) }), 30],
  ['between attempts', aTask({ retryAt: at(10) }), 10],
  ['an IoTDA device that is off-line', anIotdaTask(away), 25 * 60],
  ['one that is on-line, and waits for the rate', anIotdaTask(), null],
  ['one that was asked for its version', aQueriedTask(), 3],
  ['one that was notified', anAnsweredTask(), 24 * 60],
  ['a time-out before that', anAnsweredTask({ deadlineAt: at(60) }), 60],
  ['a time-out after that', anAnsweredTask({ deadlineAt: at(2_000) }), 24 * 60],
  ['an LwM2M device that is off-line', anLwm2mTask({ ...away, onlineBy: at(24 * 60) }), 24 * 60],
  ['one that was asked for its version', anAskedTask('VERSION', EPOCH, { waitBy: at(3), onlineBy: at(24 * 60) }), 3],
  ['one that waits for a slot', anAskedTask('CELL_SLOT', EPOCH, { waitBy: at(24 * 60) }), 24 * 60],
  ['one that waits for a slot, and is off-line', anAskedTask('CELL_SLOT', EPOCH, { ...away, waitBy: at(600), onlineBy: at(500) }), 500],
  ['a task that has ended', anAnsweredTask({ status: 'FAILED', deadlineAt: at(60) }), null],
])('R-TASK-10 until when a task waits: %s', (_name, task, minutes) => {
  expect(untilOf(task)).toBe(minutes);
});

test.each<[Lwm2mStep, number]>([
  ['START', 10],
  ['DOWNLOAD', 60],
  ['EXECUTE', 24 * 60],
  ['UPDATE', 5],
  ['RESULT', 30],
  ['DEFERRED', 24 * 60 + 30],
  ['CHECK', 10],
])('R-TASK-10 R-FLOW-3 until when a step of an LwM2M device may last: %s', (step, minutes) => {
  expect(untilOf(anAcceptedTask(step, EPOCH))).toBe(minutes);
});

test('R-TASK-10 R-FLOW-3 a download may last 20 minutes for each MiB', () => {
  expect(untilOf(anAcceptedTask('DOWNLOAD', EPOCH), 10 * MIB)).toBeCloseTo(200);
});

test('R-TASK-10 every step of a device that has accepted a package ends, and nothing of an ended task does', () => {
  const task = fc.record({ step: fc.constantFrom(...LWM2M_STEPS), status: fc.constantFrom(...TASK_STATUSES), reachable: fc.boolean() });
  fc.assert(
    fc.property(task, fc.nat({ max: 2 ** 31 }), ({ step, ...fields }, bytes) => {
      expect(untilOf(anAcceptedTask(step, EPOCH, fields), bytes) !== null).toBe(isActive(fields.status));
    }),
  );
});
