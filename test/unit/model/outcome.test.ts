import fc from 'fast-check';
import { EVIDENCE } from '../../../schema/model/task/evidence';
import { FAILURE_CAUSES, type FailureCause } from '../../../schema/model/task/failure-causes';
import type { Task } from '../../../schema/model/task/task';
import type { TaskEvent } from '../../../schema/model/task/task-event';
import { aTask } from '../../support/builders';
import { AT, after, backTo, events, failed, failing, notified, over, reinitiated, succeeded } from '../../support/task-histories';

test.each<[string, TaskEvent[], Task['outcome'] | undefined, number | null]>([
  ['R-BAT-24 a device that was only notified has no outcome', [notified], undefined, null],
  ['R-BAT-24 a device counts as failed while its retry waits', [notified, failing()], 'FAILING', 2],
  ['R-BAT-24 a device counts as failed while its retry runs', [notified, failing(), notified], 'FAILING', 2],
  [
    'R-BAT-24 a device that fails, retries and succeeds counts once, as a success',
    [notified, failing(), notified, succeeded],
    'SUCCEEDED',
    4,
  ],
  ['R-BAT-24 a device that fails twice counts once, from its last attempt on', [notified, failing(), notified, failed(2)], 'FAILED', 4],
  ['R-BAT-24 a success without a notification says nothing', [succeeded], undefined, null],
  ['R-BAT-24 a device that was removed says nothing', [notified, failing(), over('DEVICE_REMOVED')], 'FAILED', null],
  ['R-BAT-24 a device that was canceled says nothing', [notified, failing(), { kind: 'canceled', cause: null }], null, null],
  ['R-BAT-24 a device that gave way says nothing', [notified, failing(), { kind: 'overridden' }], null, null],
  ['R-BAT-24 a device that never was on-line says nothing', [over('WAITING_FOR_THE_DEVICE_ONLINE_TIMEOUT')], 'FAILED', null],
  ['R-BAT-24 a version that is not eligible says nothing', [over('SOURCE_VERSION_NOT_ELIGIBLE')], 'FAILED', null],
  ['R-BAT-24 a device that is in use says nothing', [notified, failing(1, 'DEVICE_IN_USE')], 'FAILING', null],
  [
    'R-BAT-24 a device that does not come back from its first attempt stays failed by it',
    [notified, failing(), failed(2, 'WAITING_FOR_THE_DEVICE_ONLINE_TIMEOUT')],
    'FAILED',
    2,
  ],
  ['R-BAT-24 a time-out before the retry was notified adds nothing', [notified, failing(), over('DEVICE_UPGRADE_TIMEOUT')], 'FAILED', 2],
  ['R-BAT-24 a time-out of a notified attempt counts', [notified, over('DEVICE_UPGRADE_TIMEOUT')], 'FAILED', 2],
  ['R-BAT-24 a success that is followed by the old version is a failure', [notified, succeeded, backTo('1.0.0')], 'REGRESSED', 3],
  ['R-BAT-24 a success that is followed by a further version is none', [notified, succeeded, backTo('3.0.0')], 'SUCCEEDED', 2],
  ['R-BAT-24 who had the target without a notification does not regress', [succeeded, backTo('1.0.0')], undefined, null],
  ['R-BAT-24 R-BAT-21 a task that begins again has no outcome until its attempt ends', [notified, failed(), reinitiated], null, null],
])('%s', (_name, events, outcome, minute) => {
  const task = after(aTask(), ...events);
  expect([task.outcome, task.judgedAt ?? null]).toEqual([outcome, minute === null ? null : AT(minute)]);
});

test('R-BAT-24 of a device that had reported no version before, any other version is the old one', () => {
  expect(after(aTask({ sourceVersion: null }), notified, succeeded, backTo('0.9.0')).outcome).toBe('REGRESSED');
});

test('R-BAT-24 each failure cause is evidence or not, and those that are not end no device in a count', () => {
  expect(Object.keys(EVIDENCE).sort()).toEqual(Object.keys(FAILURE_CAUSES).sort());
  for (const cause of Object.keys(FAILURE_CAUSES) as FailureCause[]) {
    const { judgedAt } = after(aTask(), notified, failed(1, cause));
    expect([cause, judgedAt != null]).toEqual([cause, EVIDENCE[cause] === 'COUNTS']);
  }
});

test('R-BAT-24 whatever happens, who is judged has an outcome, and only who is tried again is failing', () => {
  fc.assert(
    fc.property(events, (happened) => {
      const { outcome, judgedAt, active, status } = after(aTask(), ...happened);
      if (judgedAt) expect(outcome).toBeTruthy();
      if (outcome === 'FAILING') expect(active).toBe(true);
      if (outcome === 'FAILED') expect(status).toBe('FAILED');
      if (outcome === 'SUCCEEDED' || outcome === 'REGRESSED') expect(status).toBe('SUCCEEDED');
    }),
  );
});
