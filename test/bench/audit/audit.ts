import { userOf } from '../../../core/access/apps/user-of';
import { systemClock } from '../../../core/clock';
import type { CoreParts } from '../../../core/core-parts';
import { taskIdOf } from '../../../schema/model/ids';
import { connectStore, type Store } from '../../../schema/mongo/connect';
import { aPackage, aTask } from '../../support/builders';
import { operator } from '../../support/core-parts';
import { meters } from '../../support/meters';
import { quietEngine } from '../../support/quiet-engine';
import type { Benchmark } from '../benchmark';
import { describeMachine } from '../machine';
import { meter } from '../process-meter';
import { alignedTable } from '../table';
import { startPlatformProcess } from '../upgrades/platform-client';

const AT_ONCE = 8;
/** Confirmations with an entry and without take turns, so that what else the machine does is in both. */
const TURN = 100;
/** Whose tokens they are. */
const MAKER = { actorId: 'a-key', products: null };

const nameOf = (index: number): string => `meter-${String(index).padStart(6, '0')}`;

/** What the audit trail adds to the confirmation of an app, and what an entry takes on disk. */
export const audit: Benchmark = {
  name: 'audit',
  about: 'confirmations of apps with and without their entry in the audit trail; bytes an entry',
  devices: { least: 400, most: 100_000, default: 10_000 },
  async run({ devices: count, profileDir }, scope) {
    const machine = await describeMachine();
    const platform = await startPlatformProcess(scope, profileDir);
    const store = await connectStore(platform.mongoUri, { dbName: 'audit-bench', appName: 'bench' });
    scope.defer(() => store.close());
    await store.ensureIndexes();
    const { parts, batchId } = await waiting(store, count);
    scope.defer(() => parts.close());

    const pids = { mongod: platform.pids.mongod, Updraft: process.pid };
    const kinds = [
      { entryOf: null, seconds: 0, cpuMs: 0, done: 0 },
      { entryOf: (index: number) => `known-${index % AT_ONCE}`, seconds: 0, cpuMs: 0, done: 0 },
      { entryOf: (index: number) => `new-${index}`, seconds: 0, cpuMs: 0, done: 0 },
    ];
    for (let from = 0, turn = 0; from < count; from += TURN, turn += 1) {
      scope.signal.throwIfAborted();
      const kind = kinds[turn % kinds.length];
      if (!kind) continue;
      const to = Math.min(count, from + TURN);
      const [began, used] = [performance.now(), meter(pids)];
      await confirm(parts, batchId, from, to, kind.entryOf);
      kind.seconds += (performance.now() - began) / 1_000;
      kind.cpuMs += Object.values(used()).reduce((sum, { cpuMs }) => sum + cpuMs, 0);
      kind.done += to - from;
    }
    while ((await parts.audit.seal()) > 0) scope.signal.throwIfAborted();
    const disk = await bytesOf(store);
    const [bare, recorded, first] = kinds.map(({ seconds, cpuMs, done }) => ({
      ms: (seconds * 1_000 * AT_ONCE) / done,
      cpuMs: cpuMs / done,
      done,
    }));
    const beside = (one?: { ms: number; cpuMs: number }) => ({
      time: (one?.ms ?? 0) / (bare?.ms ?? 1),
      cpu: (one?.cpuMs ?? 0) / (bare?.cpuMs ?? 1),
    });
    const ratio = { recorded: beside(recorded), first: beside(first) };
    const row = (name: string, one?: { ms: number; cpuMs: number }) => [
      name,
      ...[one?.ms, one?.cpuMs, beside(one).time, beside(one).cpu].map((value) => value?.toFixed(2) ?? ''),
    ];
    const text = [
      alignedTable([
        ['', `ms, ${AT_ONCE} at a time`, 'CPU ms, mongod and core', 'ratio', 'of CPU'],
        row('confirmation without an entry', bare),
        row('with its entry', recorded),
        row('with the first entry of its user', first),
      ]),
      '',
      alignedTable([
        [`of ${disk.entries} entries`, 'bytes each'],
        ['as documents', disk.document.toFixed(0)],
        ['on disk: entries', disk.storage.toFixed(0)],
        ['on disk: their indexes', disk.indexes.toFixed(0)],
        ['on disk: segments', disk.segments.toFixed(0)],
      ]),
    ].join('\n');
    return { json: { benchmark: 'audit', devices: count, machine, bare, recorded, first, ratio, bytes: disk }, text, problems: [] };
  },
};

/** A batch whose devices wait for confirmation, each of another owner. */
async function waiting(store: Store, count: number): Promise<{ parts: CoreParts; batchId: string }> {
  const parts = await meters({ store, engine: quietEngine(), clock: systemClock }, []);
  await parts.core.devices.register(operator, 'meter', [{ deviceName: nameOf(0) }]);
  await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
  const policy = { rate: { kind: 'constant', perMinute: 60 }, retry: null, timeoutMinutes: null, confirmation: true } as const;
  const { _id: batchId } = await parts.core.batches.createStatic(operator, { packageId: 'package1', scope: { kind: 'all' }, policy });
  const waits = { status: 'UNCONFIRMED', offerAt: null, reachable: false, gatewayId: null, batchId, productKey: 'meter' } as const;
  for (let from = 0; from < count; from += 1_000)
    await store.collections.tasks.insertMany(
      Array.from({ length: Math.min(1_000, count - from) }, (_, index) => aTask({ ...waits, deviceName: nameOf(from + index) })),
    );
  return { parts, batchId };
}

async function confirm(
  parts: CoreParts,
  batchId: string,
  from: number,
  to: number,
  entryOf: ((index: number) => string) | null,
): Promise<void> {
  let next = from;
  const work = async (): Promise<void> => {
    while (next < to) {
      const index = next++;
      const deviceId = `meter.${nameOf(index)}`;
      const id = taskIdOf(batchId, deviceId);
      const viewer = { ...userOf(entryOf?.(index) ?? 'nobody', 'User of an app', MAKER), deviceIds: [deviceId] };
      await parts.core.tasks.confirm(viewer, [id]);
      if (!entryOf) continue;
      const input = { taskIds: [id] };
      await parts.core.audit.record({ kind: 'MUTATION', action: 'confirmTasks', viewer, input, objects: [id], result: 'OK' });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function bytesOf({ connection, collections }: Store) {
  // A checkpoint, so that sizes on disk are those of what was written.
  await connection.getClient().db('admin').command({ fsync: 1 });
  const sizes = async (name: string) => {
    const [stats] = await connection
      .collection(name)
      .aggregate([{ $collStats: { storageStats: {} } }])
      .toArray();
    return stats?.storageStats as { size: number; storageSize: number; totalIndexSize: number };
  };
  const entries = await collections.auditEntries.countDocuments();
  const [own, segments] = [await sizes(collections.auditEntries.collectionName), await sizes(collections.auditSegments.collectionName)];
  return {
    entries,
    document: own.size / entries,
    storage: own.storageSize / entries,
    indexes: own.totalIndexSize / entries,
    segments: (segments.storageSize + segments.totalIndexSize) / entries,
  };
}
