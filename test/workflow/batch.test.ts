import { randomUUID } from 'node:crypto';
import { Worker } from '@temporalio/worker';
import type { Offer } from '../../core/tasks/offers';
import type { BatchPolicy, BatchStatus } from '../../schema/model/batch';
import { batchWorkflowId, gatewayQueue } from '../../schema/model/ids';
import type { BatchActivities } from '../../workflows/batch/activities';
import { createEngine } from '../../workflows/client';
import { saveHistory } from '../support/histories';
import { type TestTemporal, testTemporal } from '../support/temporal';

const POLICY: BatchPolicy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null };

/** A fleet of task ids, due until offered; ended when the test says so. */
class RecordedBatch implements BatchActivities {
  readonly statuses: BatchStatus[] = [];
  readonly offers: Offer[] = [];
  readonly lostGateways: string[] = [];
  due: string[];
  open: Set<string>;
  reconciled = 0;
  beforeDue: () => void = () => {};
  onReconcile: () => void = () => {};

  constructor(
    public gatewayId: string,
    tasks: string[],
  ) {
    this.due = [...tasks];
    this.open = new Set(tasks);
  }

  selectTargets = async () => ({ policy: POLICY, status: 'RUNNING' as const });
  findDueTasks = async (_: string, limit: number) => {
    this.beforeDue();
    const taskIds = this.due.slice(0, limit);
    const groups = taskIds.length > 0 ? [{ gatewayId: this.gatewayId, taskIds }] : [];
    return { groups, nextDueAt: null, open: this.open.size > 0 };
  };
  setBatchStatus = async (_: string, status: BatchStatus) => {
    this.statuses.push(status);
  };
  explanations: (string | null)[] = [];
  explainBatch = async (_: string, reason: string | null) => {
    this.explanations.push(reason);
  };
  cancelBatchTasks = async () => {
    const count = this.open.size;
    this.open.clear();
    this.due = [];
    return count;
  };
  reconcileBatch = async () => {
    this.reconciled += 1;
    this.onReconcile();
    return 0;
  };
  gatewayLost = async (gatewayId: string) => {
    this.lostGateways.push(gatewayId);
    this.due = [];
    this.open.clear();
  };
  failing = 0;
  offerTasks = async (offer: Offer) => {
    if (this.failing-- > 0) throw new Error('the socket is on fire');
    this.offers.push(offer);
    this.due = this.due.filter((id) => !offer.taskIds.includes(id));
    return offer.taskIds.length;
  };
}

describe('the batch workflow', () => {
  let temporal: TestTemporal;
  beforeAll(async () => {
    temporal = await testTemporal();
  });
  afterAll(() => temporal.close());

  async function run(tasks: string[], minuteMs = 60_000) {
    const world = new RecordedBatch(`gw-${randomUUID()}`, tasks);
    const queue = await testTemporal();
    await queue.work(world);
    const gateway = await Worker.create({
      connection: temporal.connection,
      taskQueue: gatewayQueue(world.gatewayId),
      activities: { offerTasks: world.offerTasks },
      shutdownGraceTime: '1s',
    });
    const gatewayDone = gateway.run();
    const engine = createEngine({ client: temporal.client, taskQueue: queue.taskQueue, minuteMs, onWakeFailed: () => {} });
    const batchId = randomUUID();
    const handle = temporal.client.workflow.getHandle(batchWorkflowId(batchId));
    const stop = async () => {
      engine.close();
      gateway.shutdown();
      await Promise.all([gatewayDone, queue.close()]);
    };
    return { world, engine, batchId, handle, stop };
  }
  const settle = (world: RecordedBatch) => {
    world.open.clear();
    world.due = [];
  };

  test('R-BAT-1 R-RATE-1 offers what is due in windows the rate allows, and finishes when every task has ended', async () => {
    const tasks = Array.from({ length: 120 }, (_, index) => `task-${index}`);
    const { world, engine, batchId, handle, stop } = await run(tasks);
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.offers.flatMap(({ taskIds }) => taskIds)).toEqual(tasks);
    expect(Math.max(...world.offers.map(({ taskIds }) => taskIds.length))).toBeLessThanOrEqual(50);
    expect(world.offers[0]?.intervalMs).toBeCloseTo(60_000 / 600 / 0.99);
    expect(world.statuses).toEqual(['FINISHED']);
    await saveHistory(handle, 'batch-finished');
    await stop();
  });

  test('R-BAT-24 a paused batch pushes nothing; resumed, it goes on; both refuse when they would change nothing', async () => {
    const { world, engine, batchId, handle, stop } = await run([]);
    world.open.add('later');
    await engine.startBatch(batchId);
    await engine.commandBatch(batchId, { kind: 'pause' });
    world.due = ['later'];
    engine.wakeBatch(batchId);
    await expect(engine.commandBatch(batchId, { kind: 'pause' })).rejects.toMatchObject({ code: 'BATCH_STATE' });
    expect(world.offers).toEqual([]);
    world.beforeDue = () => {
      if (world.offers.length > 0) settle(world);
    };
    await engine.commandBatch(batchId, { kind: 'resume' });
    await expect(engine.commandBatch(batchId, { kind: 'resume' })).rejects.toMatchObject({ code: 'BATCH_STATE' });
    await handle.result();
    expect(world.offers.map(({ taskIds }) => taskIds)).toEqual([['later']]);
    expect(world.statuses).toEqual(['PAUSED', 'RUNNING', 'FINISHED']);
    await stop();
  });

  test('R-BAT-18 cancel ends offered and running tasks alike, answers with their number, and the batch is over', async () => {
    const { world, engine, batchId, handle, stop } = await run(['a', 'b', 'c']);
    await engine.startBatch(batchId);
    await expect(engine.commandBatch(batchId, { kind: 'cancel' })).resolves.toEqual({ affected: 3 });
    await handle.result();
    expect(world.statuses).toEqual(['CANCELED']);
    await expect(engine.commandBatch(batchId, { kind: 'cancel' })).rejects.toMatchObject({ code: 'BATCH_STATE' });
    await saveHistory(handle, 'batch-canceled');
    await stop();
  });

  test('R-TASK-7 a sleeping batch is woken by a signal and pushes what has become due', async () => {
    const { world, engine, batchId, handle, stop } = await run([]);
    world.open.add('off-line');
    await engine.startBatch(batchId);
    await engine.commandBatch(batchId, { kind: 'pause' });
    await engine.commandBatch(batchId, { kind: 'resume' });
    world.due = ['off-line'];
    world.beforeDue = () => {
      if (world.offers.length > 0) settle(world);
    };
    engine.wakeBatch(batchId);
    await handle.result();
    expect(world.offers).toHaveLength(1);
    await stop();
  });

  test('a batch nobody wakes looks again by itself, and reconciles with the store', async () => {
    const { world, engine, batchId, handle, stop } = await run([], 100);
    world.open.add('forgotten');
    world.onReconcile = () => settle(world);
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.reconciled).toBeGreaterThanOrEqual(1);
    await stop();
  });

  test('a batch that is held up says why, tries again, and says nothing more once it goes on', async () => {
    const { world, engine, batchId, handle, stop } = await run(['a', 'b'], 1_000);
    world.failing = 2;
    world.beforeDue = () => {
      if (world.offers.length > 0 && world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.explanations).toEqual([expect.stringContaining('the socket is on fire'), null]);
    expect(world.offers.flatMap(({ taskIds }) => taskIds)).toEqual(['a', 'b']);
    await stop();
  });

  test('a gateway that does not answer is noted as lost, and the batch goes on', async () => {
    const { world, engine, batchId, handle, stop } = await run([]);
    const dead = `gw-dead-${randomUUID()}`;
    world.gatewayId = dead;
    world.open.add('stranded');
    world.due = ['stranded'];
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.lostGateways).toEqual([dead]);
    await stop();
  });
});
