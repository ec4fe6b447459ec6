import { type ImportProblem, noProblems } from '../../schema/model/device/device-import';
import type { Collections } from '../../schema/mongo/connect';
import { ofAttempt, type StoredImport } from '../../schema/mongo/device-imports';
import { KEPT_MS, removeImport } from './begin';
import { sumOf } from './check';
import { type CreationDeps, createDevices } from './create-devices';

/** Whoever creates devices renews the import with every piece; silent for so long, its process has died. */
const SILENT_MS = 15_000;

export interface ImportCreation {
  /** Goes on with an import in this process. Never waits, never throws: what fails is found again by `resume`. */
  start(id: string): void;
  /** Goes on with what a process has left behind; may run in several processes at once. How many. */
  resume(): Promise<number>;
  /** Ends at a piece's end, so that another process may go on at once. */
  stop(): Promise<void>;
}

/** R-DEV-6: the part of an import after its file was checked. */
export function createImportCreation(deps: CreationDeps): ImportCreation {
  const { collections, clock } = deps;
  const { deviceImports } = collections;
  const running = new Map<string, Promise<void>>();
  let stopping = false;

  async function run(id: string): Promise<void> {
    const found = await deviceImports.findOne({ _id: id, status: 'CREATING' });
    if (found === null) return;
    const isDone = await createDevices(deps, found, () => stopping);
    if (isDone) await finish(collections, id, clock());
    else await deviceImports.updateOne({ _id: id, status: 'CREATING' }, { $set: { renewedAt: new Date(0) } });
  }

  function start(id: string): void {
    if (stopping || running.has(id)) return;
    const work = run(id)
      .catch(() => undefined)
      .finally(() => running.delete(id));
    running.set(id, work);
  }

  return {
    start,
    async resume() {
      const since = new Date(clock().getTime() - SILENT_MS);
      const silent = await deviceImports.find({ status: 'CREATING', renewedAt: { $lt: since } }, { projection: { _id: 1 } }).toArray();
      for (const { _id } of silent) start(_id);
      return silent.length;
    },
    async stop() {
      stopping = true;
      await Promise.all(running.values());
    },
  };
}

/** What became of each row is counted from what is stored, so that it is right however often a piece was repeated. */
async function finish({ deviceImports, deviceImportProblems }: Collections, id: string, now: Date): Promise<void> {
  const found: StoredImport | null = await deviceImports.findOne({ _id: id, status: 'CREATING' });
  if (found === null) return;
  const told = await deviceImportProblems
    .aggregate<{ _id: ImportProblem; count: number }>([{ $match: ofAttempt(found) }, { $group: { _id: '$problem', count: { $sum: 1 } } }])
    .toArray();
  const problems = { ...noProblems(), ...Object.fromEntries(told.map(({ _id, count }) => [_id, count])) };
  await deviceImports.updateOne(
    { _id: id, status: 'CREATING' },
    {
      $set: {
        status: 'FINISHED',
        problems,
        created: found.rows - sumOf(problems),
        endedAt: now,
        expiresAt: new Date(now.getTime() + KEPT_MS),
      },
    },
  );
}

/** Takes away what has expired; may run in several processes at once, and stops when told to. Nothing that still creates devices expires. */
export async function sweepImports(collections: Collections, now: Date, signal?: AbortSignal): Promise<number> {
  const { deviceImports } = collections;
  await deviceImports.updateMany({ expiresAt: { $lt: now }, status: { $ne: 'CREATING' } }, { $set: { status: 'EXPIRED' } });
  const expired = await deviceImports.find({ status: 'EXPIRED' }, { projection: { attempt: 1 } }).toArray();
  for (const each of expired) await removeImport(collections, each, signal);
  return expired.length;
}
