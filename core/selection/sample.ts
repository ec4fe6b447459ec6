import type { mongo } from 'mongoose';
import { type Batch, overrides } from '../../schema/model/batch/batch';
import { type Occupant, slotsFor } from '../../schema/model/device/slots';
import type { DeviceId } from '../../schema/model/ids';
import type { Dialect } from '../../schema/model/protocol/dialect';
import type { Collections } from '../../schema/mongo/connect';
import { modulePath } from '../../schema/mongo/devices';
import { inChunks } from '../in-chunks';
import { meantDevices } from './matching';
import { givingWay } from './override';
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
  dialect: Dialect;
}

/** A stage that leaves this of a device. */
export const asSampled = (batch: Batch): object => ({ $project: { version: versionOf(batch), dialect: 1 } });

/** Devices that a batch's creator means, chosen at random, and of how many they stand for one each. */
export async function sampleOf(collections: Collections, batch: Batch): Promise<{ rows: Sampled[]; each: number }> {
  const source: mongo.Collection = targetSource(collections, batch);
  const all = await source.estimatedDocumentCount();
  for (let size = Math.min(batch.scope.kind === 'list' ? OF_LIST : SIZE, Math.floor(all * SHARE)), tries = 1; ; size /= 2, tries++) {
    const sample = { $sample: { size: Math.max(1, Math.floor(size)) } };
    const stages = [sample, ...scopeStages(batch, meantDevices(batch)), asSampled(batch)];
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

/** Those of the devices without room for a task of the batch, once what gives way to it is gone (R-BAT-8, R-BAT-11, R-BAT-13). */
export async function busyOf(
  { tasks }: Pick<Collections, 'tasks'>,
  batch: Batch,
  ids: readonly DeviceId[],
  slots: number,
): Promise<Set<DeviceId>> {
  const { module, policy } = batch;
  const task = { module, multiModule: policy.multiModule === true };
  const busy = new Set<DeviceId>();
  for await (const deviceIds of inChunks(ids, CHUNK)) {
    const projection = { batchId: 1, deviceId: 1, module: 1, slots: 1, status: 1 };
    const active = await tasks.find({ deviceId: { $in: deviceIds }, active: true }, { projection }).toArray();
    const ending = new Set(overrides(batch) ? givingWay(batch, active, () => true) : []);
    const staying = new Map<DeviceId, Occupant[]>();
    for (const each of active) if (!ending.has(each)) staying.set(each.deviceId, [...(staying.get(each.deviceId) ?? []), each]);
    for (const [deviceId, others] of staying) if (slotsFor(task, others, slots) === null) busy.add(deviceId);
  }
  return busy;
}
