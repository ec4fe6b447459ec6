import type { Batch, BatchPolicy, BatchStatus, RateThreshold, SelectionSummary } from '../../schema/model/batch/batch';
import { isLive, LIVE_STATUSES, overrides, WINDOW_CLOSED } from '../../schema/model/batch/batch';
import { isRefused, moveInto, statusesThatTake } from '../../schema/model/batch/batch-state';
import type { BatchId } from '../../schema/model/ids';
import type { MsByDialect } from '../../schema/model/task/waits';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import type { UpgradeEngine } from '../ports';
import { reachedOf } from '../push/reached';
import { pushRateNow, pushTerms } from '../push/terms';
import { passedOver } from '../selection/passed-over';
import { selectTargets } from '../selection/select';
import type { CoreSettings } from '../settings';
import { hasActiveTask } from '../tasks/has-active';
import { forgiveFailures, haltIfFailing } from './halt';
import { batchStatus, moveBatch, recordSelection, reopenBatch } from './status';
import { markVerified } from './verification';

export interface LifecycleDeps {
  collections: Collections;
  engine: UpgradeEngine;
  settings: CoreSettings;
  clock: Clock;
  /** How long platform-led tasks wait for their devices. */
  onlineMs: MsByDialect;
  /** Devices that came or went while the selection read them: their tasks are told. */
  refreshPresence: (productKey: string, since: Date) => Promise<void>;
  /** R-BAT-11: makes the devices of a batch free that overrides. */
  overrideEarlier: (batch: Batch) => Promise<number>;
  /** Of a dynamic batch: finds devices that it missed; false once it takes none. */
  scan: (id: BatchId, onProgress?: () => void) => Promise<boolean>;
  endMatching: (id: BatchId) => Promise<boolean>;
  /** A batch has ended: before its tasks do. */
  onEnded: () => void;
}

export interface BatchStart {
  policy: BatchPolicy;
  /** Of which edit the policy is. */
  policyRevision?: number;
  status: BatchStatus;
  /** Epoch milliseconds; null: it starts at once. */
  schedule?: { startAt: number; endAt: number | null } | null;
  /** It takes further devices: it does not end with its tasks. */
  matching?: boolean;
}

/** What is left to do for a batch that was deleted after its end: nothing. Its workflow ends. */
const GONE: BatchStart = {
  policy: { rate: { kind: 'constant', perMinute: 1 }, retry: null, timeoutMinutes: null },
  status: 'FINISHED',
  schedule: null,
};

const REASON_LENGTH = 500;
const OVERRIDES = 5;

/** What the batch workflow does to its batch. Each may run twice. */
export function createBatchLifecycle(deps: LifecycleDeps) {
  const { collections, engine, settings, clock, onlineMs, refreshPresence, overrideEarlier } = deps;
  const { batches } = collections;
  const slots = settings.limits.runningModules;

  /** An older batch may be selecting at the same time: what it took in between gives way as well. */
  async function selectOverriding(batch: Batch, began: Date): Promise<SelectionSummary> {
    await overrideEarlier(batch);
    for (let attempt = 1; ; attempt++) {
      const selection = await selectTargets(collections, batch, began, slots, onlineMs);
      if (attempt === OVERRIDES || (await overrideEarlier(batch)) === 0) return selection;
    }
  }

  return {
    /** Makes the tasks and says with which policy to push them; a batch that has ended meanwhile says so by its status. */
    async select(id: BatchId): Promise<BatchStart> {
      const batch = await batches.findOne({ _id: id });
      if (batch === null) return GONE;
      if (!isRefused(batch.status, 'selected') && batch.selection === null) {
        const began = clock();
        const selection = overrides(batch)
          ? await selectOverriding(batch, began)
          : await selectTargets(collections, batch, began, slots, onlineMs);
        await refreshPresence(batch.productKey, began);
        await recordSelection(batches, id, selection, (await passedOver(collections, batch, selection))?.slice(0, REASON_LENGTH), clock());
      }
      await moveBatch(batches, id, 'selected', clock());
      const { policy, policyRevision = 0, status, schedule } = batch;
      const times = schedule ? { startAt: schedule.startAt.getTime(), endAt: schedule.endAt?.getTime() ?? null } : null;
      return { policy, policyRevision, status, schedule: times, ...(batch.matching && { matching: true }) };
    },
    async setStatus(id: BatchId, status: BatchStatus, reason: string | null = null): Promise<boolean> {
      if (status === 'RUNNING') await forgiveFailures(collections, id, clock());
      const found = status === 'FINISHED' ? await batches.findOne({ _id: id }, { projection: { passedOver: 1 } }) : null;
      const move = moveInto(status);
      const moved = move !== null && (await moveBatch(batches, id, move, clock(), reason ?? found?.passedOver ?? null));
      // Whether or not this call moved it: the process may have died between the two writes.
      if (!isLive(status)) {
        deps.onEnded();
        await markVerified(collections, id, clock());
      }
      // A task re-initiated while the batch was ending: whichever of the two writes comes second sees the other. At its scheduled end a
      // batch has active tasks all the same, and ends them next.
      const mayGoOn = status === 'FINISHED' && reason !== WINDOW_CLOSED;
      if (mayGoOn && (await hasActiveTask(collections.tasks, id))) await reopenBatch(batches, id, clock());
      return moved;
    },
    /** R-BAT-6: its scheduled end has come, and its tasks have ended. What a re-initiated one has opened again meanwhile is finished. */
    async close(id: BatchId): Promise<void> {
      await moveBatch(batches, id, 'finish', clock(), WINDOW_CLOSED);
    },
    /** What its user sees while a batch is held up; null when it goes on. */
    async explain(id: BatchId, reason: string | null): Promise<void> {
      const set = { statusReason: reason?.slice(0, REASON_LENGTH) ?? null, updatedAt: clock() };
      await batches.updateOne({ _id: id, status: { $in: statusesThatTake('explain') } }, { $set: set });
    },
    scan: deps.scan,
    endMatching: deps.endMatching,
    reached: (id: BatchId, of: RateThreshold) => reachedOf(collections, id, of),
    halt: (id: BatchId) => haltIfFailing(collections, id, clock()),
    isHalted: async (id: BatchId) => (await batchStatus(collections)(id)) === 'HALTED',
    pushTerms: (id: BatchId) => pushTerms(collections, id),
    pushRate: (id: BatchId) => pushRateNow(collections, id),
    /** A process may die between inserting a batch and starting its workflow: whoever comes next starts it. */
    async startAll(signal?: AbortSignal): Promise<number> {
      const live = batches.find({ status: { $in: [...LIVE_STATUSES] } }, { projection: { _id: 1 } });
      let started = 0;
      for await (const { _id } of live) {
        if (signal?.aborted) break;
        await engine.startBatch(_id);
        started += 1;
      }
      return started;
    },
  };
}
export type BatchLifecycle = ReturnType<typeof createBatchLifecycle>;
