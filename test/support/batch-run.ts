import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from '@temporalio/worker';
import type { Offer } from '../../core/push/offers';
import { batchWorkflowId, gatewayQueue } from '../../schema/model/ids';
import { createGatewayActivities } from '../../workflows/batch/gateway-activities';
import { createEngine } from '../../workflows/client';
import { RecordedBatch } from './recorded-batch';
import { type TestTemporal, testTemporal } from './temporal';

/** The batch workflow over a recorded world, with an engine to command it. */
export async function runBatch(temporal: TestTemporal, tasks: string[], minuteMs = 60_000) {
  const world = new RecordedBatch(`gw-${randomUUID()}`, tasks);
  const queue = await testTemporal();
  const worker = await queue.work(world);
  const restart = async (downUntil: number) => {
    worker.shutdown();
    while (worker.getState() !== 'STOPPED' || Date.now() < downUntil) await delay(20);
    await queue.work(world);
  };
  const gateway = await Worker.create({
    connection: temporal.connection,
    taskQueue: gatewayQueue(world.gatewayId),
    activities: { offerTasks: world.offerTasks },
    shutdownGraceTime: '1s',
  });
  const gatewayDone = gateway.run();
  const more: Worker[] = [];
  const moreDone: Promise<void>[] = [];
  /** Another gateway process, which does this with its share, and says meanwhile that it is alive, or does not. */
  const gatewayThat = async (offerTasks: (offer: Offer) => Promise<number>, beats?: 'beats'): Promise<string> => {
    const id = `gw-${randomUUID()}`;
    const another = await Worker.create({
      connection: temporal.connection,
      taskQueue: gatewayQueue(id),
      activities: beats ? createGatewayActivities(offerTasks) : { offerTasks },
      shutdownGraceTime: '1s',
    });
    more.push(another);
    moreDone.push(another.run());
    return id;
  };
  const engine = createEngine({ client: temporal.client, taskQueue: queue.taskQueue, minuteMs, onWakeFailed: () => {} });
  const batchId = randomUUID();
  const handle = temporal.client.workflow.getHandle(batchWorkflowId(batchId));
  const stop = async () => {
    await engine.close();
    for (const each of [gateway, ...more]) each.shutdown();
    await Promise.all([gatewayDone, ...moreDone, queue.close()]);
  };
  return { world, gatewayThat, engine, batchId, handle, restart, stop };
}

/** Every task of it has ended. */
export function settle(world: RecordedBatch): void {
  world.open.clear();
  world.due = [];
}

/** Without repetitions: a batch that a wake-up reaches while it finishes looks once more, and finishes again. */
export const changes = <T>(statuses: readonly T[]): T[] => statuses.filter((status, index) => status !== statuses[index - 1]);
