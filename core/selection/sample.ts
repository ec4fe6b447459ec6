import type { mongo } from 'mongoose';
import type { Batch } from '../../schema/model/batch/batch';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import { modulePath } from '../../schema/mongo/devices';
import { meantDevices } from './matching';
import { scopeStages, targetSource } from './targets';

/** Documents a sample takes at most; of a list fewer, since each of its devices is looked up. */
const SIZE = 8_000;
const OF_LIST = 3_000;
/** The share of a collection up to which MongoDB takes a sample without reading the rest. */
const SHARE = 0.04;
const TRIES = 4;

export interface Sampled {
  _id: DeviceId;
  version: string | null;
}

/** Devices that a batch's creator means, chosen at random, and of how many they stand for one each. */
export async function sampleOf(collections: Collections, batch: Batch): Promise<{ rows: Sampled[]; each: number }> {
  const source: mongo.Collection = targetSource(collections, batch);
  const all = await source.estimatedDocumentCount();
  for (let size = Math.min(batch.scope.kind === 'list' ? OF_LIST : SIZE, Math.floor(all * SHARE)), tries = 1; ; size /= 2, tries++) {
    const sample = { $sample: { size: Math.max(1, Math.floor(size)) } };
    const stages = [sample, ...scopeStages(batch, meantDevices(batch)), { $project: { version: versionOf(batch) } }];
    try {
      return { rows: await source.aggregate<Sampled>(stages).toArray(), each: all / sample.$sample.size };
    } catch (error) {
      if (tries === TRIES || !isUnlucky(error)) throw error;
    }
  }
}

/** MongoDB met the same documents too often, and asks for another try; a smaller one is likelier to do. */
const isUnlucky = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === 28_799;

/** As an aggregation expression; null where none was reported. */
export const versionOf = ({ module }: Pick<Batch, 'module'>): object => ({ $ifNull: [`$${modulePath(module, 'version')}`, null] });

const CHUNK = 1_000;

/** Those of the devices that would keep the task they have (R-BAT-8, R-BAT-11). */
export async function busyOf({ tasks }: Pick<Collections, 'tasks'>, batch: Batch, ids: readonly DeviceId[]): Promise<Set<DeviceId>> {
  const keeps = batch.policy.overridePrevious ? { status: 'IN_PROGRESS' as const } : {};
  const busy = new Set<DeviceId>();
  for (let begin = 0; begin < ids.length; begin += CHUNK) {
    const filter = { deviceId: { $in: ids.slice(begin, begin + CHUNK) }, module: batch.module, active: true, ...keeps };
    for (const { deviceId } of await tasks.find(filter, { projection: { deviceId: 1 } }).toArray()) busy.add(deviceId);
  }
  return busy;
}
