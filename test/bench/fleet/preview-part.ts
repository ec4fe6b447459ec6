import { quantilesOf } from '../statistics';
import type { FleetUnderTest, Measurement, Row } from './measurement';

const AIM_S = 2;
const TIMES = 5;

const PREVIEW = `query ($input: CreateStaticBatchInput!) {
  previewBatch(input: $input) {
    preview { atTarget estimated otherVersions selection { matched created skippedBusy skippedPhase } versions { version devices } }
    userErrors { code field message }
  }
}`;

/** R-BAT-23: what a further batch would do, while a batch has a task for every device: the dearest case, as each may be busy. */
export const previewPart: Measurement = {
  title: 'previews',
  async run(fleet) {
    const packageId = await fleet.operator.createPackage(fleet.productKey, '3.0.0');
    return [
      await previewOf(fleet, 'all devices', packageId, { all: true }),
      await previewOf(fleet, 'a city', packageId, { region: { province: 'province7', city: 'city27' } }),
      await previewOf(fleet, 'a share of 10 %', packageId, { phased: { percent: 10, seed: 'bench' } }),
    ];
  },
};

async function previewOf({ api, scope: { signal } }: FleetUnderTest, what: string, packageId: string, scope: object): Promise<Row> {
  const times: number[] = [];
  let matched = 0;
  for (let time = 0; time < TIMES; time++) {
    signal.throwIfAborted();
    const began = performance.now();
    const { previewBatch } = await api.ask<{ previewBatch: { preview: { selection: { matched: number } } } }>(PREVIEW, {
      input: { packageId, scope, pushRate: { perMinute: 1_000 } },
    });
    times.push((performance.now() - began) / 1_000);
    matched = previewBatch.preview.selection.matched;
  }
  const { p50, max } = quantilesOf(times) ?? { p50: Number.NaN, max: Number.NaN };
  return {
    what: `preview: ${what}`,
    measured: `${max.toFixed(2)} s at most`,
    aim: `≤ ${AIM_S} s`,
    met: max <= AIM_S,
    beside: `p50 ${p50.toFixed(2)} s of ${TIMES}; ${matched} devices`,
    value: max,
  };
}
