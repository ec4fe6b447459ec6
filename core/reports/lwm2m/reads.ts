import DataLoader from 'dataloader';
import type { DeviceId } from '../../../schema/model/ids';
import type { Task } from '../../../schema/model/task/task';
import type { PushTerms } from '../../push/terms';
import type { Lwm2mDeps, Lwm2mReads } from './deps';

const AT_ONCE = 500;

/** Nothing is kept: each read begins after it was asked for. */
export function createReads({ tasks, pushTerms }: Pick<Lwm2mDeps, 'tasks' | 'pushTerms'>): Lwm2mReads {
  const options = { cache: false, maxBatchSize: AT_ONCE, batchScheduleFn: setImmediate };

  const byDevice = new DataLoader<DeviceId, Task[]>(async (ids) => {
    const found = new Map<DeviceId, Task[]>();
    for (const task of await tasks.concerning([...new Set(ids)])) found.set(task.deviceId, [...(found.get(task.deviceId) ?? []), task]);
    return ids.map((id) => found.get(id) ?? []);
  }, options);

  const byBatch = new DataLoader<string, PushTerms | null>(async (ids) => {
    const read = new Map(await Promise.all([...new Set(ids)].map(async (id) => [id, await pushTerms(id)] as const)));
    return ids.map((id) => read.get(id) ?? null);
  }, options);

  return {
    concerning: (deviceId) => byDevice.load(deviceId),
    pushTerms: (batchId) => byBatch.load(batchId),
  };
}
