import type { mongo } from 'mongoose';
import type { Batch } from '../../../schema/model/batch';
import { isLive } from '../../../schema/model/batch';
import type { FirmwarePackage } from '../../../schema/model/fleet';
import type { BatchId } from '../../../schema/model/ids';
import { batchVersionViolations } from '../../../schema/model/package-rules';
import { policyViolations, sourceVersionViolations } from '../../../schema/model/policy';
import type { Violation } from '../../../schema/model/violation';
import type { Store } from '../../../schema/mongo/connect';
import { requireRole } from '../../access/require-role';
import type { Viewer } from '../../access/viewer';
import { UserError } from '../../errors';
import { packageUnknown } from '../../packages/refusals';
import { refuseIfAny } from '../../refuse';
import type { CoreSettings } from '../../settings';
import type { DynamicChanges } from '../contract';
import { inTurn, refuseConflicts } from '../insert';
import type { PolicyDeps } from './policy';
import { policyEnded, requireDynamic } from './refusals';

export interface EditDeps extends PolicyDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  settings: Pick<CoreSettings, 'limits'>;
}

/**
 * R-BAT-16, R-BAT-15. The versions that are added are kept with the batch until their devices were looked for: here, or by its next scan
 * should the process die before.
 */
export async function editDynamic(deps: EditDeps, viewer: Viewer, id: BatchId, changes: DynamicChanges): Promise<Batch> {
  requireRole(viewer, 'OPERATOR');
  const { store, settings, live, engine, clock } = deps;
  const { batches, packages } = store.collections;
  const known = await requireDynamic(store.collections, id);
  const firmware = await packages.findOne({ _id: known.packageId });
  if (firmware === null) throw packageUnknown();
  const { batch, added } = await inTurn(store, known, async (session) => {
    const before = await takingBatch(store.collections, id, session);
    const sourceVersions = changes.sourceVersions == null ? before.sourceVersions : [...new Set(changes.sourceVersions)];
    const timeoutMinutes = changes.timeoutMinutes === undefined ? before.policy.timeoutMinutes : changes.timeoutMinutes;
    const after: Batch = { ...before, sourceVersions, policy: { ...before.policy, timeoutMinutes } };
    refuseIfAny([
      ...(changes.sourceVersions == null ? [] : versionsViolations(before, firmware, changes.sourceVersions)),
      ...policyViolations(after.policy, settings.limits),
    ]);
    await refuseConflicts(store.collections, settings.limits, after, session, (code) => code === 'DYNAMIC_BASES_MIXED');
    const added = sourceVersions.filter((version) => !before.sourceVersions.includes(version));
    const pending = [...new Set([...(before.pendingVersions ?? []), ...added])];
    const set = { sourceVersions, 'policy.timeoutMinutes': timeoutMinutes, updatedAt: clock() };
    await batches.updateOne({ _id: id }, { $set: { ...set, ...(pending.length > 0 && { pendingVersions: pending }) } }, { session });
    return { batch: after, added };
  });
  live.forget(batch.productKey);
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
  if (!batch?.matching || !isLive(batch.status)) throw policyEnded('edit');
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
