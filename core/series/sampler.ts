import { LIVE_STATUSES } from '../../schema/model/batch/batch';
import { DAY_MS, keptDays, type SeriesSample, STORED_STEPS, stepStart } from '../../schema/model/series';
import type { Store } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { removeInPieces } from '../in-pieces';
import { transaction } from '../transaction';
import { numbersOf, SAMPLED, type Sampled } from './numbers';
import { lastSample } from './read';
import { type LookAt, type Looked, writesOf } from './writes';

export interface SamplerDeps extends Pick<Store, 'connection' | 'collections'> {
  clock: Clock;
}

export interface Sampler {
  /** One look a minute, whichever process comes first; false: another has looked, or is at it. Nothing or all of a look is written. */
  look(signal?: AbortSignal): Promise<boolean>;
  /** Removes points that were kept long enough. Returns how many. */
  removeOld(retentionDays: number, signal?: AbortSignal): Promise<number>;
}

/** Of a minute at most a twentieth goes into counting: with more batches than that is enough for, those that were looked at last wait. */
const BUDGET_MS = 3_000;
const MINUTE_MS = 60_000;
const CLAIM = 'series-claim';
const LOOK = 'series-look';
/** A batch that ended while a look was under way is found by the next. */
const OVERLAP_MS = 2 * MINUTE_MS;

interface Last {
  at: Date;
  since: Date;
}

export function createSampler({ connection, collections, clock }: SamplerDeps, budgetMs = BUDGET_MS): Sampler {
  const { batches, tasks, settings, seriesSamples } = collections;
  /** When this process has last looked at each batch that goes on. */
  let seen = new Map<string, number>();

  /** Whoever dies with a claim costs its minute: the next look makes good for it. */
  async function claim(minute: Date): Promise<boolean> {
    const before = { _id: CLAIM, value: { $lt: minute } };
    const claimed = settings.updateOne(before, { $set: { value: minute } }, { upsert: true });
    return claimed.then(
      () => true,
      (error: unknown) => {
        if ((error as { code?: unknown }).code === 11_000) return false;
        throw error;
      },
    );
  }

  async function lastLook(now: Date): Promise<Last> {
    const first: Last = { at: new Date(now.getTime() - MINUTE_MS), since: now };
    await settings.updateOne({ _id: LOOK }, { $setOnInsert: { value: first } }, { upsert: true });
    return ((await settings.findOne({ _id: LOOK })) as unknown as { value: Last }).value;
  }

  async function due(last: Last): Promise<Sampled[]> {
    const live = { status: { $in: LIVE_STATUSES.filter((status) => status !== 'SCHEDULED') }, deletedAt: null };
    // Those whose tasks are being removed can't be counted any more.
    const ended = { endedAt: { $gte: new Date(last.at.getTime() - OVERLAP_MS) }, deletedAt: null, removedTasks: { $exists: false } };
    const find = (filter: object) => batches.find<Sampled>(filter, { projection: SAMPLED }).toArray();
    const [going, over] = await Promise.all([find(live), find(ended)]);
    const all = [...new Map([...going, ...over].map((batch) => [batch._id, batch])).values()];
    return all.sort((a, b) => (seen.get(a._id) ?? 0) - (seen.get(b._id) ?? 0));
  }

  async function count(batches: readonly Sampled[], signal?: AbortSignal): Promise<Looked[]> {
    const began = performance.now();
    const looked: Looked[] = [];
    for (const batch of batches) {
      if (signal?.aborted || performance.now() - began > budgetMs) break;
      const before = await lastSample(seriesSamples, `b:${batch._id}`);
      looked.push({ batch, before, numbers: await numbersOf(tasks, batch, before) });
    }
    const at = Date.now();
    seen = new Map(batches.map(({ _id }) => [_id, seen.get(_id) ?? 0]));
    for (const { batch } of looked) seen.set(batch._id, at);
    return looked;
  }

  return {
    async look(signal) {
      const now = clock();
      const minute = stepStart(now, 1);
      if (!(await claim(minute))) return false;
      const last = await lastLook(now);
      const looked = await count(await due(last), signal);
      if (signal?.aborted) return false;
      const gap = Math.max(1, Math.round((now.getTime() - last.at.getTime()) / MINUTE_MS));
      const at: LookAt = { now, minute: new Date(minute.getTime() - MINUTE_MS), gap, since: last.since };
      return transaction({ connection }, async (session) => {
        // Of two looks that overlap, one has begun from numbers that are no longer the last.
        const asRead = { _id: LOOK, 'value.at': last.at } as object;
        const { matchedCount } = await settings.updateOne(asRead, { $set: { 'value.at': now } as object }, { session });
        if (matchedCount === 0) return false;
        await seriesSamples.bulkWrite(writesOf(looked, at), { session, ordered: false });
        return true;
      });
    },
    async removeOld(retentionDays, signal) {
      let removed = 0;
      for (const step of STORED_STEPS) {
        const before = new Date(clock().getTime() - keptDays(step, retentionDays) * DAY_MS);
        removed += await removeInPieces<SeriesSample>(seriesSamples, { step, at: { $lt: before } }, signal);
      }
      return removed;
    },
  };
}
