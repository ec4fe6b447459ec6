import { type Batch, LIVE_STATUSES, type SelectionSummary } from '../../schema/model/batch/batch';
import { passesOver } from '../../schema/model/batch/dialect-obstacle';
import { phasedShare } from '../../schema/model/batch/phase';
import { FIXED_LIMITS, type Limits } from '../../schema/model/limits';
import type { Collections } from '../../schema/mongo/connect';
import type { VersionCounts } from '../products/version-counts';
import { versionsOfModule } from '../products/versions-of-module';
import { meantDevices } from './matching';
import { asSampled, busyOf, type Sampled, sampleOf } from './sample';
import { allBut, countOthers, scopeStages, targetSource, targetStages } from './targets';

/** What the selection of a batch would find now. */
export interface LookAhead {
  selection: SelectionSummary & { atTarget: number };
  /** Of `matched`; null stands for devices that never reported one. */
  versions: Map<string | null, number>;
  /** Some of it was concluded from a sample. */
  estimated: boolean;
}

interface Deps {
  collections: Collections;
  versionCounts: Pick<VersionCounts, 'read'>;
  settings: { limits: Pick<Limits, 'runningModules'> };
}

/** Up to so many devices are looked at one by one; of more, a sample is, and what the roll-up of versions has is read there. */
const { previewExactDevices } = FIXED_LIMITS;
/** A sample that hits fewer says too little. The scope is small then, compared with the fleet. */
const LEAST_HITS = 100;

/** R-BAT-23: the figures of `selectTargets`, with nothing written, and at a million devices without reading them. */
export async function lookAhead(deps: Deps, batch: Batch): Promise<LookAhead> {
  const { scope } = batch;
  // R-BAT-12: what has been reported already does not count.
  if (batch.newlyReportedOnly)
    return { selection: summary({ matching: 0, meant: 0, others: 0, share: undefined }, 0, 0), versions: new Map(), estimated: false };
  // The roll-up counts devices of all dialects.
  const isOfProduct = scope.kind === 'all' || scope.kind === 'phased';
  if (isOfProduct && (await countOthers(deps.collections, batch, 1)) === 0) return byRollUp(deps, batch);
  if (await isFew(deps.collections, batch)) return oneByOne(deps, batch);
  return (await bySample(deps, batch)) ?? oneByOne(deps, batch);
}

async function isFew(collections: Collections, batch: Batch): Promise<boolean> {
  if (batch.scope.kind === 'list') return (await rowsOf(collections, batch.scope.listId)) <= previewExactDevices;
  const stages = [...scopeStages(batch, meantDevices(batch)), { $limit: previewExactDevices + 1 }, { $count: 'count' }];
  const [found] = await targetSource(collections, batch).aggregate<{ count: number }>(stages).toArray();
  return (found?.count ?? 0) <= previewExactDevices;
}

const rowsOf = async ({ deviceLists }: Collections, listId: string): Promise<number> =>
  (await deviceLists.findOne({ _id: listId }, { projection: { rows: 1 } }))?.rows ?? 0;

async function oneByOne({ collections, settings }: Deps, batch: Batch): Promise<LookAhead> {
  const read = (stages: object[]): Promise<Sampled[]> =>
    targetSource(collections, batch)
      .aggregate<Sampled>([...stages, asSampled(batch)], { allowDiskUse: true })
      .toArray();
  const meant = await read(scopeStages(batch, meantDevices(batch)));
  const matching = meant.filter(isAccepted(batch));
  const busy = await busyOf(collections, batch, idsOf(matching), settings.limits.runningModules);
  const share = shareOf(batch, matching.length - busy.size);
  const chosen = share === undefined ? matching : share === 0 ? [] : await read(targetStages({ ...batch, share }, allBut([...busy])));
  const atTarget = chosen.filter(({ _id, version }) => version === batch.targetVersion && !busy.has(_id)).length;
  const others = meant.length - meant.filter(takes(batch)).length;
  const counted = { matching: matching.length, meant: meant.length, others, share };
  return { selection: summary(counted, busy.size, atTarget), versions: countsOf(meant), estimated: false };
}

/** All devices of a product, or a share of them: who has which version is counted already. */
async function byRollUp(deps: Deps, batch: Batch): Promise<LookAhead> {
  const { collections, versionCounts } = deps;
  const { productKey, module, sourceVersions, inheritsVersions } = batch;
  const chosen = inheritsVersions ? [] : sourceVersions;
  const [counts, total, mayBeBusy] = await Promise.all([
    versionsOfModule(collections, versionCounts, productKey, module, chosen),
    chosen.length === 0 ? collections.devices.countDocuments(ofProduct(productKey), { hint: { _id: 1 } }) : 0,
    hasLive(collections, batch),
  ]);
  const reported = sum(counts.values());
  const versions = new Map<string | null, number>([...counts].filter(([, count]) => count > 0));
  if (chosen.length === 0 && total > reported) versions.set(null, total - reported);
  const meant = chosen.length === 0 ? Math.max(total, reported) : reported;
  if (meant <= previewExactDevices) return oneByOne(deps, batch);
  const matching = inheritsVersions ? sum([...accepted(batch)].map((version) => versions.get(version) ?? 0)) : meant;
  const sample = mayBeBusy ? await sharesOf(deps, batch, (await sampleOf(collections, batch)).rows) : null;
  const busy = Math.round(matching * (sample?.busy ?? 0));
  const share = shareOf(batch, matching - busy);
  const taking = share ?? matching - busy;
  const haveTarget = batch.kind === 'dynamic' ? 0 : (versions.get(batch.targetVersion) ?? 0);
  const atTarget = sample?.atTarget ?? haveTarget / Math.max(1, matching);
  return {
    selection: summary({ matching, meant, others: 0, share }, busy, Math.round(taking * atTarget)),
    versions,
    estimated: sample !== null || (share !== undefined && atTarget > 0),
  };
}

/** Null when too few of the sample are meant. */
async function bySample(deps: Deps, batch: Batch): Promise<LookAhead | null> {
  const { collections } = deps;
  const { rows, each } = await sampleOf(collections, batch);
  if (rows.length < LEAST_HITS) return null;
  const meant = batch.scope.kind === 'list' ? await rowsOf(collections, batch.scope.listId) : Math.round(rows.length * each);
  const inSample = [...countsOf(rows)];
  const versions = new Map(inSample.map(([version, count]) => [version, Math.round((count * meant) / rows.length)] as const));
  const shares = await sharesOf(deps, batch, rows);
  const matching = Math.round(meant * shares.matching);
  const busy = Math.round(matching * shares.busy);
  const share = shareOf(batch, matching - busy);
  const others = Math.round(meant * shares.others);
  const taking = share ?? matching - busy;
  const selection = summary({ matching, meant, others, share }, busy, Math.round(taking * shares.atTarget));
  return { selection, versions, estimated: true };
}

/** Of the sample: who matches, and who is of a dialect it cannot be brought to; of those that match: who is busy; of the others: who has the target. */
async function sharesOf({ collections, settings }: Deps, batch: Batch, rows: readonly Sampled[]) {
  const matching = rows.filter(isAccepted(batch));
  const busy = await busyOf(collections, batch, idsOf(matching), settings.limits.runningModules);
  const free = matching.filter(({ _id }) => !busy.has(_id));
  const atTarget = free.filter(({ version }) => version === batch.targetVersion).length;
  const of = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const others = of(rows.length - rows.filter(takes(batch)).length, rows.length);
  return { others, matching: of(matching.length, rows.length), busy: of(busy.size, matching.length), atTarget: of(atTarget, free.length) };
}

/** As `matchingDevices` has it; empty: any. */
const accepted = ({ kind, sourceVersions, inheritsVersions, targetVersion }: Batch): Set<string> =>
  new Set(inheritsVersions && kind !== 'dynamic' ? [...sourceVersions, targetVersion] : sourceVersions);

/** A dynamic batch that names devices takes them with every version but its own. */
const isForAnyOther = ({ kind, sourceVersions }: Batch): boolean => kind === 'dynamic' && sourceVersions.length === 0;

const isAccepted = (batch: Batch): ((device: Sampled) => boolean) => {
  const taken = takes(batch);
  if (isForAnyOther(batch)) return (device) => taken(device) && device.version !== batch.targetVersion;
  const versions = accepted(batch);
  return (device) => taken(device) && (versions.size === 0 || (device.version !== null && versions.has(device.version)));
};

const takes =
  (batch: Batch) =>
  ({ dialect }: Sampled): boolean =>
    !passesOver(batch, dialect);

const idsOf = (devices: readonly Sampled[]): string[] => devices.map(({ _id }) => _id);

function countsOf(devices: readonly Sampled[]): Map<string | null, number> {
  const counts = new Map<string | null, number>();
  for (const { version } of devices) counts.set(version, (counts.get(version) ?? 0) + 1);
  return counts;
}

const shareOf = ({ scope }: Batch, able: number): number | undefined =>
  scope.kind === 'phased' ? phasedShare(able, scope.percent) : undefined;

interface Counted {
  matching: number;
  meant: number;
  /** Of those, who are of dialects it cannot be brought to. */
  others: number;
  share: number | undefined;
}

function summary({ matching, meant, others, share }: Counted, busy: number, atTarget: number): LookAhead['selection'] {
  const skippedPhase = share === undefined ? 0 : matching - busy - share;
  const created = matching - skippedPhase - busy;
  const skippedVersion = Math.max(0, meant - others - matching);
  const skippedDialect = others > 0 && { skippedDialect: others };
  const skipped = { skippedVersion, ...skippedDialect, skippedBusy: busy, ...(share !== undefined && { skippedPhase }) };
  return { matched: meant, created, ...skipped, atTarget };
}

/** Nobody can be busy where no batch is live. */
const hasLive = async ({ batches }: Collections, { productKey }: Batch): Promise<boolean> =>
  (await batches.findOne({ productKey, status: { $in: [...LIVE_STATUSES] } }, { projection: { _id: 1 } })) !== null;

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, each) => total + each, 0);

/** Ids begin with the product's key, which has no dot; `/` follows it. Counted from the index alone. */
const ofProduct = (productKey: string) => ({ _id: { $gte: `${productKey}.`, $lt: `${productKey}/` } });
