import { isDeepStrictEqual } from 'node:util';
import type { mongo } from 'mongoose';
import type { Batch, EditedField } from '../../../schema/model/batch/batch';
import { type BatchEdit, fieldEdits } from '../../../schema/model/batch/batch-edit';
import { isRefused } from '../../../schema/model/batch/batch-state';
import { policyViolations, sourceVersionViolations } from '../../../schema/model/batch/policy';
import type { BatchId } from '../../../schema/model/ids';
import type { FirmwarePackage } from '../../../schema/model/package/firmware-package';
import { batchVersionViolations } from '../../../schema/model/package/package-rules';
import type { Violation } from '../../../schema/model/violation';
import type { Store } from '../../../schema/mongo/connect';
import { requireRole } from '../../access/require-role';
import type { Viewer } from '../../access/viewer';
import { UserError } from '../../errors';
import { packageUnknown } from '../../packages/refusals';
import { refuseIfAny } from '../../refuse';
import type { CoreSettings } from '../../settings';
import { serialized } from '../../transaction';
import { editWrite } from '../edit';
import { conflictKeys, refuseConflicts } from '../insert';
import type { PolicyDeps } from './policy';
import { policyEnded, requireDynamic } from './refusals';

export interface EditDeps extends PolicyDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  settings: CoreSettings;
}

/**
 * R-BAT-16, R-BAT-15. The versions that are added are kept with the batch until their devices were looked for: here, or by its next scan
 * should the process die before.
 */
export async function editDynamic(deps: EditDeps, viewer: Viewer, id: BatchId, edit: BatchEdit): Promise<Batch> {
  requireRole(viewer, 'OPERATOR');
  const { store, settings, live, engine, clock } = deps;
  const { batches, packages } = store.collections;
  const known = await requireDynamic(store.collections, id, { what: 'source versions or a time-out that could be changed' });
  const firmware = await packages.findOne({ _id: known.packageId });
  if (firmware === null) throw packageUnknown();
  const { batch, added } = await serialized(store, conflictKeys(known), async (session) => {
    const before = await takingBatch(store.collections, id, session);
    const sourceVersions = edit.sourceVersions === undefined ? before.sourceVersions : [...new Set(edit.sourceVersions)];
    const timeoutMinutes = edit.timeoutMinutes === undefined ? before.policy.timeoutMinutes : edit.timeoutMinutes;
    const others = fieldEdits(before, edit, settings.limits);
    const after: Batch = { ...before, sourceVersions, policy: { ...before.policy, timeoutMinutes } };
    refuseIfAny([
      ...(edit.sourceVersions === undefined ? [] : versionsViolations(before, firmware, edit.sourceVersions)),
      ...policyViolations(after.policy, settings.limits),
      ...others.flatMap(({ violations }) => violations),
    ]);
    await refuseConflicts(store.collections, settings.limits, after, session, (code) => code === 'DYNAMIC_BASES_MIXED');
    const added = sourceVersions.filter((version) => !before.sourceVersions.includes(version));
    const pending = [...new Set([...(before.pendingVersions ?? []), ...added])];
    const fields: EditedField[] = [
      ...others.map(({ field }) => field),
      ...(isDeepStrictEqual(sourceVersions, before.sourceVersions) ? [] : ['sourceVersions' as const]),
      ...(timeoutMinutes === before.policy.timeoutMinutes ? [] : ['timeoutMinutes' as const]),
    ];
    if (fields.length === 0) return { batch: before, added };
    const set = { sourceVersions, 'policy.timeoutMinutes': timeoutMinutes, ...(pending.length > 0 && { pendingVersions: pending }) };
    const written = editWrite(before, viewer.actorId, fields, Object.assign(set, ...others.map((each) => each.set)), clock());
    await batches.updateOne({ _id: id }, written, { session });
    return { batch: after, added };
  });
  live.forget(batch.productKey);
  engine.wakeBatch(id);
  if (added.length > 0) {
    await engine.commandBatch(id, { kind: 'scan' }).catch((error) => {
      // Its workflow is about to begin, or has just ended: what is pending stays so.
      if (!(error instanceof UserError)) throw error;
    });
  }
  return (await batches.findOne({ _id: id })) ?? batch;
}

async function takingBatch({ batches }: Store['collections'], id: BatchId, session: mongo.ClientSession): Promise<Batch> {
  const batch: Batch | null = await batches.findOne({ _id: id }, { session });
  if (!batch?.matching || isRefused(batch.status, 'change')) throw policyEnded();
  return batch;
}

function versionsViolations({ base, scope }: Batch, firmware: FirmwarePackage, sourceVersions: readonly string[]): Violation[] {
  const field = 'sourceVersions';
  const byHand = scope.kind === 'targeted' || scope.kind === 'list';
  if (base === 'GROUP' || byHand || firmware.kind === 'DIFFERENTIAL') {
    const why = base === 'GROUP' ? 'it goes by a group' : byHand ? 'it names its devices' : 'its package is differential';
    const message = `The source versions of this batch stay as they are: ${why}.`;
    return [{ code: 'SOURCE_VERSIONS_FIXED', field, message, hint: 'Leave them out, or make another batch.' }];
  }
  if (sourceVersions.length === 0) {
    const message = 'A dynamic batch has source versions, and the list is empty.';
    return [{ code: 'REQUIRED', field, message, hint: 'Name at least one version, or cancel the policy of the batch.' }];
  }
  return [...sourceVersionViolations(sourceVersions, firmware.version), ...batchVersionViolations(firmware, sourceVersions)];
}
