import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import type { PackageFile } from '../../schema/model/fleet';
import type { Generations, Proof } from '../../schema/model/generations';
import { type DeviceId, deviceOfTask, type TaskId } from '../../schema/model/ids';
import type { Task } from '../../schema/model/task';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import type { Download, DownloadService } from '../core';
import type { CoreSettings } from '../settings';
import type { BlockReader } from './block-reader';
import { type DownloadGrant, type DownloadUrls, endedDownload, unknownDownload, voidDownload } from './download-token';
import { grantOf } from './grant';
import type { DownloadMeter } from './meter';

export interface DownloadDeps {
  collections: Pick<Collections, 'tasks' | 'packages'>;
  urls: Pick<DownloadUrls, 'read' | 'readBearer'>;
  reader: BlockReader;
  meter: DownloadMeter;
  /** What the device is known by now: addresses of before have ended. Not given: never asked. */
  generationsOf?(deviceId: DeviceId): Promise<Generations | undefined>;
  /** Whether what let somebody in still holds for the device. Not given: never asked. */
  isProven?(deviceId: DeviceId, proof: Proof): Promise<boolean>;
  /** The first request for the file of a notification, before a byte leaves. */
  onOpened?(taskId: TaskId, attempt: number): Promise<void>;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
}

type PackageFiles = { files: PackageFile[]; createdAt: Date };

type TaskState = Pick<Task, '_id' | 'active' | 'packageId' | 'attempt' | 'negotiation'>;

/** Tasks in one read of the store. */
const TASKS_A_READ = 500;
const FILES_KEPT = 500;
const STREAMS_KEPT = 10_000;
/** How long a device may go on after its task has ended, in blocks over MQTT: one read of the store for many blocks. */
const STREAM_CHECKED_FOR_MS = 1_000;

export function createDownloadService(deps: DownloadDeps): DownloadService {
  const { urls, reader, meter } = deps;
  const { tasks, packages } = deps.collections;
  /** A package's files never change, and none goes while a task of it is unfinished: a request costs one read, that of the task. */
  const kept = new LRUCache<string, PackageFiles>({ max: FILES_KEPT });
  const states = taskStates(tasks);
  const streams = new LRUCache<string, { taskId: string; file: PackageFile; checkedAt: number }>({ max: STREAMS_KEPT });

  async function filesOf(packageId: string): Promise<PackageFiles | null> {
    const known = kept.get(packageId);
    if (known) return known;
    const read = await packages.findOne({ _id: packageId }, { projection: { files: 1, createdAt: 1 } });
    if (read) kept.set(packageId, read);
    return read;
  }

  /** R-DL-5: asked anew for each request, so that a token ends with its task. */
  async function opened({ taskId, fileIndex, attempt, grant }: DownloadGrant): Promise<Download> {
    // At once, so that a request waits for one answer of the store.
    const [task, generations] = await Promise.all([states.load(taskId), deps.generationsOf?.(deviceOfTask(taskId))]);
    if (!task) throw unknownDownload();
    if (!task.active) throw endedDownload();
    if (deps.generationsOf && grant !== grantOf({ generations })) throw voidDownload();
    const firmware = await filesOf(task.packageId);
    const file = firmware?.files[fileIndex];
    if (!firmware || !file) throw unknownDownload();
    const { name, size, sha256 } = file;
    if (task.negotiation && task.attempt === attempt && task.negotiation.openedAt === null) await deps.onOpened?.(taskId, attempt);
    meter.add(taskId, 0, 1);
    return {
      taskId,
      name,
      size,
      sha256,
      createdAt: firmware.createdAt,
      read: (range) => reader.read(file, range),
      served: (bytes) => meter.add(taskId, bytes, 0),
    };
  }

  /** The file behind a stream, for a device that has an unfinished task of its package; null otherwise. */
  async function streamFor(deviceId: DeviceId, streamId: number, proof?: Proof): Promise<{ taskId: string; file: PackageFile } | null> {
    // What one connection was let in for, another one is asked for again.
    const key = JSON.stringify([deviceId, streamId, proof ?? null]);
    const now = deps.clock().getTime();
    const known = streams.get(key);
    if (known && now - known.checkedAt < STREAM_CHECKED_FOR_MS) return known;
    streams.delete(key);
    const firmware = await packages.findOne({ streamId }, { projection: { files: 1 } });
    const [file, ...more] = firmware?.files ?? [];
    if (!firmware || !file || more.length > 0 || file.size > deps.settings.limits.mqttFileBytes) return null;
    const filter = { deviceId, active: true, packageId: firmware._id, status: { $ne: 'UNCONFIRMED' as const } };
    const isProven = proof === undefined ? true : deps.isProven?.(deviceId, proof);
    const [task, proven = true] = await Promise.all([tasks.findOne(filter, { projection: { _id: 1 } }), isProven]);
    if (!task || !proven) return null;
    const found = { taskId: task._id, file, checkedAt: now };
    streams.set(key, found);
    return found;
  }

  return {
    open: async (token) => opened(await urls.read(token)),
    openWithBearer: async (id, bearer) => opened(await urls.readBearer(id, bearer)),
    async block(deviceId, { streamId, fileId, offset, size }, proof) {
      const found = fileId === 1 ? await streamFor(deviceId, streamId, proof) : null;
      if (!found) return { kind: 'unknown' };
      const { taskId, file } = found;
      if (offset >= file.size) return { kind: 'beyond', fileLength: file.size };
      const bytes = await reader.slice(file, offset, Math.min(size, file.size - offset));
      meter.add(taskId, bytes.length, 1);
      return { kind: 'block', bytes, fileLength: file.size };
    },
  };
}

/** Reads tasks, those asked for in one turn of the event loop together. Nothing is kept: each read begins after it was asked for. */
function taskStates(tasks: Collections['tasks']): DataLoader<string, TaskState | null> {
  return new DataLoader(
    async (ids: readonly string[]) => {
      const filter = { _id: { $in: [...new Set(ids)] } };
      const found = await tasks
        .find<TaskState>(filter, { projection: { active: 1, packageId: 1, attempt: 1, negotiation: 1 }, batchSize: ids.length + 1 })
        .toArray();
      const byId = new Map(found.map((task) => [task._id, task]));
      return ids.map((id) => byId.get(id) ?? null);
    },
    { cache: false, maxBatchSize: TASKS_A_READ, batchScheduleFn: setImmediate },
  );
}
