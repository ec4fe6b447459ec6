import DataLoader from 'dataloader';
import type { Core } from '../core/core';
import type { Batch } from '../schema/model/batch/batch';
import type { Device } from '../schema/model/device/device';
import type { Group } from '../schema/model/device/group';
import type { PresenceChange } from '../schema/model/device/presence-changes';
import type { FirmwarePackage } from '../schema/model/package/firmware-package';
import type { Product } from '../schema/model/product';
import type { Registration } from '../schema/model/registration/registration';
import type { Task } from '../schema/model/task/task';

export interface Loaders {
  device: DataLoader<string, Device | null>;
  package: DataLoader<string, FirmwarePackage | null>;
  batch: DataLoader<string, Batch | null>;
  group: DataLoader<string, Group | null>;
  task: DataLoader<string, Task | null>;
  /** What is kept of when a device came and went. */
  presence: DataLoader<string, PresenceChange[] | null>;
  product: DataLoader<string, Product | null>;
  /** By device. */
  registration: DataLoader<string, Registration | null>;
}

export const createLoaders = (core: Core): Loaders => ({
  device: batching((ids) => core.devices.getMany(ids)),
  package: batching((ids) => core.packages.getMany(ids)),
  batch: batching((ids) => core.batches.getMany(ids)),
  group: batching((ids) => core.groups.getMany(ids)),
  task: batching((ids) => core.tasks.getMany(ids)),
  presence: batching((ids) => core.devices.presenceKept(ids)),
  product: batching((keys) => core.products.getMany(keys)),
  registration: batching((ids) => core.registrations.ofDevices(ids)),
});

/** Batches without caching: a subscription lives as long as its context, and must not show yesterday's device. */
function batching<T>(getMany: (ids: readonly string[]) => Promise<(T | null)[]>): DataLoader<string, T | null> {
  return new DataLoader(
    async (ids: readonly string[]) => {
      const unique = [...new Set(ids)];
      const found = await getMany(unique);
      const byId = new Map(unique.map((id, index) => [id, found[index] ?? null]));
      return ids.map((id) => byId.get(id) ?? null);
    },
    { cache: false, maxBatchSize: 1_000 },
  );
}
