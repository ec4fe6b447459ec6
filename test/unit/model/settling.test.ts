import fc from 'fast-check';
import type { Task } from '../../../schema/model/task/task';
import type { TaskEvent } from '../../../schema/model/task/task-event';
import { nextState } from '../../../schema/model/task/task-state';
import { aNotifiedTask, aRunningTask, aTask } from '../../support/builders';

const SETTLE = 2_000;
const START = new Date('2026-01-01T00:00:00Z').getTime();
const connected: TaskEvent = { kind: 'connected', gatewayId: 'gw-1', settleMs: SETTLE };
const disconnected: TaskEvent = { kind: 'disconnected', gatewayId: 'gw-1' };
const settled: TaskEvent = { kind: 'settled' };
const notified: TaskEvent = { kind: 'notified', repeatMs: 600_000 };

function taskAfter(task: Task, ...events: [number, TaskEvent][]): Task {
  const now = { ...task };
  for (const [at, event] of events) Object.assign(now, nextState(now, event, new Date(START + at))?.set);
  return now;
}
const dueIn = (task: Task): number => Number(task.offerAt) - START;

describe('R-TASK-7 the time in which a version report is awaited', () => {
  const away = aTask({ reachable: false, gatewayId: null });

  test('begins with a connection, and ends with the report', () => {
    const back = taskAfter(away, [10_000, connected]);
    expect(dueIn(back)).toBe(12_000);
    expect(dueIn(taskAfter(back, [10_300, settled]))).toBe(10_300);
  });

  test('a report afterwards, or without it, or of a task that nobody has confirmed, changes nothing', () => {
    expect(nextState(taskAfter(away, [10_000, connected]), settled, new Date(START + 12_000))).toBeNull();
    expect(nextState(away, settled, new Date(START))).toBeNull();
    const unconfirmed = taskAfter(aTask({ status: 'UNCONFIRMED', offerAt: null }), [10_000, connected]);
    expect(nextState(unconfirmed, settled, new Date(START + 10_100))).toBeNull();
  });

  test('ends no wait for a retry', () => {
    const between = aTask({ retryAt: new Date(START + 60_000), offerAt: new Date(START + 60_000) });
    expect(dueIn(taskAfter(between, [10_000, connected], [10_100, settled]))).toBe(60_000);
  });

  test('a device that comes back later is waited for anew', () => {
    expect(dueIn(taskAfter(away, [10_000, connected], [10_500, disconnected], [14_000, connected]))).toBe(16_000);
  });

  test('in upgrade each connection is waited for: it may be that of the new firmware', () => {
    const running = aRunningTask();
    expect(dueIn(taskAfter(running, [10_000, connected], [10_500, connected]))).toBe(12_500);
  });

  test('R-TASK-7 a device that is back is notified again, whatever still comes over its connection before', () => {
    const late: TaskEvent = { kind: 'progress', percent: 40, timeoutMs: null, late: true };
    const back = taskAfter(aRunningTask(), [10_000, connected]);
    expect(taskAfter(back, [10_100, late])).toMatchObject({ progress: 40, offerAt: new Date(START + 12_000) });
    expect(nextState(taskAfter(back, [10_100, late]), late, new Date(START + 10_200))).toBeNull();
    expect(taskAfter(back, [10_100, { ...late, late: false }]).offerAt).toBeNull();
  });

  test('a device that was notified and reconnects is waited for once more, and then notified again', () => {
    const flapping = taskAfter(aNotifiedTask(), [10_000, connected], [10_500, connected], [11_000, connected]);
    expect(dueIn(flapping)).toBe(12_000);
    const again = taskAfter(flapping, [12_100, notified], [12_400, connected], [12_900, connected]);
    expect(dueIn(again)).toBe(14_400);
  });

  test('however fast a device reconnects, it is due for half of the time at least, with and without reports', () => {
    const pauses = fc.array(fc.integer({ min: 50, max: 1_500 }), { minLength: 40, maxLength: 80 });
    fc.assert(
      fc.property(pauses, fc.boolean(), (all, reports) => {
        let task = away;
        let at = 100_000;
        let due = 0;
        const begin = at;
        for (const pause of all) {
          task = taskAfter(task, [at, connected], ...(reports ? [[at + 20, settled] as [number, TaskEvent]] : []));
          due += Math.max(0, at + pause - Math.max(at, dueIn(task)));
          at += pause;
          task = taskAfter(task, [at, disconnected]);
        }
        expect(due / (at - begin)).toBeGreaterThan(0.4);
      }),
    );
  });
});
