import { createHash } from 'node:crypto';
import { mongo } from 'mongoose';
import type { Batch, BatchKind, BatchPolicy, BatchScope } from '../../schema/model/batch/batch';
import { firstStatus } from '../../schema/model/batch/batch-state';
import { dialectReason } from '../../schema/model/batch/dialect-obstacle';
import { dynamicViolations } from '../../schema/model/batch/dynamic-rules';
import { withMinimum } from '../../schema/model/batch/halt';
import { policyViolations, sourceVersionViolations, targetedVersionViolations } from '../../schema/model/batch/policy';
import { scheduleViolations } from '../../schema/model/batch/schedule';
import { deviceIdOf } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import { batchVersionViolations } from '../../schema/model/package/package-rules';
import { downloadViolations } from '../../schema/model/protocol/download-protocol';
import { schemeViolations } from '../../schema/model/protocol/download-scheme';
import type { Violation } from '../../schema/model/violation';
import type { Collections } from '../../schema/mongo/connect';
import type { Viewer } from '../access/viewer';
import { displayNameViolation } from '../display-name';
import { schemesOf } from '../downloads/short-url';
import { UserError } from '../errors';
import { type Idempotency, idempotencyOf, madeBefore } from '../idempotency';
import { packageUnknown, packageUnverified } from '../packages/refusals';
import { refuseIfAny } from '../refuse';
import { resolvedScope, scopeFormViolations, settledScope } from '../selection/scope';
import { countOthers, hasTargets } from '../selection/targets';
import type { CoreSettings } from '../settings';
import type { NewStaticBatch } from './contract';

type DraftSettings = Pick<CoreSettings, 'limits' | 'minuteMs' | 'publicBaseUrl' | 'coapBaseUrls'>;

/** Checks everything about a new batch that does not depend on others, and gives its document; nothing is written here. */
export async function draftBatch(
  collections: Collections,
  settings: DraftSettings,
  viewer: Viewer,
  input: NewStaticBatch,
  now: Date,
  kind: BatchKind = 'static',
): Promise<{ batch: Batch; repeated: boolean }> {
  const { batches, devices, packages } = collections;
  const idempotency = idempotencyOf(viewer, input.idempotencyKey, hashOf(input, kind));
  const earlier = idempotency && (await madeBefore(batches, idempotency, now, 'batch'));
  if (earlier) return { batch: earlier, repeated: true };
  const firmware = await packages.findOne({ _id: input.packageId, deletedAt: null });
  if (firmware === null) throw packageUnknown();
  const ofSchedule = input.schedule ? scheduleViolations(input.schedule, now, settings.limits, settings.minuteMs) : [];
  const ofDynamic = kind === 'dynamic' ? dynamicViolations(input, firmware) : [];
  refuseIfAny([...violationsOf(input, firmware, settings, kind), ...ofSchedule, ...ofDynamic]);
  if (kind !== 'verification' && firmware.verification?.required && firmware.verification.state !== 'VERIFIED')
    throw packageUnverified(firmware._id);
  const batch = { ...batchOf(input, firmware, viewer, now, idempotency), kind };
  batch.scope = await resolvedScope(collections, batch);
  await requireKnownNames(devices, batch);
  // A dynamic batch may wait for its first device.
  if (kind !== 'dynamic' && !(await hasTargets(collections, batch))) {
    throw nobodyMatches(batch, await countOthers(collections, batch));
  }
  return { batch, repeated: false };
}

function nobodyMatches(batch: Batch, others: number): UserError {
  const passedOver = others > 0 ? ` ${others} ${others === 1 ? 'is' : 'are'} passed over, because ${dialectReason(batch)}.` : '';
  return new UserError('BATCH_EMPTY', {
    field: 'scope',
    message: `No device matches the scope and the source versions.${passedOver}`,
    hint:
      others > 0
        ? 'Choose a package and a way of download that these devices take, or a scope with others in it.'
        : 'Register devices, or widen the scope or the source versions.',
  });
}

function violationsOf(input: NewStaticBatch, firmware: FirmwarePackage, settings: DraftSettings, kind: BatchKind): Violation[] {
  const { limits } = settings;
  const name = input.name == null ? null : displayNameViolation(input.name, 'name');
  return [
    ...(name ? [name] : []),
    ...scopeViolations(input.scope, limits),
    ...(kind === 'verification' ? [] : targetedVersionViolations(input.scope, input.sourceVersions ?? [])),
    ...sourceVersionViolations(input.sourceVersions ?? [], firmware.version),
    ...batchVersionViolations(firmware, input.sourceVersions ?? []),
    ...policyViolations(input.policy, limits),
    ...downloadViolations(input.policy.downloadProtocol, firmware.files, limits),
    ...schemeViolations(input.policy.schemes, schemesOf(settings)),
  ];
}

function scopeViolations(scope: BatchScope, limits: Limits): Violation[] {
  if (scope.kind !== 'targeted') return scopeFormViolations(scope);
  const count = scope.deviceNames.length;
  const limit = `1 to ${limits.targets} names`;
  const field = 'scope.deviceNames';
  if (count === 0) return [{ code: 'BATCH_EMPTY', field, message: 'The batch names no device.', hint: 'Name at least one device.', limit }];
  if (count <= limits.targets) return [];
  return [
    { code: 'TOO_MANY', field, message: `The batch names ${count} devices.`, hint: 'Make several batches, or choose all devices.', limit },
  ];
}

async function requireKnownNames(devices: Collections['devices'], { productKey, scope }: Batch): Promise<void> {
  if (scope.kind !== 'targeted') return;
  const ids = scope.deviceNames.map((name) => deviceIdOf(productKey, name));
  const found = await devices.find({ _id: { $in: ids } }, { projection: { deviceName: 1 } }).toArray();
  const known = new Set(found.map(({ deviceName }) => deviceName));
  const unknown = scope.deviceNames.filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const named = unknown.slice(0, 5).map((name) => `"${name.slice(0, 64)}"`);
  throw new UserError('DEVICE_UNKNOWN', {
    field: `scope.deviceNames[${scope.deviceNames.indexOf(unknown[0] ?? '')}]`,
    message: `The product has no device ${named.join(', ')}${unknown.length > 5 ? ` and ${unknown.length - 5} more` : ''}.`,
    hint: 'Correct the names, or register the devices first. The batch was not created.',
  });
}

function batchOf(input: NewStaticBatch, firmware: FirmwarePackage, viewer: Viewer, now: Date, idempotency: Idempotency | null): Batch {
  const _id = new mongo.ObjectId().toHexString();
  const chosen = [...new Set(input.sourceVersions ?? [])];
  const inheritsVersions = firmware.sourceVersions?.length > 0 && (chosen.length === 0 || firmware.kind === 'DIFFERENTIAL');
  return {
    _id,
    name: input.name ?? `${firmware.name}_${_id.slice(-6)}`,
    productKey: firmware.productKey,
    packageId: firmware._id,
    module: firmware.module,
    targetVersion: firmware.version,
    ...(firmware.files.length > 1 && { files: firmware.files.length }),
    kind: 'static',
    scope: settledScope(input.scope),
    sourceVersions: inheritsVersions ? firmware.sourceVersions : chosen,
    inheritsVersions,
    policy: settledPolicy(input.policy),
    status: firstStatus(input.schedule),
    ...(input.schedule && { schedule: input.schedule }),
    statusReason: null,
    selection: null,
    idempotency,
    createdBy: viewer.actorId,
    createdAt: now,
    updatedAt: now,
    startedAt: null,
    endedAt: null,
  };
}

const settledPolicy = ({ halt, schemes, ...policy }: BatchPolicy): BatchPolicy => ({
  ...policy,
  ...(halt && { halt: withMinimum(halt) }),
  ...(schemes && { schemes: [...new Set(schemes)] }),
});

/** The same key and input give the same batch for 24 hours; the same key with another input is refused. */
function hashOf({ idempotencyKey: _, ...input }: NewStaticBatch, kind: BatchKind): string {
  return createHash('sha256')
    .update(JSON.stringify(kind === 'static' ? input : { ...input, kind }))
    .digest('hex');
}
