import type { CoreParts } from '../../core/core-parts';
import { createCore } from '../../core/create-core';
import type { Batch } from '../../schema/model/batch/batch';
import type { Task } from '../../schema/model/task/task';
import type { Store } from '../../schema/mongo/connect';
import { aBatch, aTask } from './builders';
import { handClock, MASTER_KEY, settingsWith, spectator } from './core-parts';
import { fakePackageStore } from './fakes/package-store';
import { quietEngine } from './quiet-engine';

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
export const BEGIN = new Date('2026-03-01T10:00:05Z');
export const FAILED = { status: 'FAILED', active: false, cause: 'LOW_BATTERY' } as const;

export type SampledBatches = Awaited<ReturnType<typeof sampledBatches>>;

/** Core over a store, with a clock that is moved by hand, after the first look of an installation. */
export async function sampledBatches(store: Store) {
  const clock = handClock(BEGIN);
  const parts: CoreParts = await createCore({
    ...{ store, files: fakePackageStore(), engine: quietEngine(), settings: settingsWith(), masterKeys: [MASTER_KEY], clock },
  });
  await parts.sampler.look();
  return {
    parts,
    clock,
    async batch(_id: string, fields: Partial<Batch> = {}): Promise<Batch> {
      const made = aBatch({ _id, status: 'RUNNING', createdAt: clock(), ...fields });
      await store.collections.batches.insertOne(made);
      return made;
    },
    /** Tasks of a batch whose devices are notified now. */
    async tasks(batchId: string, count: number, fields: Partial<Task> = {}): Promise<void> {
      const now = clock();
      await store.collections.tasks.insertMany(
        Array.from({ length: count }, () => aTask({ batchId, notifiedAt: now, firstNotifiedAt: now, ...fields })),
      );
    },
    async look(afterMinutes = 1): Promise<boolean> {
      clock.advance(afterMinutes * MINUTE);
      return parts.sampler.look();
    },
    series: (of: Batch, range = {}) => parts.core.series.ofBatch(of, range),
    platform: (productKey: string | null = null, range = {}, viewer = spectator) => parts.core.series.ofPlatform(viewer, productKey, range),
  };
}
