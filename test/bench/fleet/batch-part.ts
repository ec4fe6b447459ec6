import { setTimeout as delay } from 'node:timers/promises';
import { connect } from './connected';
import { type FleetUnderTest, type Measurement, seconds, shareOf, whole } from './measurement';

const AIM_S = 90;
const CONNECTED = 20;
const RATE = 600;

/** A batch for all devices, of which a few have a connection: from the call to the tasks of all, and to the first notification. */
export const batchPart: Measurement = {
  title: 'a batch for all devices',
  async run(fleet) {
    const { count, operator, productKey } = fleet;
    const packageId = await operator.createPackage(productKey, '2.0.0');
    let firstPush = Number.NaN;
    let began = Number.POSITIVE_INFINITY;
    const indexes = Array.from({ length: CONNECTED }, (_, index) => index);
    const devices = await connect(fleet, indexes, ([, kind]) => {
      if (kind === 'notified' && Number.isNaN(firstPush)) firstPush = seconds(began);
    });
    await delay(1_000);
    began = performance.now();
    const batchId = await operator.createBatch(packageId, RATE);
    const answered = seconds(began);
    const created = await untilSelected(fleet, batchId);
    const selected = seconds(began);
    if (created !== count) throw new Error(`Of ${count} devices ${created} have a task.`);
    while (Number.isNaN(firstPush)) {
      fleet.scope.signal.throwIfAborted();
      if (seconds(began) > selected + 60) throw new Error('No device was notified within a minute after the selection.');
      await delay(20);
    }
    await untilSucceeded(fleet, batchId, CONNECTED);
    await devices.stop();
    fleet.found.packageId = packageId;
    fleet.found.batchId = batchId;
    const aim = shareOf(AIM_S, count);
    return [
      { what: 'createStaticBatch: answer', measured: `${(1_000 * answered).toFixed(0)} ms`, value: answered },
      {
        what: `tasks of ${whole(count)} devices`,
        measured: `${selected.toFixed(1)} s`,
        aim: `≤ ${aim.toFixed(0)} s`,
        met: selected <= aim,
        beside: `${whole(count / selected)} tasks/s`,
        value: selected,
      },
      { what: 'from the call to the first push', measured: `${firstPush.toFixed(1)} s`, value: firstPush },
    ];
  },
};

async function untilSelected({ api, scope }: FleetUnderTest, id: string): Promise<number> {
  for (;;) {
    scope.signal.throwIfAborted();
    const { batch } = await api.ask<{ batch: { selection: { created: number } | null } }>(
      'query ($id: ID!) { batch(id: $id) { selection { created } } }',
      { id },
    );
    if (batch.selection) return batch.selection.created;
    await delay(100);
  }
}

async function untilSucceeded({ api, scope }: FleetUnderTest, batchId: string, count: number): Promise<void> {
  for (const until = Date.now() + 60_000; ; ) {
    scope.signal.throwIfAborted();
    const { tasks } = await api.ask<{ tasks: { edges: unknown[] } }>(
      'query ($id: ID!) { tasks(first: 100, filter: { batchId: $id, statuses: [SUCCEEDED] }) { edges { cursor } } }',
      { id: batchId },
    );
    if (tasks.edges.length >= count) return;
    if (Date.now() > until) throw new Error(`Only ${tasks.edges.length} of ${count} devices that are connected have succeeded.`);
    await delay(200);
  }
}
