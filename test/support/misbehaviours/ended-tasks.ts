import type { BatchPolicy } from '../../../schema/model/batch/batch';
import { deviceNameOf } from '../../../schema/model/ids';
import type { Task } from '../../../schema/model/task/task';
import { ADMIN, type Updraft } from '../updraft';
import type { End } from './row';

export interface EndedTasks {
  /** In milliseconds. Who has not ended by then is canceled, and seen by that. */
  longestMs: number;
  /** Besides its two attempts. */
  policy?: Partial<BatchPolicy>;
  /** How many never react, wait for ever and are canceled at the end. */
  waiting?: number;
}

/** By device name: one batch over all devices that there are, until each task has ended. */
export async function endedTasks(updraft: Updraft, { longestMs, policy = {}, waiting = 0 }: EndedTasks): Promise<Map<string, Task>> {
  const { core } = updraft;
  const retry = { intervalMinutes: 0, maxRetries: 1 };
  const batch = await updraft.push(await updraft.package('2.0.0', 8_192), { retry, ...policy });
  await updraft.until(async () => (await core.batches.get(batch._id))?.status === 'RUNNING');
  const until = Date.now() + longestMs;
  await updraft.until(async () => {
    const { QUEUED, NOTIFIED, IN_PROGRESS } = await core.batches.counts(batch._id);
    return (QUEUED + IN_PROGRESS === 0 && NOTIFIED === waiting) || Date.now() > until;
  });
  await core.batches.cancel(ADMIN, batch._id).catch(() => undefined);
  await updraft.settled(batch);
  return new Map((await updraft.tasks(batch)).map((task) => [deviceNameOf(task.deviceId), task]));
}

export const endOf = ({ status, cause, attempts }: Task): End => [
  status,
  status === 'SUCCEEDED' ? null : cause,
  ...attempts.flatMap((each) => (each.cause === null ? [] : [each.cause])),
];
