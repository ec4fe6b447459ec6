import type { Batch } from '../../schema/model/batch/batch';
import { isLive } from '../../schema/model/batch/batch';
import { isForDynamic } from '../../schema/model/batch/batch-edit';
import { emptyTaskCounts } from '../../schema/model/batch/live-counts';
import { currentRate } from '../../schema/model/batch/push-rate';
import type { BatchId } from '../../schema/model/ids';
import { estimatedEnd } from '../../schema/model/task/expected-end';
import { requireRole } from '../access/require-role';
import { unlessGone } from '../calls/unless-gone';
import { inOrderOf } from '../paging/in-order-of';
import { pageOf } from '../paging/page-of';
import type { BatchCommand } from '../ports';
import { reachedFor } from '../push/reached';
import { refuseIfAny } from '../refuse';
import { statusesViolation } from '../tasks/refusals';
import { commandBatch, existingBatch } from './command';
import type { BatchService } from './contract';
import { countsOf } from './counts';
import { draftBatch } from './create-static';
import { deleteBatch } from './delete';
import type { BatchDeps } from './deps';
import { editBatch, requireSomething } from './edit';
import { failuresOf } from './failures';
import { batchQuery } from './filter';
import { insertOnce } from './insert';
import { previewBatch, previewDynamicBatch } from './preview';
import { reinitiateTasks } from './reinitiate';
import { batchOfVerification } from './verification';

export function createBatchService(deps: BatchDeps): BatchService {
  const { collections, engine, settings, clock } = deps;
  const { limits } = settings;
  const { batches } = collections;

  return {
    ...deps.dynamic,
    async createStatic(viewer, input) {
      requireRole(viewer, 'OPERATOR');
      const batch = await insertOnce({ store: deps, settings }, () => draftBatch(collections, settings, viewer, input, clock(), 'static'));
      await engine.startBatch(batch._id);
      return batch;
    },
    async verify(viewer, input) {
      requireRole(viewer, 'OPERATOR');
      const verification = batchOfVerification(input, limits);
      const batch = await insertOnce({ store: deps, settings }, () =>
        draftBatch(collections, settings, viewer, verification, clock(), 'verification'),
      );
      await engine.startBatch(batch._id);
      return batch;
    },
    preview: (viewer, input) => previewBatch(deps, viewer, input),
    previewDynamic: (viewer, input) => previewDynamicBatch(deps, viewer, input),
    get: (id) => batches.findOne({ _id: id, deletedAt: null }),
    getMany: async (ids) => inOrderOf(ids, await batches.find({ _id: { $in: [...ids] }, deletedAt: null }).toArray()),
    list: (filter, page, earliestFirst) => pageOf(batches, batchQuery(filter), { _id: earliestFirst ? 1 : -1 }, page, limits),
    async counts(id) {
      const batch = await batches.findOne<Pick<Batch, '_id' | 'kind' | 'selection' | 'deletedAt' | 'removedTasks'>>(
        { _id: id },
        { projection: { kind: 1, selection: 1, deletedAt: 1, removedTasks: 1 } },
      );
      return batch ? countsOf(collections.tasks, batch) : emptyTaskCounts();
    },
    failures: (batch) => failuresOf(collections.tasks, batch),
    askedRate: async ({ _id, policy: { rate }, removedTasks }) =>
      currentRate(rate, removedTasks?.reached ?? (await reachedFor(collections, _id, rate))),
    async estimatedEnd(batch) {
      if (!isLive(batch.status)) return null;
      const [counts, reached] = await Promise.all([
        countsOf(collections.tasks, batch),
        reachedFor(collections, batch._id, batch.policy.rate),
      ]);
      return estimatedEnd(batch, counts, reached, deps.clock(), settings.minuteMs);
    },
    reachedRate: (id) => reachedRate(deps, id),
    pause: (viewer, id) => commandBatch(deps, viewer, id, { kind: 'pause' }),
    resume: (viewer, id) => commandBatch(deps, viewer, id, { kind: 'resume' }),
    async update(viewer, id, edit) {
      requireRole(viewer, 'OPERATOR');
      requireSomething(edit);
      if (isForDynamic(edit)) return deps.dynamic.editDynamic(viewer, id, edit);
      return editBatch(deps, viewer.actorId, id, edit, (batchId) => existingBatch(collections, batchId));
    },
    async cancel(viewer, id, statuses) {
      refuseIfAny([statusesViolation(statuses)]);
      const wish: BatchCommand = statuses ? { kind: 'cancelTasks', which: { statuses } } : { kind: 'cancel' };
      const { batch, affected, already } = await commandBatch(deps, viewer, id, wish);
      return { batch, canceled: affected, already };
    },
    async reinitiate(viewer, { idempotencyKey, ...request }) {
      requireRole(viewer, 'OPERATOR');
      const call = { mutation: 'retryTasks', idempotencyKey, input: request } as const;
      const retried = await deps.calls.inSteps(viewer, call, (since) => reinitiateTasks(deps, request, since));
      return { ...retried, batch: await existingBatch(collections, request.batchId) };
    },
    async delete(viewer, id, idempotencyKey) {
      requireRole(viewer, 'OPERATOR');
      return deps.calls.inSteps(viewer, { mutation: 'deleteBatch', idempotencyKey, input: { id } }, async (since) => {
        const deleted = await deleteBatch(deps, id).catch(unlessGone(since, 'BATCH_UNKNOWN'));
        return deleted ?? { batchId: id, tasks: 0 };
      });
    },
  };
}

/** Counted from the {batchId, status} index each time: nothing increments a counter, so nothing drifts. */
async function reachedRate({ collections, settings, clock }: BatchDeps, id: BatchId): Promise<number> {
  const batch = await collections.batches.findOne({ _id: id }, { projection: { startedAt: 1 } });
  if (!batch?.startedAt) return 0;
  const now = clock().getTime();
  const since = new Date(Math.max(now - settings.minuteMs, batch.startedAt.getTime()));
  const pushed = await collections.tasks.countDocuments({ batchId: id, notifiedAt: { $gte: since } });
  const minutes = Math.max(now - since.getTime(), settings.minuteMs / 6) / settings.minuteMs;
  return Math.round(pushed / minutes);
}
