import type { NewDynamicBatch, NewStaticBatch } from '../../core/batches/contract';
import type { BatchTag, RatePolicy } from '../../schema/model/batch/batch';
import { DEFAULT_LIMITS } from '../../schema/model/limits';
import { deferralPolicyOf } from './deferral-types';
import type { BatchTagInput, CreateDynamicBatchInput, CreateStaticBatchInput, NewBatchInput } from './inputs';
import { ratePolicyOf } from './push-rate';
import { scopeOf } from './scope';

/** R-BAT-7: nothing leaves by itself, so nothing is paced. */
const UNPACED: RatePolicy = { kind: 'constant', perMinute: DEFAULT_LIMITS.rateMaximum };

export const newStaticBatch = (input: CreateStaticBatchInput): NewStaticBatch => ({
  ...newBatch(input),
  ...(input.schedule && { schedule: { startAt: input.schedule.startAt, endAt: input.schedule.endAt ?? null } }),
});

export const newDynamicBatch = (input: CreateDynamicBatchInput): NewDynamicBatch => ({
  ...newBatch(input),
  ...(input.newlyReportedOnly && { newlyReportedOnly: true }),
});

function newBatch(input: NewBatchInput): NewStaticBatch {
  return {
    packageId: input.packageId,
    name: input.name,
    scope: scopeOf(input.scope),
    sourceVersions: input.sourceVersions,
    policy: {
      rate: input.proactivePush === false ? UNPACED : ratePolicyOf(input.pushRate ?? {}),
      ...(input.proactivePush === false && { proactivePush: false }),
      retry: input.retry ? { intervalMinutes: input.retry.intervalMinutes, maxRetries: input.retry.maxRetries } : null,
      timeoutMinutes: input.timeoutMinutes ?? null,
      ...(input.confirmation && { confirmation: true }),
      ...(input.deferral && { deferral: deferralPolicyOf(input.deferral) }),
      ...(input.overridePrevious && { overridePrevious: true }),
      ...(input.multiModule && { multiModule: true }),
      ...(input.halt && { halt: { ...input.halt } }),
      ...(input.tags && input.tags.length > 0 && { tags: tagsOf(input.tags) }),
      ...(input.downloadProtocol && { downloadProtocol: input.downloadProtocol }),
      ...(input.delivery && { delivery: input.delivery }),
      ...(input.schemes && { schemes: input.schemes }),
    },
    idempotencyKey: input.idempotencyKey,
  };
}

/** The bare values: what is stored has no class. */
export const tagsOf = (tags: readonly BatchTagInput[]): BatchTag[] => tags.map(({ key, value }) => ({ key, value }));
