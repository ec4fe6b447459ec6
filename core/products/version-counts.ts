import type { mongo } from 'mongoose';
import type { Store } from '../../schema/mongo/connect';
import type { StoredDevice } from '../../schema/mongo/devices';
import type { VersionCountRow } from '../../schema/mongo/version-counts';
import { transaction } from '../transaction';

/** Devices taken into the roll-up by one transaction. */
const FOLD = 1_000;
/** Transactions a question runs at most before it looks at what is left itself. */
const ROUNDS = 3;
const FOLD_AFTER_MS = 1_000;
const AGAIN_AFTER_MS = 5_000;
const BUILT = 'version-counts';

type Marked = Pick<StoredDevice, '_id' | 'productKey' | 'moduleVersions' | 'counted'>;
/** By row id; none is 0. */
export type Deltas = Map<string, number>;

/**
 * R-PKG-11: the roll-up of versions, exact at every moment: a device's change marks the device in the same write, a transaction
 * takes marked devices in and their marks off, and who asks reads both in one snapshot. Nothing can be lost in between.
 */
export function createVersionCounts({ connection, collections }: Pick<Store, 'connection' | 'collections'>) {
  const { devices, versionCounts, settings } = collections;
  let timer: NodeJS.Timeout | null = null;
  let folding: Promise<void> = Promise.resolve();
  let closed = false;

  const markedIn = (filter: { productKey?: string }, session: mongo.ClientSession) =>
    devices.find(
      { uncounted: true, ...filter },
      { session, projection: { productKey: 1, moduleVersions: 1, counted: 1 } },
    ) as mongo.FindCursor<Marked>;

  async function fold(filter: { productKey?: string } = {}): Promise<number> {
    if ((await devices.findOne({ uncounted: true, ...filter }, { projection: { _id: 1 } })) === null) return 0;
    return transaction({ connection }, async (session) => {
      const marked = await markedIn(filter, session).limit(FOLD).toArray();
      if (marked.length === 0) return 0;
      const ids = marked.map(({ _id }) => _id);
      await devices.updateMany({ _id: { $in: ids } }, [{ $set: { counted: '$moduleVersions' } }, { $unset: 'uncounted' }], { session });
      await take(versionCounts, deltasOf(marked), session);
      return marked.length;
    });
  }

  async function foldAll(filter: { productKey?: string }, rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) if ((await fold(filter)) < FOLD) return;
  }

  function foldLater(afterMs: number): void {
    if (timer !== null || closed) return;
    timer = setTimeout(() => {
      timer = null;
      // Another process may be at it, or the store be gone: what is marked stays marked.
      folding = foldAll({}, Number.POSITIVE_INFINITY).catch(() => foldLater(AGAIN_AFTER_MS));
    }, afterMs).unref();
  }

  return {
    /** A device's version has changed: it is taken in within seconds. Never waits, never throws. */
    changed: (): void => foldLater(FOLD_AFTER_MS),
    /** Deletes devices, and takes back what the roll-up has of them; what it does not have yet goes with the mark on the device. */
    async remove(ids: readonly string[], also?: (session: mongo.ClientSession) => Promise<void>): Promise<number> {
      return transaction({ connection }, async (session) => {
        const gone = await devices
          .find({ _id: { $in: [...ids] } }, { session })
          .project<Marked>({ productKey: 1, counted: 1 })
          .toArray();
        await take(versionCounts, deltasOf(gone.map((device) => ({ ...device, moduleVersions: [] }))), session);
        await also?.(session);
        return (await devices.deleteMany({ _id: { $in: gone.map(({ _id }) => _id) } }, { session })).deletedCount;
      });
    },
    /** Reads the roll-up and what is missing in it, in one snapshot. */
    async read<T>(productKey: string, look: (deltas: Deltas, session: mongo.ClientSession) => Promise<T>): Promise<T> {
      await foldAll({ productKey }, ROUNDS).catch(() => undefined);
      const session = connection.getClient().startSession({ snapshot: true });
      try {
        return await look(deltasOf(await markedIn({ productKey }, session).toArray()), session);
      } finally {
        await session.endSession();
      }
    },
    /** Once in an installation: marks the devices that reported before there was a roll-up. */
    async begin(): Promise<void> {
      if (await settings.findOne({ _id: BUILT })) return;
      await devices.updateMany({ counted: { $exists: false }, 'moduleVersions.0': { $exists: true } }, { $set: { uncounted: true } });
      await settings.updateOne({ _id: BUILT }, { $set: { value: true } }, { upsert: true });
      foldLater(FOLD_AFTER_MS);
    },
    /** Takes nothing in any more: what is marked is another process's, or the next one's. */
    async close(): Promise<void> {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await folding;
    },
  };
}
export type VersionCounts = ReturnType<typeof createVersionCounts>;

function deltasOf(marked: readonly Marked[]): Deltas {
  const deltas: Deltas = new Map();
  const add = (id: string, by: number): void => {
    deltas.set(id, (deltas.get(id) ?? 0) + by);
  };
  for (const { productKey, moduleVersions, counted = [] } of marked) {
    for (const key of counted) add(`${productKey}.${key}`, -1);
    for (const key of moduleVersions) add(`${productKey}.${key}`, 1);
  }
  for (const [id, by] of deltas) if (by === 0) deltas.delete(id);
  return deltas;
}

async function take(versionCounts: mongo.Collection<VersionCountRow>, deltas: Deltas, session: mongo.ClientSession): Promise<void> {
  if (deltas.size === 0) return;
  const operations = [...deltas].map(([_id, by]) => ({
    updateOne: { filter: { _id }, update: { $inc: { devices: by }, $setOnInsert: partsOf(_id) }, upsert: true },
  }));
  await versionCounts.bulkWrite(operations, { session, ordered: false });
  await versionCounts.deleteMany({ _id: { $in: [...deltas.keys()] }, devices: 0 }, { session });
}

/** A product key has no dot and a module no `=`. */
export function partsOf(id: string): { productKey: string; module: string; version: string } {
  const dot = id.indexOf('.');
  const equals = id.indexOf('=', dot);
  return { productKey: id.slice(0, dot), module: id.slice(dot + 1, equals), version: id.slice(equals + 1) };
}
