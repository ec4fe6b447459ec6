import { applyProgress, applyTask, type DemoState, newState } from '../../../demo/state';
import type { TaskView } from '../../../demo/views';

export const STARTED = Date.parse('2026-01-01T10:00:00.000Z');
export const seconds = (count: number): number => STARTED + count * 1_000;

export function task(deviceName: string, more: Partial<TaskView> = {}): TaskView {
  const updatedAt = new Date(STARTED).toISOString();
  return {
    deviceName,
    status: 'QUEUED',
    waitingFor: 'PUSH_RATE',
    progress: null,
    attempt: 1,
    attempts: [],
    cause: null,
    updatedAt,
    ...more,
  };
}

/** Every other device speaks IoTDA. */
export function stateOf(tasks: TaskView[], devices = tasks.length): DemoState {
  const fleet = Array.from({ length: devices }, (_, n) => ({
    deviceName: tasks[n]?.deviceName ?? `other-${n}`,
    dialect: n % 2 === 0 ? ('LINK' as const) : ('IOTDA' as const),
  }));
  const state = newState('app.bin (1 MiB) as 2.0.0', fleet, 600, STARTED);
  for (const one of tasks) applyTask(state, one, STARTED);
  const count = (status: TaskView['status']): number => tasks.filter((one) => one.status === status).length;
  applyProgress(state, {
    batch: { status: 'RUNNING', statusReason: null },
    counts: {
      total: tasks.length,
      unconfirmed: 0,
      queued: count('QUEUED'),
      notified: count('NOTIFIED'),
      inProgress: count('IN_PROGRESS'),
      succeeded: count('SUCCEEDED'),
      failed: count('FAILED'),
      canceled: count('CANCELED'),
      failing: 0,
      regressed: 0,
    },
    rate: { asked: 600, reached: 598 },
  });
  return state;
}
