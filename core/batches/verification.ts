import type { Batch } from '../../schema/model/batch/batch';
import { isLive } from '../../schema/model/batch/batch';
import type { Limits } from '../../schema/model/limits';
import type { Collections } from '../../schema/mongo/connect';
import { UserError } from '../errors';
import type { NewStaticBatch, NewVerification } from './contract';

/** R-PKG-9: chosen devices, all at once and once each; what a verification finds is for people to read. */
export function batchOfVerification(input: NewVerification, limits: Limits): NewStaticBatch {
  const { packageId, deviceNames, sourceVersions, timeoutMinutes, idempotencyKey } = input;
  if (deviceNames.length > limits.verificationDevices) {
    throw new UserError('TOO_MANY', {
      field: 'deviceNames',
      message: `The verification names ${deviceNames.length} devices.`,
      hint: 'Choose a few, and repeat it with others if need be.',
      limit: `1–${limits.verificationDevices}`,
    });
  }
  return {
    packageId,
    scope: { kind: 'targeted', deviceNames },
    sourceVersions,
    policy: { rate: { kind: 'constant', perMinute: limits.rateMaximum }, retry: null, timeoutMinutes: timeoutMinutes ?? null },
    idempotencyKey,
  };
}

/**
 * R-PKG-9: once a verification has ended the package is verified, whatever became of the devices, as long as one of them came to an
 * end of its own: a run that was canceled before, or found every device busy, has shown nothing. May run twice.
 */
export async function markVerified({ batches, packages, tasks }: Collections, batchId: string, now: Date): Promise<void> {
  const batch: Batch | null = await batches.findOne({ _id: batchId });
  if (batch?.kind !== 'verification' || isLive(batch.status)) return;
  const tried = await tasks.findOne({ batchId, status: { $in: ['SUCCEEDED', 'FAILED'] } }, { projection: { _id: 1 } });
  if (tried === null) return;
  await packages.updateOne(
    { _id: batch.packageId, 'verification.state': { $ne: 'VERIFIED' } },
    { $set: { 'verification.state': 'VERIFIED', 'verification.verifiedAt': now } },
  );
}
