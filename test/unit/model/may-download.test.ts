import fc from 'fast-check';
import { type Lwm2mStep, newUpgrade } from '../../../schema/model/lwm2m/upgrade';
import { type DownloadRefusal, downloadRefusal } from '../../../schema/model/task/may-download';
import { isActive, TASK_STATUSES, type Task, type TaskStatus } from '../../../schema/model/task/task';
import type { TaskEvent } from '../../../schema/model/task/task-event';
import { nextState } from '../../../schema/model/task/task-state';
import { aTask } from '../../support/builders';

const ENABLED = { enabled: true };
const NOW = new Date('2026-06-01T00:00:00Z');
const waits: [string, Partial<Task>][] = [
  ['nothing', {}],
  ['its device', { reachable: false, gatewayId: null }],
  ['its turn', { offerAt: NOW }],
  ['the start of its batch, or its end of a pause or a halt', { offerAt: new Date(NOW.getTime() + 3_600_000) }],
  ['a retry', { attempt: 2, retryAt: new Date(NOW.getTime() + 3_600_000), notifiedAt: null }],
];

/** By an address of the first attempt, of the present one, and by the id of a stream. */
const expected: Record<TaskStatus, DownloadRefusal | null> = {
  UNCONFIRMED: 'NOT_YET',
  QUEUED: 'NOT_YET',
  NOTIFIED: null,
  IN_PROGRESS: null,
  SUCCEEDED: 'ENDED',
  FAILED: 'ENDED',
  CANCELED: 'ENDED',
};

describe.each(waits)('R-DL-7 a device whose task waits for %s', (_name, waiting) => {
  test.each(TASK_STATUSES)(
    'R-DL-7 may have the file in %s as it says, by each way, and never when it is disabled, deleted or known by something else',
    (status) => {
      const task = aTask({ status, ...waiting });
      for (const attempt of [1, task.attempt, null]) {
        expect(downloadRefusal({ task, device: ENABLED, isProven: true, attempt })).toBe(expected[status]);
        const shutOut = expected[status] === 'ENDED' ? 'ENDED' : 'DEVICE';
        expect(downloadRefusal({ task, device: { enabled: false }, isProven: true, attempt })).toBe(shutOut);
        const voided = expected[status] === 'ENDED' ? 'ENDED' : 'VOID';
        expect(downloadRefusal({ task, device: ENABLED, isProven: false, attempt })).toBe(voided);
        expect(downloadRefusal({ task, device: null, isProven: false, attempt })).toBe(shutOut);
      }
    },
  );
});

test('R-DL-7 an address of an earlier run of the task stays ended when the task is re-initiated, those of its present run are good', () => {
  const task = aTask({ status: 'IN_PROGRESS', attempt: 4, firstAttempt: 3 });
  const of = (attempt: number | null) => downloadRefusal({ task, device: ENABLED, isProven: true, attempt });
  expect([1, 2, 3, 4, 5, null].map(of)).toEqual(['ENDED', 'ENDED', null, null, 'NOT_YET', null]);
});

const events: TaskEvent[] = [
  { kind: 'notified', repeatMs: 1 },
  { kind: 'progress', percent: 50, timeoutMs: null },
  { kind: 'succeeded' },
  { kind: 'attemptFailed', attempt: 1, cause: 'DOWNLOAD_FAILED', text: null, retryAt: NOW },
  { kind: 'attemptFailed', attempt: 2, cause: 'DOWNLOAD_FAILED', text: null, retryAt: null },
  { kind: 'failed', cause: 'DEVICE_REMOVED', text: null },
  { kind: 'canceled', cause: null },
  { kind: 'confirmed' },
  { kind: 'rejected' },
  { kind: 'overridden' },
  { kind: 'disconnected' },
  { kind: 'reinitiated', gatewayId: 'gw-1' },
] as TaskEvent[];

test('R-DL-7 whatever happens to a task: no file before its notification, none after its end', () => {
  const start = fc.constantFrom<TaskStatus>('UNCONFIRMED', 'QUEUED');
  fc.assert(
    fc.property(start, fc.array(fc.constantFrom(...events), { maxLength: 20 }), (status, sequence) => {
      let task = aTask({ status });
      let notified = false;
      for (const event of sequence) {
        const change = nextState(task, event, NOW);
        if (change === null) continue;
        task = { ...task, ...change.set };
        if (event.kind === 'notified') notified = true;
        if (event.kind === 'reinitiated') notified = false;
        const refusal = downloadRefusal({ task, device: ENABLED, isProven: true, attempt: null });
        if (!isActive(task.status)) expect(refusal).toBe('ENDED');
        else expect(refusal).toBe(notified ? null : 'NOT_YET');
      }
    }),
  );
});

test('R-DL-7 a device that was given an address may have the file before the store knows that it has accepted it', () => {
  const offered = (step: Lwm2mStep, attempt: number) => {
    const task = aTask({ dialect: 'LWM2M', attempt: 2, firstAttempt: 2, lwm2m: { ...newUpgrade(NOW), step } });
    return downloadRefusal({ task, device: ENABLED, isProven: true, attempt });
  };
  expect((['VERSION', 'SIGNAL', 'CELL_SLOT', 'START'] as const).map((step) => offered(step, 2))).toEqual([
    'NOT_YET',
    'NOT_YET',
    'NOT_YET',
    null,
  ]);
  expect([offered('START', 3), offered('START', 1)]).toEqual(['NOT_YET', 'ENDED']);
});
