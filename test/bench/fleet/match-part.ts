import { randomBytes } from 'node:crypto';
import { createCore } from '../../../core/create-core';
import { DEFAULT_MODULE, deviceIdOf } from '../../../schema/model/ids';
import { settingsWith } from '../../support/core-parts';
import { fakePackageStore } from '../../support/fakes/package-store';
import { quietEngine } from '../../support/quiet-engine';
import { type Quantiles, quantilesOf } from '../statistics';
import type { FleetUnderTest, Measurement, Row } from './measurement';

const AIM_MS = 5;
const LIVE = 50;
const REPORTS = 400;
const WARM_UP = 50;
const PRODUCT = 'benchRegistered';

/** Core's own part of a report, without the gateway before it: what comes after it is no part of a match. */
const engine = quietEngine();

type Report = (device: number, version: string) => Promise<unknown>;

/** R-BAT-9: what a reported version costs more because dynamic batches are live, against the platform's store. */
export const matchPart: Measurement = {
  title: 'match of a reported version',
  async run(fleet) {
    const { store, nameOf } = fleet;
    const parts = await createCore({ store, files: fakePackageStore(), engine, settings: settingsWith(), masterKeys: [randomBytes(32)] });
    const report: Report = (device, version) =>
      parts.core.tasks.report(deviceIdOf(PRODUCT, nameOf(device)), { kind: 'version', module: DEFAULT_MODULE, version });
    try {
      const none = await reports(fleet, report, () => '0.9.0');
      await makeLive(fleet);
      const unmatched = await reports(fleet, report, () => '0.9.0');
      const matched = await reports(fleet, report, (device) => `1.0.${device % LIVE}`);
      const made = await store.collections.tasks.countDocuments({ productKey: PRODUCT });
      if (made === 0) throw new Error('No dynamic batch has taken a device.');
      return [rowOf('matches none', unmatched, none), rowOf('matches, task made', matched, none)];
    } finally {
      await parts.close();
    }
  },
};

async function makeLive({ api, operator, scope }: FleetUnderTest): Promise<void> {
  for (let batch = 0; batch < LIVE; batch++) {
    scope.signal.throwIfAborted();
    const packageId = await operator.createPackage(PRODUCT, `2.0.${batch}`);
    await api.ask(
      'mutation ($input: CreateDynamicBatchInput!) { createDynamicBatch(input: $input) { batch { id } userErrors { code field message } } }',
      { input: { packageId, scope: { all: true }, sourceVersions: [`1.0.${batch}`], pushRate: { perMinute: 1_000 } } },
    );
  }
}

/** One after the other, as the queue of a device has them. Each device reports once a round; the first rounds warm up. */
async function reports({ count, scope }: FleetUnderTest, report: Report, versionOf: (device: number) => string): Promise<Quantiles | null> {
  const times: number[] = [];
  for (let device = 0; device < Math.min(WARM_UP + REPORTS, count); device++) {
    scope.signal.throwIfAborted();
    const began = performance.now();
    await report(device, versionOf(device));
    if (device >= WARM_UP) times.push(performance.now() - began);
  }
  return quantilesOf(times);
}

function rowOf(what: string, measured: Quantiles | null, none: Quantiles | null): Row {
  const added = (measured?.p50 ?? Number.NaN) - (none?.p50 ?? Number.NaN);
  const told = (quantiles: Quantiles | null): string => `p50 ${quantiles?.p50.toFixed(1)}, p95 ${quantiles?.p95.toFixed(1)}`;
  return {
    what: `version report, ${LIVE} live dynamic batches: ${what}`,
    measured: `+${Math.max(0, added).toFixed(1)} ms p50`,
    aim: `≤ +${AIM_MS} ms`,
    met: added <= AIM_MS,
    beside: `${told(measured)}; with none live ${told(none)} of ${none?.count ?? 0}`,
    value: added,
  };
}
