import type { NewStaticBatch } from '../../core/core';
import { UserError } from '../../core/errors';
import type { BatchScope } from '../../schema/model/batch';
import type { BatchScopeInput, CreateStaticBatchInput } from './inputs';

export function newStaticBatch(input: CreateStaticBatchInput): NewStaticBatch {
  return {
    packageId: input.packageId,
    name: input.name,
    scope: scopeOf(input.scope),
    sourceVersions: input.sourceVersions,
    policy: {
      rate: { kind: 'constant', perMinute: input.pushRate.perMinute },
      retry: input.retry ? { intervalMinutes: input.retry.intervalMinutes, maxRetries: input.retry.maxRetries } : null,
      timeoutMinutes: input.timeoutMinutes ?? null,
      ...(input.downloadProtocol && { downloadProtocol: input.downloadProtocol }),
    },
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
export const inputField = (field: string): string => field.replace(/^policy\./, '').replace(/^rate\b/, 'pushRate');
