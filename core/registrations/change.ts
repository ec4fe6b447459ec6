import type { RegistrationChange as Change } from '../../schema/model/registration/news';
import type { Registration } from '../../schema/model/registration/registration';
import { isDuplicateKey } from '../duplicate-key';
import { commitPresences, commitQuiet, isQuiet, type WritingDeps } from './commit';

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
export async function changeAll<I, R>(deps: WritingDeps, items: readonly I[], deciding: Deciding<I, R>): Promise<R[]> {
  return Promise.all(await changeEach(deps, items, deciding));
}

/**
 * The same, but settles before devices that come or go are written, whose results are still to come: that takes many times as long, and
 * nobody else's Update is to wait for it.
 */
export async function changeEach<I, R>(
  deps: WritingDeps,
  items: readonly I[],
  deciding: Deciding<I, R>,
  round = 0,
): Promise<(R | Promise<R>)[]> {
  if (items.length === 0) return [];
  if (round === ROUNDS) throw new Error('Registrations change faster than they can be written.');
  const found = await deciding.find(items);
  const decided = await Promise.all(
    items.map(async (item, index) => {
      const before = found[index] ?? null;
      const { result, after } = await deciding.decide(item, before);
      return { item, result, change: after === undefined ? null : { before, after } };
    }),
  );

  async function settle(those: typeof decided, commit: typeof commitPresences): Promise<Map<I, R>> {
    const changes = those.flatMap(({ change }) => change ?? []);
    const outcome = await commit(deps, changes).catch((error: unknown) => {
      // Another process has just stored the first registration of one of the devices.
      if (!isDuplicateKey(error)) throw error;
      return { stale: new Set(changes), shutOut: new Set<Change>() };
    });
    const again = those.filter(({ change }) => change && outcome.stale.has(change)).map(({ item }) => item);
    const results = new Map(
      those.map(({ item, result, change }) => [item, change && outcome.shutOut.has(change) ? deciding.shutOut : result]),
    );
    const later = await Promise.all(await changeEach(deps, again, deciding, round + 1));
    for (const [index, item] of again.entries()) results.set(item, later[index] as R);
    return results;
  }

  const isLoud = ({ change }: (typeof decided)[number]): boolean => change !== null && !isQuiet(change);
  const loud = decided.filter(isLoud);
  const ofLoud = settle(loud, commitPresences);
  // Where the others fail nobody asks for these any more.
  ofLoud.catch(() => undefined);
  const ofQuiet = await settle(
    decided.filter((each) => !isLoud(each)),
    commitQuiet,
  );
  return decided.map((each) => (isLoud(each) ? ofLoud.then((results) => results.get(each.item) as R) : (ofQuiet.get(each.item) as R)));
}
