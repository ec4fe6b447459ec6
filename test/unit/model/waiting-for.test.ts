import fc from 'fast-check';
import { BATCH_STATUSES, type BatchStatus } from '../../../schema/model/batch/batch';
import { isActive, TASK_STATUSES, type Task } from '../../../schema/model/task/task';
import { type WaitingFor, waitingFor } from '../../../schema/model/task/waiting-for';

const now = new Date('2026-01-01T12:00:00Z');
const earlier = new Date(now.getTime() - 60_000);
const later = new Date(now.getTime() + 60_000);

type Fields = Pick<Task, 'status' | 'notifiedAt' | 'reacted' | 'reachable' | 'retryAt' | 'offerAt'>;
const queued: Fields = { status: 'QUEUED', notifiedAt: null, reacted: false, reachable: true, retryAt: null, offerAt: earlier };
const notified: Fields = { ...queued, status: 'NOTIFIED', notifiedAt: earlier, offerAt: later };
const running: Fields = { ...notified, status: 'IN_PROGRESS', reacted: true, offerAt: null };
const between: Fields = { ...running, notifiedAt: null, reacted: false, retryAt: later, offerAt: later };

const table: [string, Fields, BatchStatus, WaitingFor | null][] = [
  ['unconfirmed', { ...queued, status: 'UNCONFIRMED' }, 'RUNNING', 'CONFIRMATION'],
  ['queued and on-line', queued, 'RUNNING', 'PUSH_RATE'],
  ['queued while its batch starts', queued, 'STARTING', 'PUSH_RATE'],
  ['queued and off-line', { ...queued, reachable: false }, 'RUNNING', 'DEVICE_OFFLINE'],
  ['queued in a paused batch', queued, 'PAUSED', 'BATCH_PAUSED'],
  ['queued and off-line in a paused batch', { ...queued, reachable: false }, 'PAUSED', 'BATCH_PAUSED'],
  ['notified', notified, 'RUNNING', 'DEVICE_REACTION'],
  ['notified in a paused batch', notified, 'PAUSED', 'DEVICE_REACTION'],
  ['notified, then off-line', { ...notified, reachable: false }, 'RUNNING', 'DEVICE_OFFLINE'],
  ['notified and due to be notified again', { ...notified, offerAt: earlier }, 'RUNNING', 'DEVICE_REACTION'],
  ['at work', running, 'RUNNING', 'TARGET_VERSION'],
  ['at work in a paused batch', running, 'PAUSED', 'TARGET_VERSION'],
  ['at work, then off-line', { ...running, reachable: false }, 'RUNNING', 'DEVICE_OFFLINE'],
  ['restarted at work, to be notified again', { ...running, offerAt: earlier }, 'RUNNING', 'PUSH_RATE'],
  ['restarted at work in a paused batch', { ...running, offerAt: earlier }, 'PAUSED', 'BATCH_PAUSED'],
  ['between attempts', between, 'RUNNING', 'RETRY'],
  ['between attempts and off-line', { ...between, reachable: false }, 'RUNNING', 'RETRY'],
  ['between attempts, the next one due', { ...between, retryAt: earlier, offerAt: earlier }, 'RUNNING', 'PUSH_RATE'],
  ['between attempts, due but off-line', { ...between, retryAt: earlier, reachable: false }, 'RUNNING', 'DEVICE_OFFLINE'],
  ['succeeded', { ...running, status: 'SUCCEEDED' }, 'RUNNING', null],
  ['failed', { ...between, status: 'FAILED' }, 'RUNNING', null],
  ['canceled', { ...queued, status: 'CANCELED' }, 'CANCELED', null],
];

test.each(table)('R-TASK-1 a task that is %s shows what it waits for', (_name, task, batchStatus, expected) => {
  expect(waitingFor(task, batchStatus, now)).toBe(expected);
});

test('R-TASK-1 a device that is off-line because it is disabled says so, and nothing else changes', () => {
  for (const [, task, batchStatus, expected] of table) {
    const reason = waitingFor(task, batchStatus, now, true, { enabled: false });
    expect(reason).toBe(expected === 'DEVICE_OFFLINE' ? 'DEVICE_DISABLED' : expected);
  }
});

test('R-TASK-1 R-DEV-2 a device that connects again and again says so where its connection is what a task waits for', () => {
  for (const [, task, batchStatus, expected] of table) {
    const reason = waitingFor(task, batchStatus, now, true, { unstable: true });
    expect(reason).toBe(expected === 'DEVICE_OFFLINE' || expected === 'PUSH_RATE' ? 'CONNECTION_UNSTABLE' : expected);
  }
});

test('R-TASK-1 a task has a reason to wait exactly as long as it is active', () => {
  const time = fc.constantFrom(null, earlier, later);
  const task = fc.record({
    status: fc.constantFrom(...TASK_STATUSES),
    notifiedAt: time,
    reacted: fc.boolean(),
    reachable: fc.boolean(),
    retryAt: time,
    offerAt: time,
  });
  fc.assert(
    fc.property(task, fc.constantFrom(...BATCH_STATUSES), (fields, batchStatus) => {
      expect(waitingFor(fields, batchStatus, now) !== null).toBe(isActive(fields.status));
    }),
  );
});

test.each([true, false])('R-BAT-7 without proactive push a device waits for its own request, on-line (%s) or not', (reachable) => {
  expect(waitingFor({ ...queued, reachable }, 'RUNNING', new Date(), false)).toBe('DEVICE_REQUEST');
});
