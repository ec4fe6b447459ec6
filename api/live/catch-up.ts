import { isCursor, isNextTo, reaches } from './cursor';
import { type LiveSource, type Tail, tailOf } from './source';

export interface CatchUp {
  after: string;
  until: string;
  /** By the id of a document alone. */
  accepts(taskId: string): boolean;
  /** Distinct tasks; beyond it querying is cheaper than catching up. */
  limit: number;
  /** That of tasks when not given. */
  collection?: string;
}

/** Task ids with the cursor of their last change, in the order of the log. */
export type Missed = ReadonlyMap<string, string>;

const AWAIT_MS = 50;
const DEADLINE_MS = 10_000;
const PARALLEL = 16;
let running = 0;

/** What changed between two cursors, or null when that can't be told and the reader has to query instead. */
export async function catchUp(source: LiveSource, request: CatchUp): Promise<Missed | null> {
  if (!isCursor(request.after) || running >= PARALLEL) return null;
  running += 1;
  const tail = tailOf(source, request.after, AWAIT_MS);
  try {
    return await collect(tail, request.collection ?? source.collections.tasks.collectionName, request);
  } catch (error) {
    // Too old, of another log, or the store is away: in each case the reader must not believe it missed nothing.
    source.logger.info({ err: error }, 'A subscriber could not go on from its cursor');
    return null;
  } finally {
    running -= 1;
    await tail.close();
  }
}

async function collect(tail: Tail, collection: string, request: CatchUp): Promise<Missed | null> {
  const missed = new Map<string, string>();
  const deadline = Date.now() + DEADLINE_MS;
  while (Date.now() < deadline) {
    const change = await tail.next();
    if (change && change.ns.coll === collection && request.accepts(change.documentKey._id)) {
      missed.delete(change.documentKey._id);
      missed.set(change.documentKey._id, change._id._data);
      if (missed.size > request.limit) return null;
    }
    const position = tail.cursor();
    if (position === null) continue;
    if (reaches(position, request.until) || (change === null && isNextTo(position, request.until))) return missed;
  }
  return null;
}
