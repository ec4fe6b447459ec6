import { randomUUID } from 'node:crypto';
import type { Connection, mongo } from 'mongoose';
import type { Migration, MigrationTools } from './migration';

const COLLECTION = 'migrations';
const LOCK = 'lock';
const DUPLICATE_KEY = 11_000;

/** One that has run, or the lock. */
interface MigrationRecord {
  _id: number | typeof LOCK;
  name?: string;
  endedAt?: Date;
  heldBy?: string;
  /** By the server's clock. */
  renewedAt?: Date;
}
type Records = mongo.Collection<MigrationRecord>;

export interface RunSettings {
  /** Whoever has not renewed the lock for so long is dead. */
  leaseMs: number;
  /** Between two looks whether the lock is free. */
  pauseMs: number;
}
const SETTINGS: RunSettings = { leaseMs: 30_000, pauseMs: 500 };

/** The database has documents of a version that this program does not know. */
export class NewerDatabase extends Error {
  override readonly name = 'NewerDatabase';
  constructor(numbers: readonly number[]) {
    super(
      `The database was used by a newer version of Updraft (migration ${numbers.join(', ')}). Start that version, or restore a backup.`,
    );
  }
}

/**
 * Runs the migrations that this database has not had, in order, each once; whoever comes meanwhile waits for them. Returns the numbers of
 * those it ran. Throws NewerDatabase.
 */
export async function runMigrations<T extends MigrationTools>(
  connection: Connection,
  migrations: readonly Migration<T>[],
  tools: T,
  settings: Partial<RunSettings> = {},
): Promise<number[]> {
  const { leaseMs, pauseMs } = { ...SETTINGS, ...settings };
  const db = databaseOf(connection);
  const records: Records = db.collection(COLLECTION);
  const inOrder = [...migrations].sort((one, other) => one.number - other.number);
  const ran: number[] = [];
  for (;;) {
    const left = await leftOf(records, inOrder);
    if (left.length === 0) return ran;
    const holder = randomUUID();
    if (!(await take(records, holder, leaseMs))) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      continue;
    }
    await holding(records, holder, leaseMs, async (signal) => {
      // Once more: another may have ended between the two looks.
      const still = await leftOf(records, inOrder);
      if (still.length > 0) await liftValidators(db);
      for (const { number, name, run } of still) {
        await run(tools, signal);
        signal.throwIfAborted();
        await records.updateOne({ _id: number }, [{ $set: { name: { $literal: name }, endedAt: '$$NOW' } }], { upsert: true });
        ran.push(number);
      }
    });
  }
}

/** What is stored gets another form, which the validators of the version before refuse. Those of this one are installed afterwards. */
async function liftValidators(db: mongo.Db): Promise<void> {
  for await (const { name, options } of db.listCollections<mongo.CollectionInfo>({ 'options.validator': { $exists: true } })) {
    if (options?.validationLevel !== 'off') await db.command({ collMod: name, validationLevel: 'off' });
  }
}

async function leftOf<T extends MigrationTools>(records: Records, migrations: readonly Migration<T>[]): Promise<Migration<T>[]> {
  const done = new Set((await records.find({ endedAt: { $exists: true } }).toArray()).map(({ _id }) => _id));
  const known = new Set<MigrationRecord['_id']>(migrations.map(({ number }) => number));
  const unknown = [...done].filter((number): number is number => typeof number === 'number' && !known.has(number));
  if (unknown.length > 0) throw new NewerDatabase(unknown);
  return migrations.filter(({ number }) => !done.has(number));
}

async function take(records: Records, holder: string, leaseMs: number): Promise<boolean> {
  await records.updateOne({ _id: LOCK }, { $setOnInsert: { name: LOCK } }, { upsert: true }).catch((error: { code?: unknown }) => {
    // Another has made it at this very moment.
    if (error.code !== DUPLICATE_KEY) throw error;
  });
  const isFree = { $lt: [{ $ifNull: ['$renewedAt', new Date(0)] }, { $subtract: ['$$NOW', leaseMs] }] };
  const held = await records.findOneAndUpdate({ _id: LOCK, $expr: isFree }, [{ $set: { heldBy: holder, renewedAt: '$$NOW' } }]);
  return held !== null;
}

/** Renews the lock meanwhile. When it is lost, because this process was asleep, the work is told to stop. */
async function holding(records: Records, holder: string, leaseMs: number, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const lost = new AbortController();
  const renewal = setInterval(() => {
    records
      .updateOne({ _id: LOCK, heldBy: holder }, [{ $set: { renewedAt: '$$NOW' } }])
      .then(({ matchedCount }) => {
        if (matchedCount === 0) lost.abort(new Error('Another process has taken over the migrations.'));
      })
      .catch(() => undefined);
  }, leaseMs / 3);
  try {
    await work(lost.signal);
  } finally {
    clearInterval(renewal);
    await records.updateOne({ _id: LOCK, heldBy: holder }, { $unset: { heldBy: true, renewedAt: true } }).catch(() => undefined);
  }
}

function databaseOf({ db }: Connection): mongo.Db {
  if (!db) throw new Error('The MongoDB connection closed before it was used.');
  return db;
}
