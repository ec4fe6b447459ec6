import { applied } from '../../../core/tasks/store';
import { hasRegressed } from '../../../schema/model/task/begun-again';
import { hasDownloaded, isNotifiedTooOften } from '../../../schema/model/task/repeated';
import type { Task } from '../../../schema/model/task/task';
import type { TaskEvent, TaskEventOf } from '../../../schema/model/task/task-event';
import { nextState } from '../../../schema/model/task/task-state';
import { aNotifiedTask, anAnsweredTask, aRunningTask, aTask } from '../../support/builders';

const NOW = new Date('2026-01-01T01:00:00Z');
const later = (minutes: number) => new Date(NOW.getTime() + minutes * 60_000);

const notified: TaskEvent = { kind: 'notified', repeatMs: 600_000 };
const succeeded: TaskEvent = { kind: 'succeeded' };
const retried: TaskEvent = { kind: 'attemptFailed', attempt: 1, cause: 'DOWNLOAD_FAILED', text: 't', retryAt: later(10) };
const timedOut: TaskEvent = { kind: 'failed', cause: 'DEVICE_UPGRADE_TIMEOUT', text: null };
const canceled: TaskEvent = { kind: 'canceled', cause: null };
const reinitiated: TaskEvent = { kind: 'reinitiated', gatewayId: 'gw-1' };
const connected: TaskEventOf<'connected'> = { kind: 'connected', gatewayId: 'gw-2', settleMs: 2_000 };

const unconfirmedTask = () => aTask({ status: 'UNCONFIRMED', offerAt: null });

const stateAfter = (task: Task, event: TaskEvent): Task => {
  const change = nextState(task, event, NOW);
  return change === null ? task : applied({ task, change });
};

describe('R-TASK-5 another version, while nothing is asked of the device', () => {
  const waiting = (fields: Partial<Task> = {}) =>
    aRunningTask({ attempt: 2, notifiedAt: null, retryAt: later(10), offerAt: later(10), ...fields });
  const reported = { kind: 'sourceReported', version: '1.1.0' } as const;
  const ineligible = { kind: 'ineligible', version: '1.1.0' } as const;
  const nothingAsked = [aTask(), aTask({ sourceVersion: null }), unconfirmedTask(), waiting()];

  test.each(nothingAsked)('is the source of one that is $status, which stays as it is', (task) => {
    expect(stateAfter(task, reported)).toEqual({ ...task, sourceVersion: '1.1.0', updatedAt: NOW, revision: 1 });
  });
  test.each(nothingAsked)('ends one that is $status if the package cannot upgrade from it', (task) => {
    expect(stateAfter(task, ineligible)).toMatchObject({
      status: 'FAILED',
      cause: 'SOURCE_VERSION_NOT_ELIGIBLE',
      causeText: '1.1.0',
      retryAt: null,
    });
  });
  test.each([aNotifiedTask(), aRunningTask()])('is none of the two once it was notified: $status', (task) => {
    expect(nextState(task, reported, NOW)).toBeNull();
    expect(nextState(task, ineligible, NOW)).toBeNull();
  });
});

describe('R-TASK-11 notifications of one attempt', () => {
  const restarted: TaskEvent = { kind: 'sourceReported', version: '1.0.0' };
  const unheard: TaskEvent = { kind: 'connected', gatewayId: 'gw-2', settleMs: 0, unheard: true };
  const afterwards = (task: Task, ...events: TaskEvent[]) => events.reduce(stateAfter, task);
  const times = (count: number, ...events: TaskEvent[]) => Array.from({ length: count }, () => events).flat();
  const countedIn = (task: Task) => [task.notifications, task.renotifications ?? 0];

  test.each<[string, Task, TaskEvent[], number[]]>([
    ['the first one does not count, whoever came', aTask(), [connected, notified], [1, 0]],
    ['one that follows a reconnect counts', aRunningTask(), [connected, notified], [2, 1]],
    ['several reconnects before it count once', aRunningTask(), [connected, connected, connected, notified], [2, 1]],
    ['one that follows a restart counts', aRunningTask(), [restarted, notified], [2, 1]],
    ['a reconnect of a device that has not reacted', aNotifiedTask(), [connected, notified], [2, 1]],
    ['repeats by the clock do not count', aNotifiedTask(), times(5, notified), [6, 0]],
    ['nor what the platform missed', aRunningTask(), [unheard, notified], [2, 0]],
    ['nor one that the device had to ask for', aRunningTask(), [connected, { kind: 'notified', repeatMs: 1, asked: true }], [2, 0]],
    [
      'nor word of a connection that it knows of',
      aRunningTask({ presenceRevision: 4 }),
      [{ ...connected, presenceRevision: 4 }, notified],
      [2, 0],
    ],
    ['the next connection does', aRunningTask({ presenceRevision: 4 }), [{ ...connected, presenceRevision: 5 }, notified], [2, 1]],
    ['reconnects without end', aRunningTask(), times(12, connected, notified), [13, 12]],
    ['another attempt begins anew', aRunningTask({ renotifications: 7, cameBack: true }), [retried, notified], [1, 0]],
    ['so does a task', aRunningTask({ renotifications: 7 }), [timedOut, reinitiated, notified], [1, 0]],
  ])('R-TASK-11 %s', (_, task, events, expected) => {
    expect(countedIn(afterwards(task, ...events))).toEqual(expected);
  });

  test('R-TASK-11 is over after so many, a reconnect at a time', () => {
    let task: Task = aRunningTask();
    for (let count = 0; count < 10; count += 1) {
      task = afterwards(task, connected);
      expect(isNotifiedTooOften(task, 10)).toBe(false);
      task = afterwards(task, notified);
    }
    expect(isNotifiedTooOften(task, 10)).toBe(false);
    expect(isNotifiedTooOften(afterwards(task, connected), 10)).toBe(true);
    expect(isNotifiedTooOften(afterwards(task, connected, retried), 10)).toBe(false);
  });

  test('R-TASK-11 repeats by the clock double up to a day, and begin anew with a reconnect', () => {
    const gaps: number[] = [];
    let task: Task = aTask();
    for (let count = 0; count < 10; count += 1) {
      task = afterwards(task, notified);
      gaps.push((Number(task.offerAt) - NOW.getTime()) / 60_000);
    }
    expect(gaps).toEqual([10, 20, 40, 80, 160, 320, 640, 1_280, 1_440, 1_440]);
    expect(afterwards(task, connected, notified).offerAt).toEqual(later(10));
    expect(afterwards(aNotifiedTask(), { kind: 'notified', repeatMs: 600_000, longestMs: 600_000 }).offerAt).toEqual(later(10));
  });

  test('R-TASK-5 an IoTDA device that had said 100 % is known to have come back, over another connection and in that attempt', () => {
    const done = (fields: Partial<Task> = {}) =>
      anAnsweredTask({ status: 'IN_PROGRESS', reacted: true, downloaded: true, offerAt: null, presenceRevision: 4, ...fields });
    const returned = (task: Task, ...events: TaskEvent[]) => afterwards(task, ...events).negotiation?.returned;
    expect(returned(done(), connected)).toBe(true);
    expect(returned(done(), connected, { kind: 'progress', percent: 100, timeoutMs: null })).toBe(true);
    expect(returned(done(), { kind: 'progress', percent: 100, timeoutMs: null })).toBeUndefined();
    expect(returned(done(), { ...connected, presenceRevision: 4 })).toBeUndefined();
    expect(returned(done(), unheard)).toBeUndefined();
    expect(returned(done({ downloaded: false, progress: 60 }), connected)).toBeUndefined();
    expect(returned(done(), connected, retried)).toBeUndefined();
  });

  test('R-TASK-11 what is held back is due when it would have been, unless another attempt has begun', () => {
    const held: TaskEvent = { kind: 'heldBack', attempt: 1, repeatMs: 600_000 };
    expect(afterwards(aRunningTask(), connected, held).offerAt).toEqual(later(10));
    expect(nextState(afterwards(aRunningTask(), retried), held, NOW)).toBeNull();
  });

  test('R-TASK-5 100 % is kept when the percentage falls, until the next attempt; tasks of before know their last one', () => {
    const percent = (value: number): TaskEvent => ({ kind: 'progress', percent: value, timeoutMs: null });
    expect(afterwards(aNotifiedTask(), percent(100), percent(5))).toMatchObject({ progress: 5, downloaded: true });
    expect(hasDownloaded(afterwards(aNotifiedTask(), percent(99)))).toBe(false);
    expect(afterwards(aRunningTask({ progress: 100 }), percent(5)).downloaded).toBe(true);
    expect(hasDownloaded(afterwards(aNotifiedTask(), percent(100), retried, notified))).toBe(false);
  });
});

describe('R-BAT-10 a device that has the old version again after its success', () => {
  const regressed = { kind: 'reinitiated', gatewayId: 'gw-1', sourceVersion: '1.0.0', regressed: true } as const;
  const done = () => stateAfter(aRunningTask(), succeeded);
  test('R-BAT-10 R-BAT-21 begins again when an operator says so', () => {
    expect(stateAfter(done(), regressed)).toMatchObject({
      status: 'QUEUED',
      active: true,
      attempt: 2,
      sourceVersion: '1.0.0',
      endedAt: null,
    });
    expect(nextState(done(), reinitiated, NOW)).toBeNull();
    expect(nextState(stateAfter(aRunningTask(), canceled), regressed, NOW)).toBeNull();
  });
  test('R-BAT-10 is known by its version', () => {
    expect(['1.0.0', '1.5.0', '2.0.0', null].map((version) => hasRegressed(done(), version))).toEqual([true, false, false, false]);
    expect(hasRegressed(aTask({ status: 'SUCCEEDED', sourceVersion: '2.0.0' }), '2.0.0')).toBe(false);
    expect(hasRegressed(aTask({ status: 'FAILED' }), '1.0.0')).toBe(false);
  });
});
