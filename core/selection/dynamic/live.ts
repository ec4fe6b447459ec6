import { LRUCache } from 'lru-cache';
import type { Batch } from '../../../schema/model/batch/batch';
import type { Collections } from '../../../schema/mongo/connect';

/** How old the batches may be that a report is compared with; a batch's own scan finds what was missed for it. */
const AGE_MS = 1_000;
const PRODUCTS_KEPT = 1_000;

/** The dynamic batches that take devices, by product: kept for a second, so that reports where there are none cost nothing. */
export function createLiveDynamic({ batches, groups }: Pick<Collections, 'batches' | 'groups'>) {
  const kept = new LRUCache<string, Promise<Batch[]>>({ max: PRODUCTS_KEPT, ttl: AGE_MS });

  async function read(productKey: string): Promise<Batch[]> {
    const found = await batches.find({ matching: true, productKey }).toArray();
    const rooted = found.flatMap(({ scope }) => (scope.kind === 'group' ? [scope.groupId] : []));
    return rooted.length === 0 ? found : withGroupsBelow(found, rooted);
  }

  /** R-DEV-3: with the groups that are below theirs now. */
  async function withGroupsBelow(found: Batch[], ids: string[]): Promise<Batch[]> {
    const filter = { $or: [{ _id: { $in: ids } }, { ancestors: { $in: ids } }] };
    const known = await groups.find(filter, { projection: { ancestors: 1 } }).toArray();
    return found.map((batch) => {
      const { scope } = batch;
      if (scope.kind !== 'group') return batch;
      const below = known.filter(({ _id, ancestors }) => _id === scope.groupId || ancestors.includes(scope.groupId));
      return { ...batch, scope: { ...scope, groupIds: below.map(({ _id }) => _id) } };
    });
  }

  return {
    of(productKey: string): Promise<Batch[]> {
      const known = kept.get(productKey);
      if (known) return known;
      const rules = read(productKey);
      kept.set(productKey, rules);
      rules.catch(() => {
        if (kept.peek(productKey) === rules) kept.delete(productKey);
      });
      return rules;
    },
    /** This process has changed one of them. */
    forget: (productKey: string): void => void kept.delete(productKey),
    forgetAll: (): void => kept.clear(),
  };
}
export type LiveDynamic = ReturnType<typeof createLiveDynamic>;
