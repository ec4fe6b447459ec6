import DataLoader from 'dataloader';
import type { mongo } from 'mongoose';
import { holds, type Proof } from '../../schema/model/device/generations';
import type { DeviceId, TaskId } from '../../schema/model/ids';
import { type DownloadRefusal, downloadRefusal } from '../../schema/model/task/may-download';
import type { Task } from '../../schema/model/task/task';
import type { Collections } from '../../schema/mongo/connect';
import type { StoredDevice } from '../../schema/mongo/devices';
import { grantOf } from './grant';

/** A task as far as its downloads go by it, and what its device is known by. */
export interface Standing {
  task: Pick<Task, '_id' | 'deviceId' | 'active' | 'status' | 'packageId' | 'attempt' | 'firstAttempt' | 'negotiation' | 'lwm2m'>;
  device: Pick<StoredDevice, 'enabled' | 'generations' | 'certificates' | 'parentId'> | null;
}

/** By an address, or over a connection. */
export type Asked = { attempt: number; grant?: string } | { proof?: Proof };

/** What is asked of the store for each request for a file. Nothing is kept: each read begins after it was asked for. */
export interface Standings {
  ofTask(taskId: TaskId): Promise<Standing | null>;
  /** Of the device's unfinished task for a package. */
  ofDevice(deviceId: DeviceId, packageId: string): Promise<Standing | null>;
}

/** In one read of the store. */
const AT_ONCE = 500;

const STAGES = [
  {
    $lookup: {
      ...{ from: 'devices', localField: 'deviceId', foreignField: '_id', as: 'devices' },
      pipeline: [{ $project: { enabled: 1, generations: 1, certificates: 1, parentId: 1 } }],
    },
  },
  {
    $project: {
      task: {
        _id: '$_id',
        deviceId: '$deviceId',
        active: '$active',
        status: '$status',
        packageId: '$packageId',
        attempt: '$attempt',
        firstAttempt: '$firstAttempt',
        negotiation: '$negotiation',
        lwm2m: '$lwm2m',
      },
      device: { $ifNull: [{ $first: '$devices' }, null] },
    },
  },
];

/** Those that are asked for in one turn of the event loop are read together. */
export function createStandings({ tasks }: Pick<Collections, 'tasks'>): Standings {
  const options = { cache: false, maxBatchSize: AT_ONCE, batchScheduleFn: setImmediate };

  const read = (filter: mongo.Filter<Task>): Promise<Standing[]> =>
    tasks.aggregate<Standing>([{ $match: filter }, ...STAGES], { batchSize: AT_ONCE + 1 }).toArray();

  const byTask = new DataLoader<TaskId, Standing | null>(async (ids) => {
    const found = new Map((await read({ _id: { $in: [...new Set(ids)] } })).map((standing) => [standing.task._id, standing]));
    return ids.map((id) => found.get(id) ?? null);
  }, options);

  const byDevice = new DataLoader<{ deviceId: DeviceId; packageId: string }, Standing | null>(async (wanted) => {
    const found = await read({ deviceId: { $in: [...new Set(wanted.map(({ deviceId }) => deviceId))] }, active: true });
    const key = (deviceId: DeviceId, packageId: string): string => `${deviceId} ${packageId}`;
    const standings = new Map(found.map((standing) => [key(standing.task.deviceId, standing.task.packageId), standing]));
    return wanted.map(({ deviceId, packageId }) => standings.get(key(deviceId, packageId)) ?? null);
  }, options);

  return {
    ofTask: (taskId) => byTask.load(taskId),
    ofDevice: (deviceId, packageId) => byDevice.load({ deviceId, packageId }),
  };
}

/** Whoever asks for a file, in whatever way, is asked about here (R-DL-7). */
export function refusalOf({ task, device }: Standing, asked: Asked): DownloadRefusal | null {
  if (!('attempt' in asked)) {
    const isProven = asked.proof === undefined || (device !== null && holds(asked.proof, device));
    return downloadRefusal({ task, device, attempt: null, isProven });
  }
  return downloadRefusal({ task, device, attempt: asked.attempt, isProven: device !== null && asked.grant === grantOf(device) });
}
