import fc from 'fast-check';
import { applied } from '../../../core/tasks/store';
import { isActive, progressOf, type Task, type TaskStatus } from '../../../schema/model/task/task';
import type { TaskEvent, TaskEventOf } from '../../../schema/model/task/task-event';
import { nextState } from '../../../schema/model/task/task-state';
import { aNotifiedTask, anIotdaTask, aRunningTask, aTask } from '../../support/builders';

const NOW = new Date('2026-01-01T01:00:00Z');
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

const notified: TaskEvent = { kind: 'notified', repeatMs: 600_000 };
const progress: TaskEvent = { kind: 'progress', percent: 35, timeoutMs: 3_600_000 };
const succeeded: TaskEvent = { kind: 'succeeded' };
const failedForGood: TaskEvent = { kind: 'attemptFailed', attempt: 1, cause: 'DOWNLOAD_FAILED', text: 't', retryAt: null };
const retried: TaskEvent = { kind: 'attemptFailed', attempt: 1, cause: 'DOWNLOAD_FAILED', text: 't', retryAt: later(10) };
const timedOut: TaskEvent = { kind: 'failed', cause: 'DEVICE_UPGRADE_TIMEOUT', text: null };
const canceled: TaskEvent = { kind: 'canceled', cause: null };
const confirmed: TaskEvent = { kind: 'confirmed' };
const rejected: TaskEvent = { kind: 'rejected' };
const overridden: TaskEvent = { kind: 'overridden' };
const reinitiated: TaskEvent = { kind: 'reinitiated', gatewayId: 'gw-1' };
const connected: TaskEventOf<'connected'> = { kind: 'connected', gatewayId: 'gw-2', settleMs: 2_000 };

const unconfirmedTask = () => aTask({ status: 'UNCONFIRMED', offerAt: null });

const stateAfter = (task: Task, event: TaskEvent): Task => {
  const change = nextState(task, event, NOW);
  return change === null ? task : applied({ task, change });
};

describe('R-TASK-1 the states of a task', () => {
  const unconfirmed = aTask({ status: 'UNCONFIRMED', offerAt: null });
  const rows: [Task, TaskEvent, TaskStatus][] = [
    [unconfirmed, notified, 'UNCONFIRMED'],
    [unconfirmed, canceled, 'CANCELED'],
    [unconfirmed, confirmed, 'QUEUED'],
    [unconfirmed, rejected, 'CANCELED'],
    [aTask(), confirmed, 'QUEUED'],
    [aTask(), rejected, 'QUEUED'],
    [aRunningTask(), rejected, 'IN_PROGRESS'],
    [unconfirmed, overridden, 'CANCELED'],
    [aTask(), overridden, 'CANCELED'],
    [aNotifiedTask(), overridden, 'CANCELED'],
    [aRunningTask(), overridden, 'IN_PROGRESS'],
    [aTask(), notified, 'NOTIFIED'],
    [aTask(), progress, 'QUEUED'],
    [aTask(), succeeded, 'SUCCEEDED'],
    [aTask(), failedForGood, 'FAILED'],
    [aTask(), canceled, 'CANCELED'],
    [aNotifiedTask(), notified, 'NOTIFIED'],
    [aNotifiedTask(), progress, 'IN_PROGRESS'],
    [aNotifiedTask(), succeeded, 'SUCCEEDED'],
    [aNotifiedTask(), failedForGood, 'FAILED'],
    [aNotifiedTask(), canceled, 'CANCELED'],
    [aRunningTask(), notified, 'IN_PROGRESS'],
    [aRunningTask(), progress, 'IN_PROGRESS'],
    [aRunningTask(), succeeded, 'SUCCEEDED'],
    [aRunningTask(), failedForGood, 'FAILED'],
    [aRunningTask(), timedOut, 'FAILED'],
    [aRunningTask(), canceled, 'CANCELED'],
    [aTask({ status: 'FAILED' }), reinitiated, 'QUEUED'],
    [aTask({ status: 'CANCELED' }), reinitiated, 'CANCELED'],
    [aTask({ status: 'SUCCEEDED' }), reinitiated, 'SUCCEEDED'],
    [aRunningTask(), reinitiated, 'IN_PROGRESS'],
  ];
  test.each(rows)('$status', (task, event, status) => {
    const next = stateAfter(task, event);
    expect(next.status).toBe(status);
    expect(next.active).toBe(isActive(status));
    expect(next.transitions).toHaveLength(status === task.status ? 0 : 1);
  });

  test('each change of status is recorded with its time, where from, where to and why', () => {
    expect(stateAfter(aRunningTask(), timedOut).transitions).toEqual([
      { at: NOW, attempt: 1, from: 'IN_PROGRESS', to: 'FAILED', cause: 'DEVICE_UPGRADE_TIMEOUT', text: null },
    ]);
  });
});

describe('R-TASK-6 a retry', () => {
  test.each([aTask(), aNotifiedTask(), aRunningTask()])('keeps the status $status, and shows attempt and time', (task) => {
    const next = stateAfter(task, retried);
    expect(next).toMatchObject({
      status: task.status,
      attempt: 2,
      retryAt: later(10),
      offerAt: later(10),
      progress: null,
      transitions: [{ at: NOW, attempt: 1, from: task.status, to: task.status, cause: 'DOWNLOAD_FAILED', text: 't' }],
    });
    expect(next.attempts).toMatchObject([{ number: 1, cause: 'DOWNLOAD_FAILED', endedAt: NOW }]);
  });

  test('each attempt is on record with its begin and its end, and the end with its cause', () => {
    const again: TaskEvent = { ...retried, attempt: 2, cause: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE', text: null };
    const repeated: TaskEvent = { kind: 'sourceReported', version: '1.0.0' };
    const events = [notified, progress, retried, notified, repeated, notified, again, notified, progress, succeeded];
    const { transitions } = events.reduce(stateAfter, aTask());
    expect(transitions.map(({ attempt, from, to, cause, text }) => [attempt, from, to, cause, text])).toEqual([
      [1, 'QUEUED', 'NOTIFIED', null, null],
      [1, 'NOTIFIED', 'IN_PROGRESS', null, null],
      [1, 'IN_PROGRESS', 'IN_PROGRESS', 'DOWNLOAD_FAILED', 't'],
      [2, 'IN_PROGRESS', 'IN_PROGRESS', null, null],
      [2, 'IN_PROGRESS', 'IN_PROGRESS', 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE', null],
      [3, 'IN_PROGRESS', 'IN_PROGRESS', null, null],
      [3, 'IN_PROGRESS', 'SUCCEEDED', null, null],
    ]);
  });

  test('an attempt that failed before its device was reached begins with the status of a task that is pushed', () => {
    const awaited = anIotdaTask({ reachable: false, onlineBy: NOW });
    const offline: TaskEvent = { kind: 'waitedTooLong', attempt: 1, retryAt: later(10) };
    const { transitions } = [offline, connected, { kind: 'queried', repeatMs: 600_000 } as const, notified].reduce(stateAfter, awaited);
    expect(transitions.map(({ attempt, from, to, cause }) => [attempt, from, to, cause])).toEqual([
      [1, 'QUEUED', 'QUEUED', 'WAITING_FOR_THE_DEVICE_ONLINE_TIMEOUT'],
      [2, 'QUEUED', 'NOTIFIED', null],
    ]);
  });

  test('a task that has succeeded is at 100 %, whatever its device said last', () => {
    for (const task of [aTask(), aNotifiedTask(), aRunningTask({ progress: 91 }), aTask({ status: 'SUCCEEDED', progress: 91 })])
      expect(progressOf(stateAfter(task, succeeded))).toBe(100);
    for (const event of [failedForGood, timedOut, canceled, progress])
      expect(progressOf(stateAfter(aRunningTask({ progress: 35 }), event))).toBe(35);
    expect(progressOf(aTask())).toBeNull();
  });

  test('R-TASK-5 a report of an attempt that is over changes nothing', () => {
    expect(nextState(stateAfter(aRunningTask(), retried), failedForGood, NOW)).toBeNull();
  });

  test('between attempts a progress report is of the last one and changes nothing', () => {
    expect(nextState(stateAfter(aRunningTask(), retried), progress, NOW)).toBeNull();
  });

  test('is over once the next notification has left', () => {
    expect(stateAfter(stateAfter(aRunningTask(), retried), notified)).toMatchObject({
      status: 'IN_PROGRESS',
      retryAt: null,
      notifications: 1,
    });
  });
});

describe('R-BAT-21 a failed task that an operator re-initiates', () => {
  test('R-BAT-21 begins as new, with the next attempt, and keeps its record', () => {
    const failed = stateAfter(aRunningTask({ attempt: 3, deadlineAt: NOW }), timedOut);
    const begun = stateAfter(failed, reinitiated);
    expect(begun).toMatchObject({
      ...{ status: 'QUEUED', active: true, attempt: 4, firstAttempt: 4, progress: null, cause: null, offerAt: NOW, notifiedAt: null },
      ...{ firstProgressAt: null, deadlineAt: null, endedAt: null, reachable: true, gatewayId: 'gw-1', reacted: false },
    });
    expect(begun.attempts).toMatchObject([{ number: 3, cause: 'DEVICE_UPGRADE_TIMEOUT' }]);
    expect(begun.transitions.map(({ to }) => to)).toEqual(['FAILED', 'QUEUED']);
  });

  test('R-BAT-21 has an attempt that failed in its record once', () => {
    const failed = stateAfter(aRunningTask(), failedForGood);
    expect(stateAfter(failed, reinitiated).attempts).toMatchObject([{ number: 1, cause: 'DOWNLOAD_FAILED' }]);
  });
});

describe('R-TASK-4 the deadline', () => {
  test('is set by the first progress report', () => {
    expect(stateAfter(aNotifiedTask(), progress)).toMatchObject({ firstProgressAt: NOW, deadlineAt: later(60) });
  });
  test('is not moved by a later one, nor by a new attempt', () => {
    const running = aRunningTask({ firstProgressAt: later(-30), deadlineAt: later(30) });
    expect(stateAfter(running, progress).deadlineAt).toEqual(later(30));
    expect(stateAfter(stateAfter(stateAfter(running, retried), notified), progress)).toMatchObject({ attempt: 2, deadlineAt: later(30) });
  });
});

describe('R-TASK-7 when the notification is due', () => {
  const dueAfter = (task: Task, ...events: TaskEvent[]) => events.reduce(stateAfter, task).offerAt;
  test('again after the repeat time while the device has not reacted', () => expect(dueAfter(aTask(), notified)).toEqual(later(10)));
  test('not again once it has', () => expect(dueAfter(aTask(), notified, progress)).toBeNull());
  test('again when the device reconnects, after it had time to report its version', () =>
    expect(dueAfter(aRunningTask(), connected)).toEqual(new Date(NOW.getTime() + 2_000)));
  test('not before the retry is due, whoever reconnects', () => expect(dueAfter(aRunningTask(), retried, connected)).toEqual(later(10)));
  test('again when a device in upgrade reports its source version: it has restarted', () =>
    expect(dueAfter(aRunningTask(), { kind: 'sourceReported', version: '1.0.0' })).toEqual(NOW));
  test('unchanged when a device that was not yet pushed reports its version', () =>
    expect(nextState(aTask(), { kind: 'sourceReported', version: '1.0.0' }, NOW)).toBeNull());
  test('R-TASK-8 never while the task waits for confirmation', () =>
    expect(dueAfter(aTask({ status: 'UNCONFIRMED', offerAt: null }), connected)).toBeNull());
});

describe('R-TASK-6 the record of an end', () => {
  const lastLine = (...events: TaskEvent[]) => events.reduce(stateAfter, aRunningTask()).transitions.at(-1);
  test.each([
    ['success', succeeded],
    ['a time-out', timedOut],
    ['cancellation', canceled],
  ])('R-TASK-6 while a retry waits, %s is on record with the attempt that had begun', (_name, event) => {
    expect(lastLine(retried, event)).toMatchObject({ attempt: 1 });
    expect(lastLine(retried, notified, event)).toMatchObject({ attempt: 2 });
  });
  test('R-TASK-6 an attempt that fails before its notification has its own', () => {
    const failed = {
      kind: 'attemptFailed',
      attempt: 2,
      cause: 'WAITING_FOR_THE_DEVICE_ONLINE_TIMEOUT',
      text: null,
      retryAt: null,
    } as const;
    expect(lastLine(retried, failed)).toMatchObject({ attempt: 2, to: 'FAILED' });
  });
});

describe('presence', () => {
  test('R-DEV-2 a connection makes the task reachable at its gateway, its end makes it unreachable', () => {
    const online = stateAfter(aTask({ reachable: false, gatewayId: null }), connected);
    expect(online).toMatchObject({ reachable: true, gatewayId: 'gw-2' });
    expect(stateAfter(online, { kind: 'disconnected', gatewayId: 'gw-2' })).toMatchObject({ reachable: false, gatewayId: null });
  });
});

const anyEvent: fc.Arbitrary<TaskEvent> = fc.oneof(
  fc.constantFrom<TaskEvent>(notified, succeeded, timedOut, canceled, confirmed, rejected, overridden, reinitiated, connected, {
    kind: 'disconnected',
    gatewayId: 'gw-1',
  }),
  fc.record({ kind: fc.constant('progress' as const), percent: fc.nat(100), timeoutMs: fc.constantFrom(null, 60_000) }),
  fc.record({
    kind: fc.constant('attemptFailed' as const),
    attempt: fc.integer({ min: 1, max: 4 }),
    cause: fc.constant('DOWNLOAD_FAILED' as const),
    text: fc.constant(null),
    retryAt: fc.constantFrom(null, later(10)),
  }),
  fc.record({ kind: fc.constantFrom('sourceReported' as const, 'ineligible' as const), version: fc.constantFrom('1.0.0', '1.1.0') }),
  fc.record({
    kind: fc.constant('matchedAgain' as const),
    gatewayId: fc.constantFrom(null, 'gw-2'),
    sourceVersion: fc.constantFrom('1.0.0', '1.1.0'),
    confirmation: fc.boolean(),
    timeoutMinutes: fc.constantFrom(null, 30),
  }),
);

describe('R-TASK-1 whatever happens to a task, in whatever order', () => {
  const rank: Record<TaskStatus, number> = { UNCONFIRMED: 0, QUEUED: 1, NOTIFIED: 2, IN_PROGRESS: 3, SUCCEEDED: 4, FAILED: 4, CANCELED: 4 };

  test('R-BAT-21 R-BAT-10 its status only goes forward, a final one is left by an operator or a dynamic batch alone, and the log tells every step', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), fc.boolean(), (events, asks) => {
        let task = asks ? unconfirmedTask() : aTask();
        for (const event of events) {
          const next = stateAfter(task, event);
          if (event.kind === 'reinitiated' && task.status === 'FAILED')
            expect(next).toMatchObject({ status: 'QUEUED', attempt: task.attempt + 1 });
          else if (event.kind === 'matchedAgain' && !task.active)
            expect(next).toMatchObject({ attempt: task.attempt + 1, matches: (task.matches ?? 1) + 1, sourceVersion: event.sourceVersion });
          else {
            expect(rank[next.status]).toBeGreaterThanOrEqual(rank[task.status]);
            if (!task.active) expect(next).toBe(task);
          }
          expect(next.attempts.length).toBeGreaterThanOrEqual(task.attempts.length);
          expect(next.attempt).toBeGreaterThanOrEqual(task.attempt);
          expect(next.active).toBe(isActive(next.status));
          task = next;
        }
        expect(task.transitions.at(-1)?.to ?? (asks ? 'UNCONFIRMED' : 'QUEUED')).toBe(task.status);
      }),
    );
  });

  test('it never waits for nothing: an active task is due at some time, has reacted, or is out of reach', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        const task = events.reduce(stateAfter, aTask());
        if (task.active && task.reachable && task.status !== 'UNCONFIRMED') expect(task.offerAt !== null || task.reacted).toBe(true);
        if (!task.active) expect(task).toMatchObject({ offerAt: null, retryAt: null, reachable: false, endedAt: NOW });
      }),
    );
  });

  test('R-TASK-8 nothing is due before somebody has confirmed, and afterwards it waits for nothing', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        const task = events.reduce(stateAfter, unconfirmedTask());
        if (task.status === 'UNCONFIRMED') expect(task).toMatchObject({ offerAt: null, notifiedAt: null });
        else if (task.active && task.reachable) expect(task.offerAt !== null || task.reacted).toBe(true);
      }),
    );
  });

  test('the same event twice is the same as once', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 20 }), anyEvent, (events, event) => {
        const once = stateAfter(events.reduce(stateAfter, aTask()), event);
        const twice = stateAfter(once, event);
        // A second notification is one more, and the clock's next comes later.
        const same = { revision: 0, notifications: 0, ...(event.kind === 'notified' && { offerAt: null, repeats: 0 }) };
        expect({ ...twice, ...same }).toEqual({ ...once, ...same });
      }),
    );
  });
});
