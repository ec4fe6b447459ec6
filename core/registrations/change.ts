import type { RegistrationChange as Change } from '../../schema/model/registration/news';
import type { Registration } from '../../schema/model/registration/registration';
import { isDuplicateKey } from '../duplicate-key';
import { type CommitDeps, commit } from './commit';

/** What becomes of a registration; without `after` nothing is written, and with null it is deleted. */
export interface Decision<R> {
  result: R;
  after?: Registration | null;
}

interface Deciding<I, R> {
  /** In the order of the items, each of another device. */
  find(items: readonly I[]): Promise<readonly (Registration | null)[]>;
  decide(item: I, before: Registration | null): Decision<R> | Promise<Decision<R>>;
  /** The result where the device may not be on-line: it was disabled or deleted meanwhile. */
  shutOut: R;
}

/** Each round of two that change one registration at once ends for one of them. */
const ROUNDS = 50;

/** Reads, decides, and writes what is decided if it is still about what is stored; what is not is read again. */
export async function changeAll<I, R>(deps: CommitDeps, items: readonly I[], { find, decide, shutOut }: Deciding<I, R>): Promise<R[]> {
  async function decisionOn(item: I, before: Registration | null) {
    const { result, after } = await decide(item, before);
    return { item, result, change: after === undefined ? null : { before, after } };
  }

  const results = new Map<I, R>();
  let open = items;
  for (let round = 0; open.length > 0; round += 1) {
    if (round === ROUNDS) throw new Error('Registrations change faster than they can be written.');
    const found = await find(open);
    const decided = await Promise.all(open.map(async (item, index) => decisionOn(item, found[index] ?? null)));
    const changes = decided.flatMap(({ change }) => change ?? []);
    const outcome = await commit(deps, changes).catch((error: unknown) => {
      // Another process has just stored the first registration of one of the devices.
      if (!isDuplicateKey(error)) throw error;
      return { stale: new Set(changes), shutOut: new Set<Change>() };
    });
    const again: I[] = [];
    for (const { item, result, change } of decided) {
      if (change && outcome.stale.has(change)) again.push(item);
      else results.set(item, change && outcome.shutOut.has(change) ? shutOut : result);
    }
    open = again;
  }
  return items.map((item) => results.get(item) as R);
}
