import type { Batch } from '../../schema/model/batch/batch';
import { dialectReason } from '../../schema/model/batch/dialect-obstacle';
import { earliestHalt } from '../../schema/model/batch/earliest-halt';
import { FIXED_LIMITS } from '../../schema/model/limits';
import { expectedEnd } from '../../schema/model/task/expected-end';
import { requireRole } from '../access/require-role';
import type { Viewer } from '../access/viewer';
import type { Clock } from '../clock';
import type { VersionCounts } from '../products/version-counts';
import { lookAhead } from '../selection/look-ahead';
import type { CoreSettings } from '../settings';
import { type BatchStore, refusesConflicts, requireNoConflict } from './conflict';
import type { BatchPreview, NewDynamicBatch, NewStaticBatch } from './contract';
import { draftBatch } from './create-static';
import { asDynamic } from './dynamic/as-dynamic';
import { mayConflict, refuseConflicts } from './insert';

export interface PreviewDeps extends BatchStore {
  versionCounts: Pick<VersionCounts, 'read'>;
  settings: CoreSettings;
  clock: Clock;
}

/** R-BAT-23: what a static batch would do, refused as its creation would be. No batch is made; a list that it names is kept for longer. */
export async function previewBatch(deps: PreviewDeps, viewer: Viewer, input: NewStaticBatch): Promise<BatchPreview> {
  return preview(deps, await draftOf(deps, viewer, input, 'static'));
}

/** R-BAT-23: what a dynamic batch would do with the devices that match now; who comes to match later is not in it. */
export async function previewDynamicBatch(deps: PreviewDeps, viewer: Viewer, input: NewDynamicBatch): Promise<BatchPreview> {
  return preview(deps, asDynamic(await draftOf(deps, viewer, input, 'dynamic'), input));
}

async function draftOf(
  { collections, settings, clock }: PreviewDeps,
  viewer: Viewer,
  input: NewStaticBatch,
  kind: 'static' | 'dynamic',
): Promise<Batch> {
  requireRole(viewer, 'OPERATOR');
  const asked = { ...input, idempotencyKey: null };
  return (await draftBatch(collections, settings, viewer, asked, clock(), kind)).batch;
}

async function preview(deps: PreviewDeps, batch: Batch): Promise<BatchPreview> {
  const { collections, settings, clock } = deps;
  const now = clock();
  if (await refusesConflicts(collections, batch)) await requireNoConflict(collections, batch);
  if (mayConflict(batch)) await refuseConflicts(collections, settings.limits, batch);
  const { selection, versions, estimated } = await lookAhead(deps, batch);
  const toPush = selection.created - selection.atTarget;
  const byNumber = [...versions].map(([version, devices]) => ({ version, devices })).sort((a, b) => b.devices - a.devices);
  const otherVersions = byNumber.slice(FIXED_LIMITS.previewVersions).reduce((sum, { devices }) => sum + devices, 0);
  const end = expectedEnd(toPush, batch.policy, batch.schedule ?? null, now, settings.minuteMs);
  const isDynamic = batch.kind === 'dynamic';
  const halt = earliestHalt({ devices: toPush, policy: batch.policy, startAt: end.startAt, isDynamic }, settings.minuteMs);
  return {
    selection,
    dialectReason: dialectReason(batch),
    estimated,
    versions: byNumber.slice(0, FIXED_LIMITS.previewVersions),
    otherVersions,
    toPush,
    earliestHalt: halt,
    ...end,
  };
}
