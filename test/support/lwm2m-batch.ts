import { isDeepStrictEqual } from 'node:util';
import type { Task } from '../../schema/model/task/task';
import type { DeviceObserver } from './devices/device-events';
import { startLwm2mFleet } from './lwm2m-fleet';
import { endedTasks, endOf } from './misbehaviours/ended-tasks';
import type { Described } from './misbehaviours/lwm2m-rows';
import type { Updraft } from './updraft';

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
    const tasks = await endedTasks(updraft, { longestMs });
    return { tasks, unexpected: devices.flatMap((each) => unexpectedOf(each, tasks)) };
  } finally {
    await fleet.stop();
  }
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
