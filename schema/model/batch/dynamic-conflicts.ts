import type { ErrorCode } from '../error-codes';
import type { Limits } from '../limits';
import { sourcesOverlap } from '../package/package-rules';
import type { Violation } from '../violation';
import type { Batch, BatchPolicy, DynamicBase } from './batch';

/** What of a batch can stand in the way of another one. */
export type Contender = Pick<
  Batch,
  '_id' | 'name' | 'productKey' | 'packageId' | 'module' | 'base' | 'scope' | 'sourceVersions' | 'matching'
> & {
  policy: Pick<BatchPolicy, 'multiModule' | 'overridePrevious'>;
};

/** A violation that a batch in the way is the reason of. */
export interface Conflict extends Violation {
  conflictingId: string;
}

/**
 * R-BAT-8, 14, 15: what of the batches that are live forbids the new one, each rule once and naming the first batch in the way. `live` may
 * hold others as well, in the order they were made.
 */
export function conflictsOf(batch: Contender, live: readonly Contender[], limits: Pick<Limits, 'groupPackages'>): Conflict[] {
  const others = live.filter(({ _id }) => _id !== batch._id);
  const dynamic = batch.matching ? others.filter(({ matching }) => matching) : [];
  return [
    ofPackage(batch, dynamic),
    ofProduct(batch, others),
    ofBases(batch, dynamic),
    ofGroupSettings(batch, dynamic),
    ofGroupPackages(batch, dynamic, limits),
  ].filter((conflict) => conflict !== null);
}

const named = ({ name, _id }: Contender): string => `"${name}" (${_id})`;
const wordOf = (base: DynamicBase | undefined): string => (base === 'GROUP' ? 'group-based' : 'version-based');
const groupOf = ({ scope }: Contender): string | null => (scope.kind === 'group' ? scope.groupId : null);
const isMulti = ({ policy }: Contender): boolean => policy.multiModule === true;
const overrides = ({ policy }: Contender): boolean => policy.overridePrevious === true;

/** R-BAT-8. */
function ofPackage(batch: Contender, dynamic: readonly Contender[]): Conflict | null {
  const first = dynamic.find(({ packageId, base }) => packageId === batch.packageId && base === batch.base);
  return inTheWay('DYNAMIC_BATCH_EXISTS', 'packageId', first, (other) => ({
    message: `The package has a ${wordOf(batch.base)} dynamic batch already: ${named(other)}.`,
    hint: 'Cancel the policy of that one first with `cancelDynamicPolicy`; its tasks may go on.',
    limit: 'one version-based and one group-based dynamic batch a package',
  }));
}

/** R-BAT-14: within a product, also between batches that are not dynamic. */
function ofProduct(batch: Contender, others: readonly Contender[]): Conflict | null {
  const ofIt = others.filter(({ productKey }) => productKey === batch.productKey);
  if (isMulti(batch)) {
    return inTheWay('MULTI_MODULE_OR_OVERRIDE', 'multiModule', ofIt.find(overrides), (other) => ({
      message: `Within a product, updates of several modules and overriding exclude each other, and the batch ${named(other)} overrides.`,
      hint: 'Leave `multiModule` out, or wait until that batch has ended.',
    }));
  }
  if (!overrides(batch)) return null;
  return inTheWay('MULTI_MODULE_OR_OVERRIDE', 'overridePrevious', ofIt.find(isMulti), (other) => ({
    message: `Within a product, updates of several modules and overriding exclude each other, and the batch ${named(other)} updates several.`,
    hint: 'Leave `overridePrevious` out, or wait until that batch has ended.',
  }));
}

/** R-BAT-14: with updates of several modules, on either side. */
function ofBases(batch: Contender, dynamic: readonly Contender[]): Conflict | null {
  const first = dynamic.find(
    (other) =>
      other.productKey === batch.productKey &&
      other.module === batch.module &&
      other.base !== batch.base &&
      (isMulti(batch) || isMulti(other)) &&
      sourcesOverlap(batch.sourceVersions, other.sourceVersions),
  );
  return inTheWay('DYNAMIC_BASES_MIXED', 'sourceVersions', first, (other) => ({
    message: `With updates of several modules, version-based and group-based dynamic batches for one module and source version exclude each other, and ${named(other)} is ${wordOf(other.base)}.`,
    hint: 'Choose other source versions, or cancel the policy of that batch first.',
  }));
}

/** R-BAT-14. */
function ofGroupSettings(batch: Contender, dynamic: readonly Contender[]): Conflict | null {
  const group = groupOf(batch);
  const differs = (other: Contender): boolean => isMulti(other) !== isMulti(batch) || overrides(other) !== overrides(batch);
  const first = group === null ? undefined : dynamic.find((other) => groupOf(other) === group && differs(other));
  return inTheWay('GROUP_SETTINGS_DIFFER', 'policy', first, (other) => ({
    message: `The dynamic batches of a group agree on updates of several modules and on overriding, and ${named(other)} has other settings.`,
    hint: `Set \`multiModule\` to ${isMulti(other)} and \`overridePrevious\` to ${overrides(other)}, or cancel the policy of that batch first.`,
  }));
}

/** R-BAT-15: of packages of any product. */
function ofGroupPackages(
  batch: Contender,
  dynamic: readonly Contender[],
  { groupPackages }: Pick<Limits, 'groupPackages'>,
): Conflict | null {
  const group = groupOf(batch);
  const ofGroup = group === null ? [] : dynamic.filter((other) => groupOf(other) === group);
  const packages = new Set(ofGroup.map(({ packageId }) => packageId));
  const first = packages.size >= groupPackages && !packages.has(batch.packageId) ? ofGroup[0] : undefined;
  return inTheWay('GROUP_PACKAGES', 'scope.groupId', first, (other) => ({
    message: `${packages.size} packages have dynamic batches for this group already, the first of them ${named(other)}.`,
    hint: 'Cancel the policy of one of them first, or choose another group.',
    limit: `${groupPackages} packages a group`,
  }));
}

function inTheWay(
  code: ErrorCode,
  field: string,
  other: Contender | undefined,
  words: (other: Contender) => Pick<Violation, 'message' | 'hint' | 'limit'>,
): Conflict | null {
  return other === undefined ? null : { code, field, conflictingId: other._id, ...words(other) };
}
