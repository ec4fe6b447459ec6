import { tagViolations } from '../device/tags';
import type { Limits } from '../limits';
import type { Violation } from '../violation';
import type { Batch, BatchTag, DeferralPolicy, EditedField, RatePolicy } from './batch';
import { deferralOf, deferralViolations, settledDeferral } from './deferral-policy';
import { rateViolations } from './rate-policy';

/** R-BAT-16: what is given takes the place of what the batch has. */
export interface BatchEdit {
  rate?: RatePolicy;
  tags?: readonly BatchTag[];
  /** R-TASK-12: for deferrals from now on; what is deferred stays so. */
  deferral?: DeferralPolicy;
  /** Dynamic batches only: all of them from now on. */
  sourceVersions?: readonly string[];
  /** Dynamic batches only, for tasks made from now on; null: none. */
  timeoutMinutes?: number | null;
}

/** What only dynamic batches can be given. */
export const isForDynamic = ({ sourceVersions, timeoutMinutes }: BatchEdit): boolean =>
  sourceVersions !== undefined || timeoutMinutes !== undefined;

type Edited = Pick<Batch, 'policy'>;

/** One field of an edit: what is wrong with it, and what it writes, by path in the batch. */
export interface FieldEdit {
  field: EditedField;
  violations: Violation[];
  set: Record<string, unknown>;
}

type EditOf = (batch: Edited, edit: BatchEdit, limits: Limits) => FieldEdit | null;

/** A field joins by a function of its own. */
const EDITS: readonly EditOf[] = [editOfRate, editOfTags, editOfDeferral];

/** What an edit changes; empty when the batch is as it wants it already. */
export const fieldEdits = (batch: Edited, edit: BatchEdit, limits: Limits): FieldEdit[] =>
  EDITS.flatMap((editOf) => editOf(batch, edit, limits) ?? []);

function editOfRate({ policy }: Edited, { rate }: BatchEdit, limits: Limits): FieldEdit | null {
  if (rate === undefined || isSameRate(rate, policy.rate)) return null;
  const refused = policy.proactivePush === false ? UNUSED : rate.kind === policy.rate.kind ? null : otherKind(policy.rate);
  return { field: 'rate', violations: refused ? [refused] : rateViolations(rate, limits), set: { 'policy.rate': rate } };
}

function editOfTags({ policy }: Edited, { tags }: BatchEdit, limits: Limits): FieldEdit | null {
  if (tags === undefined || isSameTags(tags, policy.tags ?? [])) return null;
  return { field: 'tags', violations: tagViolations(tags, limits), set: { 'policy.tags': tags } };
}

function editOfDeferral({ policy }: Edited, { deferral }: BatchEdit, limits: Limits): FieldEdit | null {
  if (deferral === undefined) return null;
  const before = deferralOf(policy, limits);
  const after = settledDeferral(deferral, limits);
  if (before?.maxTimes === after.maxTimes && before.maxHours === after.maxHours) return null;
  return { field: 'deferral', violations: deferralViolations(deferral, before !== null, limits), set: { 'policy.deferral': deferral } };
}

const UNUSED: Violation = {
  code: 'RATE_UNUSED',
  field: 'pushRate',
  message: 'The batch pushes nothing, so it has no push rate.',
  hint: 'Leave the push rate out.',
};

const otherKind = ({ kind }: RatePolicy): Violation => ({
  code: 'RATE_KIND_FIXED',
  field: 'pushRate',
  message: `The push rate of this batch is ${kind}, and stays so while it runs.`,
  hint: `Give other values of a ${kind} rate, or create a new batch.`,
});

function isSameRate(one: RatePolicy, other: RatePolicy): boolean {
  if (one.kind === 'constant' || other.kind === 'constant')
    return one.kind === 'constant' && other.kind === 'constant' && one.perMinute === other.perMinute;
  const values = ({ base, factor, maximum, threshold }: typeof one) => [base, factor, maximum, threshold.of, threshold.count].join();
  return values(one) === values(other);
}

const isSameTags = (one: readonly BatchTag[], other: readonly BatchTag[]): boolean =>
  one.length === other.length && one.every(({ key, value }, index) => key === other[index]?.key && value === other[index]?.value);
