import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Collections } from '../../schema/mongo/connect';
import { isDuplicateKey } from '../duplicate-key';

const TURN = 'packagePlaces';
/** A holder that has not ended its turn by then has died. Its work is one count and one insert. */
const TURN_MS = 10_000;
const LOOK_AGAIN_MS = 20;
const PATIENCE_MS = 60_000;

/** Runs `work` while no other process or call does: who counts the places that are left must be who takes one. */
export async function inTurn<T>({ settings }: Pick<Collections, 'settings'>, work: () => Promise<T>): Promise<T> {
  const holder = randomUUID();
  for (const began = Date.now(); !(await taken(settings, holder)); ) {
    if (Date.now() - began > PATIENCE_MS) throw new Error(`No turn to take a package's place within ${PATIENCE_MS} ms`);
    await sleep(LOOK_AGAIN_MS);
  }
  try {
    return await work();
  } finally {
    await settings.deleteOne({ _id: TURN, 'value.holder': holder });
  }
}

/** One document, which is there while somebody has the turn. */
async function taken(settings: Collections['settings'], holder: string): Promise<boolean> {
  const now = Date.now();
  try {
    await settings.updateOne(
      { _id: TURN, 'value.until': { $lt: now } },
      { $set: { value: { holder, until: now + TURN_MS } } },
      { upsert: true },
    );
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
