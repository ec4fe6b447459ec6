import { allEnded, applyTask, failuresByCause, oldestWaiting } from '../../../demo/state';
import { deviations } from '../../../demo/verdict';
import { STARTED, seconds, stateOf, task } from './builders';

const at = (count: number) => new Date(seconds(count)).toISOString();
const FAILED = { status: 'FAILED', waitingFor: null, cause: { code: 'DOWNLOAD_FAILED' } } as const;
const SUCCEEDED = { status: 'SUCCEEDED', waitingFor: null } as const;

test('a task that was read before a change and arrives after it changes nothing', () => {
  const state = stateOf([task('meter-1', { ...SUCCEEDED, updatedAt: at(5) })]);
  applyTask(state, task('meter-1', { status: 'IN_PROGRESS', updatedAt: at(4) }), STARTED);
  expect(state.tasks.get('meter-1')?.status).toBe('SUCCEEDED');
});

test('failures, retries and late successes are told; ordinary successes are not', () => {
  const state = stateOf([task('meter-1'), task('meter-2'), task('meter-3')]);
  const attempts = [{ number: 1, cause: { code: 'DOWNLOAD_FAILED' } }] as const;
  applyTask(state, task('meter-1', { ...SUCCEEDED, updatedAt: at(1) }), STARTED);
  applyTask(state, task('meter-2', { attempt: 2, attempts, updatedAt: at(2) }), STARTED);
  applyTask(state, task('meter-2', { attempt: 2, attempts, ...SUCCEEDED, updatedAt: at(3) }), STARTED);
  applyTask(state, task('meter-3', { ...FAILED, updatedAt: at(4) }), STARTED);
  expect(state.events.map(({ text }) => text)).toEqual([
    'meter-2 attempt 1 failed: DOWNLOAD_FAILED',
    'meter-2 succeeded at attempt 2',
    'meter-3 failed: DOWNLOAD_FAILED',
  ]);
});

test('only the last events are kept', () => {
  const state = stateOf([]);
  for (let n = 0; n < 1_000; n += 1) applyTask(state, task(`meter-${n}`, FAILED), STARTED);
  expect(state.events).toHaveLength(20);
  expect(state.events.at(-1)?.text).toContain('meter-999');
});

test('the oldest waiting device is the one without news for longest that has not ended', () => {
  const tasks = [
    task('meter-1', { ...SUCCEEDED, updatedAt: at(0) }),
    task('meter-2', { updatedAt: at(7) }),
    task('meter-3', { updatedAt: at(3) }),
  ];
  expect(oldestWaiting(stateOf(tasks))?.deviceName).toBe('meter-3');
  expect(oldestWaiting(stateOf([task('meter-1', SUCCEEDED)]))).toBeNull();
});

test('failures are counted by cause, those that were retried apart', () => {
  const attempts = [1, 2, 3].map((number) => ({ number, cause: { code: 'DOWNLOAD_FAILED' } as const }));
  const tasks = [
    task('meter-1', { ...FAILED, attempt: 3, attempts }),
    task('meter-2', { attempt: 2, attempts: [{ number: 1, cause: { code: 'PACKAGE_INSTALLATION_FAILURE' } }] }),
    task('meter-3', { ...FAILED, cause: { code: 'DEVICE_UPGRADE_TIMEOUT' } }),
  ];
  expect(failuresByCause(stateOf(tasks))).toEqual([
    { code: 'DOWNLOAD_FAILED', failed: 1, retried: 2 },
    { code: 'DEVICE_UPGRADE_TIMEOUT', failed: 1, retried: 0 },
    { code: 'PACKAGE_INSTALLATION_FAILURE', failed: 0, retried: 1 },
  ]);
});

test('all have ended only when every device has a task and none is active', () => {
  expect(allEnded(stateOf([task('meter-1', SUCCEEDED)], 2))).toBe(false);
  expect(allEnded(stateOf([task('meter-1', SUCCEEDED), task('meter-2')]))).toBe(false);
  expect(allEnded(stateOf([task('meter-1', SUCCEEDED), task('meter-2', FAILED)]))).toBe(true);
});

test('a task that ended otherwise than planned is named with both ends', () => {
  const success = { status: 'SUCCEEDED', cause: null } as const;
  const plan = ['as-planned', 'failed', 'other-cause', 'not-ended', 'no-task'].map((deviceName) => ({
    ...{ deviceName, dialect: 'LINK' as const, lwm2m: null, fault: null, offline: false },
    planned: deviceName === 'other-cause' ? { status: 'FAILED' as const, cause: 'DEVICE_UPGRADE_TIMEOUT' } : success,
  }));
  const { tasks } = stateOf([
    // A success keeps the cause of the attempt that failed before it.
    task('as-planned', { ...SUCCEEDED, cause: { code: 'DOWNLOAD_FAILED' } }),
    task('failed', FAILED),
    task('other-cause', FAILED),
    task('not-ended', { status: 'IN_PROGRESS', waitingFor: 'TARGET_VERSION' }),
  ]);
  expect(deviations(plan, tasks)).toEqual([
    { deviceName: 'failed', planned: 'SUCCEEDED', actual: 'FAILED (DOWNLOAD_FAILED)' },
    { deviceName: 'other-cause', planned: 'FAILED (DEVICE_UPGRADE_TIMEOUT)', actual: 'FAILED (DOWNLOAD_FAILED)' },
    { deviceName: 'not-ended', planned: 'SUCCEEDED', actual: 'IN_PROGRESS, waiting for TARGET_VERSION (not ended)' },
    { deviceName: 'no-task', planned: 'SUCCEEDED', actual: 'no task' },
  ]);
});
