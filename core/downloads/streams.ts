import { LRUCache } from 'lru-cache';
import type { Proof } from '../../schema/model/device/generations';
import type { DeviceId, TaskId } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import type { PackageFile } from '../../schema/model/package/firmware-package';
import type { Collections } from '../../schema/mongo/connect';
import { atMost } from '../at-most';
import type { Clock } from '../clock';
import { refusalOf, type Standings } from './standings';

export interface Streams {
  /** The file behind a stream, for a device that may have it now; null otherwise. */
  fileFor(deviceId: DeviceId, streamId: number, proof?: Proof): Promise<{ taskId: TaskId; file: PackageFile } | null>;
  /** What is known of these devices holds no longer. */
  forget(deviceIds: readonly DeviceId[]): void;
}

interface Found {
  taskId: TaskId;
  file: PackageFile;
  checkedAt: number;
}

const DEVICES_KEPT = 20_000;
const PACKAGES_KEPT = 500;
/** How long a device may go on after its task has ended in another process: one read of the store for many blocks. */
const CHECKED_FOR_MS = 1_000;

/** R-DL-3: files by the ids of their streams. A stream's package never changes, and none goes while a task of it is unfinished. */
export function createStreams(deps: {
  packages: Collections['packages'];
  standings: Pick<Standings, 'ofDevice'>;
  limits: Pick<Limits, 'mqttFileBytes'>;
  clock: Clock;
}): Streams {
  const { packages, standings, limits, clock } = deps;
  const files = new LRUCache<number, { packageId: string; file: PackageFile }>({ max: PACKAGES_KEPT });
  const known = new LRUCache<DeviceId, Map<string, Found>>(atMost(DEVICES_KEPT));

  async function fileOf(streamId: number): Promise<{ packageId: string; file: PackageFile } | null> {
    const kept = files.get(streamId);
    if (kept) return kept;
    const firmware = await packages.findOne({ streamId }, { projection: { files: 1 } });
    const [file, ...more] = firmware?.files ?? [];
    if (!firmware || !file || more.length > 0 || file.size > limits.mqttFileBytes) return null;
    const entry = { packageId: firmware._id, file };
    files.set(streamId, entry);
    return entry;
  }

  function remember(deviceId: DeviceId, key: string, found: Found): Found {
    const ofDevice = known.get(deviceId) ?? new Map<string, Found>();
    known.set(deviceId, ofDevice.set(key, found));
    return found;
  }

  return {
    async fileFor(deviceId, streamId, proof) {
      // What one connection was let in for, another one is asked for again.
      const key = JSON.stringify([streamId, proof ?? null]);
      const now = clock().getTime();
      const kept = known.get(deviceId)?.get(key);
      if (kept && now - kept.checkedAt < CHECKED_FOR_MS) return kept;
      known.get(deviceId)?.delete(key);
      const firmware = await fileOf(streamId);
      const standing = firmware && (await standings.ofDevice(deviceId, firmware.packageId));
      if (!standing || refusalOf(standing, { proof }) !== null) return null;
      return remember(deviceId, key, { taskId: standing.task._id, file: firmware.file, checkedAt: now });
    },
    forget(deviceIds) {
      for (const id of deviceIds) known.delete(id);
    },
  };
}
