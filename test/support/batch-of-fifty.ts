import type { Batch } from '../../schema/model/batch/batch';
import type { Task } from '../../schema/model/task/task';
import { failsWith } from './devices/behaviours';
import type { Fleet } from './devices/fleet';
import { slowness } from './devices/patience';
import type { DeviceOf, Driver } from './updraft-driver';

/** Fifty devices: most are upgraded, some fail once and are upgraded by a retry, some fail for good. */
export const FIFTY: DeviceOf[] = Array.from({ length: 50 }, (_, index) => ({
  deviceName: `meter-${index}`,
  behaviours: index % 10 === 3 ? [failsWith(-3, { times: 1 })] : index % 25 === 7 ? [failsWith(-4)] : [],
}));

/** A policy's minute: at the rate below fifty pushes take four seconds. */
export const MINUTE_MS = Math.round(6_000 * slowness());
export const FIFTY_POLICY = {
  rate: { kind: 'constant' as const, perMinute: 75 },
  retry: { intervalMinutes: 0 as const, maxRetries: 1 as const },
};

/** How each of them ends, whatever happens to the servers. */
export const FIFTY_ENDS = Object.fromEntries(FIFTY.map(({ deviceName }, index) => [deviceName, index % 25 === 7 ? 'FAILED' : 'SUCCEEDED']));

/** Pushes a version to all of them; settles when about half have their notification. */
export async function pushHalf(updraft: Driver, { version = '2.0.0', prefix = '' } = {}): Promise<Batch> {
  const deviceNames = FIFTY.map(({ deviceName }) => `${prefix}${deviceName}`);
  const online = { productKey: updraft.productKey, namePrefix: `${prefix}meter-`, online: true };
  await updraft.until(async () => (await updraft.core.devices.list(online, { first: 100, after: null })).rows.length === FIFTY.length);
  const batch = await updraft.push(await updraft.package(version), FIFTY_POLICY, { scope: { kind: 'targeted', deviceNames } });
  await updraft.until(async () => (await updraft.tasks(batch)).filter(({ status }) => status !== 'QUEUED').length >= FIFTY.length / 2);
  return batch;
}

/**
 * What went wrong on the way, in words: a device that was notified more often than its attempts and, where the gateway was away, its
 * connections explain (R-TASK-7), or a status that was entered twice. Empty when all is well.
 */
export function wrongs(tasks: Task[], fleet: Fleet, { reconnects }: { reconnects: boolean }): string[] {
  return tasks.flatMap(({ deviceName, attempt, transitions }) => {
    const { notifications, connects } = fleet.device(deviceName).counts;
    const entered = transitions.flatMap(({ from, to }) => (from === to ? [] : [to]));
    return [
      ...(notifications > attempt + (reconnects ? connects - 1 : 0)
        ? [`${deviceName}: ${notifications} pushes in ${attempt} attempts`]
        : []),
      ...(new Set(entered).size < entered.length ? [`${deviceName}: ${entered.join(', ')}`] : []),
    ];
  });
}
