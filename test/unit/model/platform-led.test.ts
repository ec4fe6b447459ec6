import { currentWait } from '../../../schema/model/task/negotiation';
import type { Task } from '../../../schema/model/task/task';
import type { TaskEvent } from '../../../schema/model/task/task-event';
import { nextState } from '../../../schema/model/task/task-state';
import { waitingFor } from '../../../schema/model/task/waiting-for';
import { DEFAULT_WAITS, type LimitsMs, limitsMsOf } from '../../../schema/model/task/waits';
import { anAnsweredTask, anIotdaTask, aQueriedTask, aTask } from '../../support/builders';

const EPOCH = new Date('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;
const at = (ms: number) => new Date(EPOCH.getTime() + ms);
const LIMITS = limitsMsOf(DEFAULT_WAITS, { dialect: 'IOTDA' }, 60_000) as LimitsMs;
const waitEndsAt = (task: Task): Date | null => currentWait(task, LIMITS, 100)?.until ?? null;
const overdueCause = (task: Task): string | undefined => currentWait(task, LIMITS, 100)?.wait.cause;

/** The task after some events, each at its millisecond. */
function taskAfter(task: Task, ...events: [number, TaskEvent][]): Task {
  const now = { ...task };
  for (const [ms, event] of events) Object.assign(now, nextState(now, event, at(ms))?.set);
  return now;
}
const repeatMs = 600_000;
const overdue = (attempt = 1): TaskEvent => ({ kind: 'overdue', attempt, limits: LIMITS, fileBytes: 100, retryAt: null });

describe('platform-led tasks (R-FLOW-2)', () => {
  test('R-FLOW-2 asked, answered, opened: QUEUED until the notification, IN_PROGRESS from the first byte', () => {
    const asked = taskAfter(anIotdaTask(), [1_000, { kind: 'queried', repeatMs }]);
    expect(asked).toMatchObject({ status: 'QUEUED', negotiation: { queriedAt: at(1_000), begunAt: null }, offerAt: at(601_000) });
    expect(waitingFor(asked, 'RUNNING', at(2_000))).toBe('DEVICE_VERSION');
    const told = taskAfter(asked, [2_000, { kind: 'answered', version: '1.5.0', repeatMs }]);
    expect(told).toMatchObject({ status: 'NOTIFIED', sourceVersion: '1.5.0', onlineBy: null, notifications: 1 });
    expect(told.negotiation).toMatchObject({ queriedAt: null, begunAt: at(2_000) });
    const loading = taskAfter(told, [3_000, { kind: 'opened', attempt: 1 }]);
    expect(loading).toMatchObject({ status: 'IN_PROGRESS', reacted: true, offerAt: null, firstProgressAt: null });
    expect(taskAfter(loading, [4_000, { kind: 'opened', attempt: 1 }])).toEqual(loading);
  });

  test('R-FLOW-2 an answer nobody asked for, or to another connection, moves nothing', () => {
    for (const task of [anIotdaTask(), taskAfter(aQueriedTask(), [1, { kind: 'disconnected', gatewayId: 'gw-1' }]), aTask()])
      expect(nextState(task, { kind: 'answered', version: '1.0.0', repeatMs }, at(2))).toBeNull();
    expect(nextState(aTask(), { kind: 'queried', repeatMs }, EPOCH)).toBeNull();
    expect(nextState(anIotdaTask({ status: 'UNCONFIRMED' }), { kind: 'queried', repeatMs }, EPOCH)).toBeNull();
    expect(nextState(anAnsweredTask(), { kind: 'opened', attempt: 2 }, EPOCH)).toBeNull();
  });

  test('R-TASK-10 the version wait runs from the question, ends with the connection, and begins anew with the next', () => {
    const asked = aQueriedTask();
    expect(waitEndsAt(asked)).toEqual(at(180_000));
    expect(nextState(asked, overdue(), at(179_999))).toBeNull();
    expect(nextState(asked, overdue(2), at(180_000))).toBeNull();
    expect(nextState(asked, overdue(), at(180_000))?.set).toMatchObject({
      status: 'FAILED',
      cause: 'WAITING_FOR_REPORT_DEVICE_FIRMWARE_VERSION_TIMEOUT',
    });
    const gone = taskAfter(asked, [10_000, { kind: 'disconnected', gatewayId: 'gw-1' }]);
    expect(waitEndsAt(gone)).toBeNull();
    expect(gone.onlineBy).toEqual(at(25 * HOUR));
    const back = taskAfter(gone, [20_000, { kind: 'connected', gatewayId: 'gw-1', settleMs: 0 }], [21_000, { kind: 'queried', repeatMs }]);
    expect(waitEndsAt(back)).toEqual(at(201_000));
  });

  test('R-TASK-10 the result is awaited from the first notification, whatever reconnects and repeats follow', () => {
    const told = taskAfter(
      anAnsweredTask(),
      [HOUR, { kind: 'connected', gatewayId: 'gw-1', settleMs: 0 }],
      [HOUR, { kind: 'queried', repeatMs }],
      [HOUR, { kind: 'answered', version: '1.0.0', repeatMs }],
    );
    expect(waitEndsAt(told)).toEqual(at(24 * HOUR));
    expect(told.notifications).toBe(2);
  });

  test.each<[string, Partial<Task>, string]>([
    ['nothing was heard', {}, 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT'],
    ['a part was got', { reacted: true, progress: 60 }, 'WAITING_FOR_DEVICE_DOWNLOADED_PACKAGE_TIMEOUT'],
    ['100 % was reported', { reacted: true, progress: 100 }, 'WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT'],
    [
      'all bytes were served',
      { reacted: true, download: { bytesServed: 100, requests: 1, lastAt: EPOCH } },
      'WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT',
    ],
  ])('R-TASK-10 the result is overdue and %s', (_, fields, cause) => {
    expect(overdueCause(anAnsweredTask(fields))).toBe(cause);
  });

  test('R-TASK-10 bytes of an earlier attempt are none of this one', () => {
    const failed = taskAfter(anAnsweredTask({ reacted: true, download: { bytesServed: 100, requests: 1, lastAt: EPOCH } }), [
      1_000,
      { kind: 'attemptFailed', attempt: 1, cause: 'LOW_BATTERY', text: null, retryAt: at(2_000) },
    ]);
    expect(failed).toMatchObject({ attempt: 2, onlineBy: at(2_000 + 25 * HOUR), negotiation: { begunAt: null, servedBefore: 100 } });
    const again = taskAfter(failed, [2_000, { kind: 'queried', repeatMs }], [2_000, { kind: 'answered', version: '1.0.0', repeatMs }]);
    expect(overdueCause({ ...again, reacted: true })).toBe('WAITING_FOR_DEVICE_DOWNLOADED_PACKAGE_TIMEOUT');
  });

  test('R-FLOW-2 an off-line device has 25 hours, an on-line one that waits for its turn has all the time', () => {
    const event: TaskEvent = { kind: 'waitedTooLong', attempt: 1, retryAt: null };
    const away = anIotdaTask({ reachable: false });
    expect(nextState(away, event, at(25 * HOUR - 1))).toBeNull();
    expect(nextState(anIotdaTask(), event, at(26 * HOUR))).toBeNull();
    expect(nextState(away, event, at(25 * HOUR))?.set).toMatchObject({ status: 'FAILED', cause: 'WAITING_FOR_THE_DEVICE_ONLINE_TIMEOUT' });
    const retried = nextState(away, { ...event, retryAt: at(26 * HOUR) }, at(25 * HOUR));
    expect(retried?.set).toMatchObject({ attempt: 2, retryAt: at(26 * HOUR), onlineBy: at(51 * HOUR) });
  });

  test('R-TASK-4 the time-out of the task ends the wait for an off-line device too, unretried', () => {
    const between = taskAfter(anAnsweredTask({ firstProgressAt: EPOCH, deadlineAt: at(HOUR), reachable: false }), [
      1_000,
      { kind: 'attemptFailed', attempt: 1, cause: 'LOW_BATTERY', text: null, retryAt: at(2_000) },
    ]);
    expect(between.onlineBy).toEqual(at(HOUR));
    const ended = nextState(between, { kind: 'waitedTooLong', attempt: 2, retryAt: at(2 * HOUR) }, at(HOUR));
    expect(ended?.set).toMatchObject({ status: 'FAILED', cause: 'DEVICE_UPGRADE_TIMEOUT' });
  });

  test('R-FLOW-2 a device at work that comes back is asked for its version, and not told again what it knows', () => {
    const back = taskAfter(
      anAnsweredTask({ status: 'IN_PROGRESS', reacted: true, offerAt: null }),
      [1_000, { kind: 'connected', gatewayId: 'gw-1', settleMs: 500 }],
      [1_100, { kind: 'progress', percent: 40, timeoutMs: null }],
    );
    expect(back).toMatchObject({ offerAt: at(1_500), negotiation: { heard: true } });
    const answered = taskAfter(back, [1_500, { kind: 'queried', repeatMs }], [1_600, { kind: 'noted' }]);
    expect(answered).toMatchObject({ offerAt: null, negotiation: { queriedAt: null } });
    expect(taskAfter(answered, [2_000, { kind: 'disconnected', gatewayId: 'gw-1' }]).negotiation).toMatchObject({ heard: false });
  });

  test('R-FLOW-2 R-TASK-7 what comes late over the connection before does not say that a device that is back is at work', () => {
    const back = taskAfter(
      anAnsweredTask({ status: 'IN_PROGRESS', reacted: true, offerAt: null }),
      [1_000, { kind: 'connected', gatewayId: 'gw-2', settleMs: 500 }],
      [1_100, { kind: 'progress', percent: 40, timeoutMs: null, late: true }],
    );
    expect(back).toMatchObject({ progress: 40, offerAt: at(1_500), negotiation: { heard: false } });
    const again = taskAfter(back, [1_500, { kind: 'queried', repeatMs }], [1_600, { kind: 'answered', version: '1.0.0', repeatMs }]);
    expect(again.notifications).toBe(back.notifications + 1);
  });

  test('R-FLOW-2 a claimed target is asked about: it has half an hour from the first claim, whatever is said and dropped meanwhile', () => {
    const claimed = taskAfter(anAnsweredTask(), [1_000, { kind: 'confirming', repeatMs }]);
    expect(claimed).toMatchObject({ status: 'IN_PROGRESS', reacted: true, offerAt: at(601_000) });
    expect(claimed.negotiation).toMatchObject({ queriedAt: at(1_000), confirmingAt: at(1_000), heard: true });
    expect(waitingFor(claimed, 'RUNNING', at(2_000))).toBe('TARGET_VERSION');
    expect(nextState(claimed, { kind: 'confirming', repeatMs }, at(2_000))).toBeNull();
    const old = taskAfter(claimed, [2_000, { kind: 'noted' }]);
    expect(old).toMatchObject({ offerAt: at(601_000), negotiation: { queriedAt: null, confirmingAt: at(1_000) } });
    const again = taskAfter(
      old,
      [3_000, { kind: 'confirming', repeatMs }],
      [4_000, { kind: 'disconnected', gatewayId: 'gw-1' }],
      [5_000, { kind: 'connected', gatewayId: 'gw-1', settleMs: 500 }],
    );
    expect(again).toMatchObject({ status: 'IN_PROGRESS', offerAt: at(5_500), negotiation: { queriedAt: null, confirmingAt: at(1_000) } });
    expect(waitEndsAt(again)).toEqual(at(1_801_000));
    expect(nextState(again, overdue(), at(1_800_999))).toBeNull();
    expect(nextState(again, overdue(), at(1_801_000))?.set).toMatchObject({
      status: 'FAILED',
      cause: 'UPDATING_TIMEOUT_AND_QUERY_DEVICE_VERSION_FOR_CHECK_TIMEOUT',
    });
    const retried = nextState(again, { ...overdue(), retryAt: at(2 * HOUR) } as TaskEvent, at(HOUR));
    expect(retried?.set).toMatchObject({ attempt: 2, negotiation: { queriedAt: null, begunAt: null } });
    expect(retried?.set.negotiation).not.toHaveProperty('confirmingAt');
  });

  test('R-FLOW-2 nothing is confirmed that was not notified, or is over', () => {
    for (const task of [anIotdaTask(), aQueriedTask(), aTask(), anAnsweredTask({ status: 'SUCCEEDED', active: false })])
      expect(nextState(task, { kind: 'confirming', repeatMs }, EPOCH)).toBeNull();
  });

  test.each([
    ['within the hour, another version', { version: '1.0.0' }, HOUR, 'version regressed: 1.0.0'],
    ['after the hour', { version: '1.0.0' }, HOUR + 1, undefined],
    ['the same version', { version: '2.0.0' }, 1, undefined],
  ])('R-TASK-2 after a success %s: on record at most, and the task stays as it is', (_, said, ms, text) => {
    const done = aTask({ status: 'SUCCEEDED', active: false, endedAt: EPOCH });
    const change = nextState(done, { kind: 'versionRegressed', withinMs: HOUR, ...said }, at(ms));
    expect(change?.transition?.text).toBe(text);
    expect({ ...done, ...change?.set, updatedAt: EPOCH }).toEqual(done);
    for (const status of ['FAILED', 'CANCELED', 'IN_PROGRESS'] as const)
      expect(nextState({ ...done, status }, { kind: 'versionRegressed', withinMs: HOUR, ...said }, at(ms))).toBeNull();
  });

  test('R-BAT-24 an answer that finds no push is asked for again at once', () => {
    expect(taskAfter(aQueriedTask(), [1_000, { kind: 'postponed' }])).toMatchObject({
      offerAt: at(1_000),
      negotiation: { queriedAt: null },
    });
    expect(nextState(anIotdaTask(), { kind: 'postponed' }, EPOCH)).toBeNull();
  });

  test('R-TASK-8 R-BAT-21 a task that was confirmed, or begins again, has its hours from then on', () => {
    const unconfirmed = anIotdaTask({ status: 'UNCONFIRMED', offerAt: null, onlineBy: null });
    expect(taskAfter(unconfirmed, [HOUR, { kind: 'confirmed' }]).onlineBy).toEqual(at(26 * HOUR));
    const again = { kind: 'matchedAgain' as const, gatewayId: null, sourceVersion: '1.0.0', confirmation: true, timeoutMinutes: null };
    const matched = taskAfter(anAnsweredTask({ status: 'FAILED', active: false }), [HOUR, again]);
    expect([matched.status, matched.onlineBy]).toEqual(['UNCONFIRMED', null]);
    const failed = anAnsweredTask({ status: 'FAILED', active: false, deadlineAt: at(1), cause: 'LOW_BATTERY', endedAt: EPOCH });
    expect(taskAfter(failed, [HOUR, { kind: 'reinitiated', gatewayId: null }])).toMatchObject({
      status: 'QUEUED',
      onlineBy: at(26 * HOUR),
      negotiation: { begunAt: null },
    });
  });
});
