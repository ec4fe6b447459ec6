import fc from 'fast-check';
import type { BatchPolicy } from '../../../../schema/model/batch/batch';
import { patience } from '../../devices/patience';
import type { NewBatch } from '../../model-of-the-rules/state';
import { LATER_MINUTES, LATEST_MINUTES, MINUTE_MS, SOON_MINUTES } from '../bench';
import { anyOne, pick, step } from '../step';
import { FIRMWARES, OPERATOR, VERSIONS, type World } from '../world';

const sometimes = fc.nat(5).map((place) => place === 5);
const seldom = <T>(arbitrary: fc.Arbitrary<T>) => fc.oneof({ weight: 2, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
const wanted = fc.record({
  firmware: anyOne,
  scope: fc.oneof(
    fc.constant('all' as const),
    fc.array(anyOne, { minLength: 1, maxLength: 5 }),
    fc.record({ percent: fc.integer({ min: 1, max: 100 }) }),
  ),
  sourceVersions: seldom(fc.uniqueArray(fc.constantFrom(...VERSIONS), { minLength: 1, maxLength: 2 })),
  override: fc.boolean(),
  confirmation: sometimes,
  proactivePush: sometimes.map((off) => !off),
  retry: fc.option(fc.record({ after: fc.constantFrom('at once', 'soon', 'later'), times: fc.constantFrom(1, 2) })),
  timeout: fc.constantFrom(null, null, 'later', 'later', 'soon'),
  halt: seldom(
    fc.record({
      failedCount: fc.option(fc.integer({ min: 1, max: 3 })),
      failedPercent: fc.constantFrom(1, 34, 50, 100),
      minimumJudged: fc.integer({ min: 1, max: 3 }),
    }),
  ),
  start: fc.oneof(
    { weight: 6, arbitrary: fc.constant('now' as const) },
    { weight: 1, arbitrary: fc.constantFrom('soon' as const, 'later' as const) },
  ),
});

const MINUTES = { 'at once': 0, soon: SOON_MINUTES, later: LATER_MINUTES } as const;

function policyOf({ confirmation, override, proactivePush, retry, timeout, halt }: NewBatch): BatchPolicy {
  return {
    ...{ rate: { kind: 'constant', perMinute: 10_000 }, confirmation, overridePrevious: override, proactivePush, halt },
    retry: retry && { intervalMinutes: MINUTES[retry.after], maxRetries: retry.times },
    timeoutMinutes: timeout && (timeout === 'soon' ? SOON_MINUTES : LATEST_MINUTES),
  };
}

function scopeOf({ scope }: NewBatch) {
  if (scope === 'all') return { kind: 'all' as const };
  if ('names' in scope) return { kind: 'targeted' as const, deviceNames: [...scope.names] };
  return { kind: 'phased' as const, percent: scope.percent, seed: '' };
}

/** A little more than the least that is allowed, because time passes on the way. */
const startsAt = (start: NewBatch['start']): Date | null =>
  start === 'now' ? null : new Date(Date.now() + (start === 'soon' ? 2 * SOON_MINUTES : LATER_MINUTES) * MINUTE_MS);

/** Of a share, whoever got a task. */
async function chosenBy({ bench, batchIds }: World): Promise<string[]> {
  const batchId = batchIds.at(-1) ?? '';
  const { batches, tasks } = bench.store.collections;
  const end = Date.now() + patience(60_000);
  for (let seen = bench.happenings.count; (await batches.findOne({ _id: batchId }))?.selection == null; seen = bench.happenings.count) {
    if (!(await bench.happenings.after(seen, end))) throw new Error(`batch ${batchId} does not select`);
  }
  return tasks.distinct('deviceName', { batchId });
}

/** R-BAT-1, 2, 4, 5, 6, 7, 11, 24, R-TASK-4, 5, 8. */
export const createBatch = step({
  args: wanted,
  subject({ devices }, { firmware, scope, sourceVersions, ...policy }) {
    const existing = devices.filter(({ exists }) => exists);
    const ofPackage = pick(FIRMWARES, firmware);
    if (existing.length === 0 || ofPackage === null) return null;
    // R-TASK-5: a retry comes before the time-out.
    const retry = policy.timeout === 'soon' && policy.retry ? { ...policy.retry, after: 'at once' as const } : policy.retry;
    // R-BAT-5: not offered for a targeted batch, and a package that names its own brings them; the target is none of them.
    const offered = !Array.isArray(scope) && ofPackage.sources.length === 0;
    const batch: NewBatch = {
      ...policy,
      retry,
      firmware: ofPackage,
      scope: Array.isArray(scope) ? { names: [...new Set(scope.flatMap((place) => pick(existing, place)?.name ?? []))] } : scope,
      sourceVersions: offered ? (sourceVersions ?? []).filter((version) => version !== ofPackage.version) : [],
    };
    return { batch, chosen: [] as string[] };
  },
  says: ({ batch: { firmware, ...batch } }) => `a batch of ${firmware.version} is created ${JSON.stringify(batch)}`,
  async real(world, subject) {
    const { batch } = subject;
    const startAt = startsAt(batch.start);
    const { _id } = await world.core.batches.createStatic(OPERATOR, {
      ...{ packageId: world.packageIdOf(batch.firmware), scope: scopeOf(batch), policy: policyOf(batch) },
      sourceVersions: [...batch.sourceVersions],
      schedule: startAt && { startAt, endAt: null },
    });
    world.batchIds.push(_id);
    // A device that becomes free while the batch still selects may be in it or not.
    const chosen = await chosenBy(world);
    if (typeof batch.scope === 'object' && 'percent' in batch.scope) subject.chosen = chosen;
    return 'done';
  },
  rules: (rules, { batch, chosen }) => rules.create(batch, chosen),
});
