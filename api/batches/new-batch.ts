import type { NewStaticBatch } from '../../core/core';
import { UserError } from '../../core/errors';
import type { BatchScope, RatePolicy } from '../../schema/model/batch';
import { DEFAULT_LIMITS } from '../../schema/model/limits';
import type { BatchScopeInput, CreateStaticBatchInput } from './inputs';
import { rateField, ratePolicyOf } from './rate-inputs';

/** R-BAT-7: nothing leaves by itself, so nothing is paced. */
const UNPACED: RatePolicy = { kind: 'constant', perMinute: DEFAULT_LIMITS.rateMaximum };

export function newStaticBatch(input: CreateStaticBatchInput): NewStaticBatch {
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
      ...(input.halt && { halt: { ...input.halt } }),
      ...(input.downloadProtocol && { downloadProtocol: input.downloadProtocol }),
    },
    ...(input.schedule && { schedule: { startAt: input.schedule.startAt, endAt: input.schedule.endAt ?? null } }),
    idempotencyKey: input.idempotencyKey,
  };
}

function scopeOf({ all, deviceNames }: BatchScopeInput): BatchScope {
  if (all === true && !deviceNames) return { kind: 'all' };
  if (deviceNames && all !== true) return { kind: 'targeted', deviceNames };
  throw new UserError('REQUIRED', {
    field: 'scope',
    message: `The scope names ${deviceNames ? 'both all devices and some' : 'no devices'}.`,
    hint: 'Give either `all: true` or `deviceNames`.',
  });
}

/** Core's paths follow the stored policy; the input is flatter. */
export const inputField = (field: string): string => rateField(field.replace(/^policy\./, ''));
