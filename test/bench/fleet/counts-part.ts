import { setTimeout as delay } from 'node:timers/promises';
import { preciseNow } from '../../support/devices/device-events';
import { quantilesOf } from '../statistics';
import { FIRST_VERSION } from '../upgrades/watch';
import { connect } from './connected';
import type { Measurement } from './measurement';

const AIM_S = 2;
const CHANGES = 8;
/** After those of the batch's part. */
const FIRST = 100;
const WITHIN_MS = 60_000;

const PROGRESS = `subscription ($id: ID!) {
  batchProgress(batchId: $id) { __typename ... on BatchProgress { counts { succeeded } } }
}`;

/** From a device's report of the target version to the event whose counts have it, while the batch has a task for every device. */
export const countsPart: Measurement = {
  title: 'counts of a batch',
  async run(fleet) {
    const { api, found, scope } = fleet;
    let arrived: { succeeded: number; at: number } = { succeeded: -1, at: 0 };
    const stop = api.subscribe<{ batchProgress: { __typename: string; counts?: { succeeded: number } } }>(
      PROGRESS,
      { id: found.batchId },
      ({ batchProgress }) => {
        const succeeded = batchProgress.counts?.succeeded ?? -1;
        if (succeeded > arrived.succeeded) arrived = { succeeded, at: preciseNow() };
      },
      (error) => scope.say(`    the subscription ended: ${String(error)}`),
    );
    const until = async (holds: () => boolean): Promise<void> => {
      for (const end = Date.now() + WITHIN_MS; !holds(); await delay(5)) {
        scope.signal.throwIfAborted();
        if (Date.now() > end) throw new Error('The counts did not follow within a minute.');
      }
    };
    await until(() => arrived.succeeded >= 0);
    const lags: number[] = [];
    for (let change = 0; change < CHANGES; change++) {
      const before = arrived.succeeded;
      let reported = Number.NaN;
      const device = await connect(fleet, [FIRST + change], ([, kind, at, value]) => {
        if (kind === 'version' && value !== FIRST_VERSION) reported = at;
      });
      await until(() => arrived.succeeded > before && !Number.isNaN(reported));
      lags.push((arrived.at - reported) / 1_000);
      await device.stop();
    }
    stop();
    const asked: number[] = [];
    for (let time = 0; time < 5; time++) {
      const began = performance.now();
      await api.ask('query ($id: ID!) { batch(id: $id) { counts { total } } }', { id: found.batchId });
      asked.push(performance.now() - began);
    }
    const worst = Math.max(...lags);
    return [
      {
        what: 'counts: from a report to the event with it',
        measured: `${worst.toFixed(2)} s at most`,
        aim: `≤ ${AIM_S} s`,
        met: worst <= AIM_S,
        beside: `p50 ${(quantilesOf(lags)?.p50 ?? Number.NaN).toFixed(2)} s of ${CHANGES}`,
        value: worst,
      },
      {
        what: 'counts: asked for',
        measured: `${(quantilesOf(asked)?.p50 ?? Number.NaN).toFixed(0)} ms p50`,
        value: quantilesOf(asked)?.p50 ?? 0,
      },
    ];
  },
};
