import fc from 'fast-check';
import { applied } from '../../../core/tasks/store';
import { deferralOf, deferralViolations } from '../../../schema/model/batch/deferral-policy';
import { DEFAULT_LIMITS } from '../../../schema/model/limits';
import { deferralBounds, deferralsLeft, deferralVerdict, deferredUntil, toldAt } from '../../../schema/model/task/deferral';
import type { Task } from '../../../schema/model/task/task';
import type { TaskEvent, TaskEventOf } from '../../../schema/model/task/task-event';
import { nextState } from '../../../schema/model/task/task-state';
import { waitingFor } from '../../../schema/model/task/waiting-for';
import { waitsUntil } from '../../../schema/model/task/waits-until';
import { anIotdaTask, aTask } from '../../support/builders';
import { anLwm2mTask } from '../../support/lwm2m-tasks';

const MINUTE = 60_000;
const NOW = new Date('2026-01-01T01:00:30Z');
const later = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE);
const BOUNDS = { maxTimes: 3, latest: later(600) };

const unconfirmed = (fields: Partial<Task> = {}): Task => aTask({ status: 'UNCONFIRMED', offerAt: null, ...fields });
const defer = (until: Date, fields: Partial<TaskEventOf<'deferred'>> = {}): TaskEvent => ({
  kind: 'deferred',
  ...{ until, by: 'user:a', bounds: BOUNDS, minuteMs: MINUTE, ...fields },
});
const stateAfter = (task: Task, event: TaskEvent, now = NOW): Task => {
  const change = nextState(task, event, now);
  return change === null ? task : applied({ task, change });
};
const deferred = (times = 1, until = later(60)): Task =>
  unconfirmed({ deferral: { times, until, at: NOW, by: 'user:a', tellAt: toldAt(until, MINUTE) } });

describe('R-TASK-12 whether a task may be deferred', () => {
  test.each<[string, Task, Date, ReturnType<typeof deferralVerdict>]>([
    ['the first time', unconfirmed(), later(60), null],
    ['a moment ahead', unconfirmed(), new Date(NOW.getTime() + 1), null],
    ['now', unconfirmed(), NOW, 'PAST'],
    ['into the past', unconfirmed(), later(-1), 'PAST'],
    ['to the last moment', unconfirmed(), BOUNDS.latest, null],
    ['beyond it', unconfirmed(), new Date(BOUNDS.latest.getTime() + 1), 'TOO_FAR'],
    ['to the end of time', unconfirmed(), new Date(8.64e15), 'TOO_FAR'],
    ['again while it is deferred', deferred(1), later(90), null],
    ['again to an earlier time', deferred(1), later(30), null],
    ['the last time', deferred(2), later(90), null],
    ['once too often', deferred(3), later(90), 'TOO_OFTEN'],
    ['by the same call', deferred(1), later(60), 'SAME'],
    ['by the same call, of the last time', deferred(3), later(60), 'SAME'],
    ['by the same call when the time is over', deferred(1, later(-5)), later(-5), 'SAME'],
    ['once somebody has confirmed it', aTask(), later(60), 'NOT_WAITING'],
    ['by the same call, once somebody has confirmed it', { ...deferred(1), status: 'QUEUED' }, later(60), 'NOT_WAITING'],
    ['once it has ended', { ...deferred(1), status: 'CANCELED', active: false }, later(60), 'NOT_WAITING'],
  ])('R-TASK-12 %s', (_name, task, until, verdict) => {
    expect(deferralVerdict(task, until, BOUNDS, NOW)).toBe(verdict);
    expect(nextState(task, defer(until), NOW) !== null).toBe(verdict === null);
  });

  test('R-TASK-12 not at all where the batch allows none', () => {
    expect(deferralVerdict(unconfirmed(), later(1), { ...BOUNDS, maxTimes: 0 }, NOW)).toBe('TOO_OFTEN');
  });

  test.each<[string, number, Date | null, Date]>([
    ['so many hours ahead', 10, null, later(600)],
    ['not beyond a scheduled end', 10, later(300), later(300)],
    ['a scheduled end that is further away is no matter', 10, later(900), later(600)],
  ])('R-TASK-12 how far: %s', (_name, maxHours, endAt, latest) => {
    expect(deferralBounds({ maxTimes: 1, maxHours }, endAt, MINUTE, NOW)).toEqual({ maxTimes: 1, latest });
  });
});

describe('R-TASK-12 what a batch allows', () => {
  const limits = { ...DEFAULT_LIMITS, deferrals: 2, deferralHours: 24 };
  test('R-TASK-12 three times a week ahead by default, less where the installation allows less, and nothing without confirmation', () => {
    expect(deferralOf({ confirmation: true }, DEFAULT_LIMITS)).toEqual({ maxTimes: 3, maxHours: 168 });
    expect(deferralOf({ confirmation: true }, limits)).toEqual({ maxTimes: 2, maxHours: 24 });
    expect(deferralOf({ confirmation: true, deferral: { maxTimes: 0 } }, limits)).toEqual({ maxTimes: 0, maxHours: 24 });
    expect(deferralOf({}, DEFAULT_LIMITS)).toBeNull();
  });

  test.each<[object, boolean, string[]]>([
    [{ maxTimes: 0 }, true, []],
    [{ maxTimes: 2, maxHours: 24 }, true, []],
    [{ maxTimes: 3, maxHours: 25 }, true, ['OUT_OF_RANGE deferral.maxTimes', 'OUT_OF_RANGE deferral.maxHours']],
    [{ maxTimes: -1, maxHours: 0 }, true, ['OUT_OF_RANGE deferral.maxTimes', 'OUT_OF_RANGE deferral.maxHours']],
    [{ maxTimes: 1.5 }, true, ['OUT_OF_RANGE deferral.maxTimes']],
    [{ maxTimes: 1 }, false, ['DEFERRAL_UNUSED deferral']],
  ])('R-TASK-12 %j of a batch that asks (%s): %j', (policy, asks, expected) => {
    const found = deferralViolations({ maxTimes: 0, ...policy }, asks, limits);
    expect(found.map(({ code, field }) => `${code} ${field}`)).toEqual(expected);
  });
});

describe('R-TASK-12 a deferred task', () => {
  test.each([unconfirmed(), anIotdaTask({ status: 'UNCONFIRMED', offerAt: null }), anLwm2mTask({ status: 'UNCONFIRMED', offerAt: null })])(
    'R-TASK-12 R-FLOW-7 stays UNCONFIRMED, says who has deferred it until when, and is not pushed ($dialect)',
    (task) => {
      const next = stateAfter(task, defer(later(60)));
      expect(next).toMatchObject({ status: 'UNCONFIRMED', active: true, offerAt: null });
      expect(next.deferral).toEqual({ times: 1, until: later(60), at: NOW, by: 'user:a', tellAt: new Date('2026-01-01T02:01:00Z') });
      expect(next.transitions.at(-1)).toMatchObject({
        from: 'UNCONFIRMED',
        to: 'UNCONFIRMED',
        text: 'Deferred until 2026-01-01T02:00:30.000Z.',
      });
      expect(waitingFor(next, 'RUNNING', later(59))).toBe('CONFIRMATION_DEFERRED');
      expect(waitsUntil(next, null, 0, later(59))).toEqual(later(60));
      // By the clock, whoever looks, and not when somebody has noticed.
      expect(waitingFor(next, 'RUNNING', later(60))).toBe('CONFIRMATION');
      expect(waitsUntil(next, null, 0, later(60))).toBeNull();
    },
  );

  test('R-TASK-12 confirming and rejecting end it, and neither waits for its time', () => {
    const confirmed = stateAfter(deferred(), { kind: 'confirmed' });
    expect(confirmed).toMatchObject({ status: 'QUEUED', offerAt: NOW, deferral: { times: 1 } });
    expect(waitingFor(confirmed, 'RUNNING', NOW)).toBe('PUSH_RATE');
    expect(waitsUntil(confirmed, null, 0, NOW)).toBeNull();
    expect(stateAfter(deferred(), { kind: 'rejected' })).toMatchObject({ status: 'CANCELED', active: false });
  });

  test.each<TaskEvent>([
    { kind: 'canceled', cause: null },
    { kind: 'canceled', cause: 'CAMPAIGN_WINDOW_CLOSED' },
    { kind: 'overridden' },
    { kind: 'succeeded' },
    { kind: 'ineligible', version: '7.0.0' },
    { kind: 'failed', cause: 'DEVICE_UPGRADE_TIMEOUT', text: null },
  ])('R-TASK-12 ends by %j like any other, and nothing of it is told later', (event) => {
    const ended = stateAfter(deferred(), event);
    expect(ended).toMatchObject({ active: false, offerAt: null, endedAt: NOW });
    expect(waitingFor(ended, 'RUNNING', NOW)).toBeNull();
    expect(nextState(ended, { kind: 'deferralEnded' }, later(120))).toBeNull();
  });

  test('R-TASK-12 what happens to its device leaves the deferral and its count alone', () => {
    const events: TaskEvent[] = [
      { kind: 'connected', gatewayId: 'gw-2', settleMs: 0 },
      { kind: 'disconnected', gatewayId: 'gw-2' },
      { kind: 'sourceReported', version: '1.0.0' },
      { kind: 'attemptFailed', attempt: 1, cause: 'DOWNLOAD_FAILED', text: null, retryAt: later(10) },
    ];
    for (const task of [deferred(2), { ...anIotdaTask(), ...deferred(2), ...{ negotiation: anIotdaTask().negotiation } }])
      expect(events.reduce((now, event) => stateAfter(now, event), task).deferral).toEqual(task.deferral);
  });

  test('R-TASK-12 a device that is matched again is asked anew: its deferrals count from none', () => {
    const ended = stateAfter(deferred(3), { kind: 'rejected' });
    const again = stateAfter(ended, {
      kind: 'matchedAgain',
      gatewayId: null,
      sourceVersion: '1.0.0',
      confirmation: true,
      timeoutMinutes: null,
    });
    expect(again).toMatchObject({ status: 'UNCONFIRMED', deferral: null });
    expect(deferralVerdict(again, later(60), BOUNDS, NOW)).toBeNull();
  });

  test('R-TASK-12 that the time is over is told once, by the whole minute', () => {
    const task = deferred();
    expect(nextState(task, { kind: 'deferralEnded' }, later(60))).toBeNull();
    const told = stateAfter(task, { kind: 'deferralEnded' }, later(61));
    expect(told).toMatchObject({ status: 'UNCONFIRMED', deferral: { times: 1, tellAt: null } });
    expect(told.transitions).toEqual([]);
    expect(nextState(told, { kind: 'deferralEnded' }, later(62))).toBeNull();
    expect(stateAfter(task, defer(later(90)), later(59)).deferral).toMatchObject({ times: 2, until: later(90) });
  });
});

describe('R-TASK-12 whatever is asked, in whatever order', () => {
  const call = fc.record({
    until: fc.integer({ min: -100, max: 900 }).map(later),
    by: fc.constantFrom('user:a', 'user:b'),
    at: fc.nat(800),
  });
  const other = fc.constantFrom<TaskEvent>(
    ...[{ kind: 'confirmed' as const }, { kind: 'rejected' as const }, { kind: 'overridden' as const }, { kind: 'deferralEnded' as const }],
    { kind: 'connected', gatewayId: 'gw-1', settleMs: 0 },
  );

  test('R-TASK-12 no task is deferred too often or too far, each deferral counts once, and what is left is what may be had', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 5, arbitrary: call }, other), { maxLength: 30 }), fc.nat(4), (steps, maxTimes) => {
        let task = unconfirmed();
        let granted = 0;
        let minutes = 0;
        for (const step of steps) {
          const isCall = 'at' in step;
          if (isCall) minutes = Math.max(minutes, step.at);
          const now = later(minutes);
          const bounds = deferralBounds({ maxTimes, maxHours: 5 }, later(700), MINUTE, now);
          const event = isCall ? defer(step.until, { by: step.by, bounds }) : step;
          const verdict = isCall ? deferralVerdict(task, step.until, bounds, now) : null;
          const left = deferralsLeft(task, bounds);
          const next = stateAfter(task, event, now);
          if (isCall && verdict === null) {
            granted += 1;
            expect(left).toBeGreaterThan(0);
            expect(step.until > now && step.until <= bounds.latest).toBe(true);
            expect(next.deferral).toMatchObject({ times: granted, until: step.until, by: step.by });
            expect(stateAfter(next, event, now)).toBe(next);
            expect(deferredUntil(next, now)).toEqual(step.until);
          } else expect(next.deferral?.times ?? 0).toBe(granted);
          if (next.status === 'UNCONFIRMED') expect(next).toMatchObject({ offerAt: null, notifiedAt: null });
          expect(deferralsLeft(next, bounds)).toBe(maxTimes - granted);
          task = next;
        }
        expect(granted).toBeLessThanOrEqual(maxTimes);
      }),
    );
  });

  test('R-TASK-12 it is told at a whole minute, never before the time, and less than a minute after', () => {
    fc.assert(
      fc.property(fc.date({ min: NOW, max: later(1e6), noInvalidDate: true }), fc.constantFrom(200, MINUTE), (until, minuteMs) => {
        const late = toldAt(until, minuteMs).getTime() - until.getTime();
        expect(late >= 0 && late < minuteMs && toldAt(until, minuteMs).getTime() % minuteMs === 0).toBe(true);
      }),
    );
  });
});
