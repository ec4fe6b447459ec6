import { isDeepStrictEqual } from 'node:util';
import { deviceNameOf } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task/task';
import type { DeviceObserver } from './devices/device-events';
import { startLwm2mFleet } from './lwm2m-fleet';
import type { Described } from './misbehaviours/lwm2m-rows';
import type { End } from './misbehaviours/row';
import { ADMIN, type Updraft } from './updraft';

export interface Lwm2mBatch {
  /** By device name. */
  tasks: ReadonlyMap<string, Task>;
  /** Tasks that have not ended as their rows say, with what happened to them. */
  unexpected: unknown[];
}

/** One batch over devices of these rows, in a platform with CoAP ports, until each task has ended; after `longestMs` those that have not are canceled. */
export async function runLwm2mBatch(
  updraft: Updraft,
  devices: readonly Described[],
  longestMs: number,
  observer?: DeviceObserver,
): Promise<Lwm2mBatch> {
  const { core, productKey, platform } = updraft;
  const { coapUrl = '', coapsUrl = '' } = platform;
  const described = devices.map(({ device }) => device);
  const fleet = await startLwm2mFleet({ core, productKey, coapUrl, coapsUrl }, described, {}, observer);
  try {
    const tasks = await endedTasks(updraft, longestMs);
    return { tasks, unexpected: devices.flatMap((each) => unexpectedOf(each, tasks)) };
  } finally {
    await fleet.stop();
  }
}

async function endedTasks(updraft: Updraft, longestMs: number): Promise<Lwm2mBatch['tasks']> {
  const { core } = updraft;
  const batch = await updraft.push(await updraft.package('2.0.0', 8_192), { retry: { intervalMinutes: 0, maxRetries: 1 } });
  await updraft.until(async () => (await core.batches.get(batch._id))?.status === 'RUNNING');
  const until = Date.now() + longestMs;
  await updraft.until(async () => {
    const { QUEUED, NOTIFIED, IN_PROGRESS } = await core.batches.counts(batch._id);
    return QUEUED + NOTIFIED + IN_PROGRESS === 0 || Date.now() > until;
  });
  await core.batches.cancel(ADMIN, batch._id).catch(() => undefined);
  await updraft.settled(batch);
  return new Map((await updraft.tasks(batch)).map((task) => [deviceNameOf(task.deviceId), task]));
}

/** Whose result does not come: the cause tells as well whether the device has answered when it was asked at last, which goes by its machine. */
const sameWait = <C>(cause: C): C | string =>
  cause === 'UPDATING_TIMEOUT_AND_QUERY_DEVICE_VERSION_FOR_CHECK_TIMEOUT' ? 'WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT' : cause;

function unexpectedOf({ device: { deviceName }, end }: Described, tasks: Lwm2mBatch['tasks']): unknown[] {
  const task = tasks.get(deviceName);
  if (task && isDeepStrictEqual(endOf(task).map(sameWait), end)) return [];
  const { lwm2m, causeText, transitions } = task ?? {};
  return [{ deviceName, expected: end, got: task && endOf(task), causeText, lwm2m, transitions }];
}

const endOf = ({ status, cause, attempts }: Task): End => [
  status,
  status === 'SUCCEEDED' ? null : cause,
  ...attempts.flatMap((each) => (each.cause === null ? [] : [each.cause])),
];
