import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { runBatch, settle } from '../support/batch-run';
import { saveHistory } from '../support/histories';
import { type TestTemporal, testTemporal } from '../support/temporal';

/** At the batch's rate. */
const INTERVAL_MS = 60_000 / 600 / 0.99;

describe('R-TASK-7 a gateway that has gone holds up its own devices only', () => {
  let temporal: TestTemporal;
  beforeAll(async () => {
    temporal = await testTemporal();
  });
  afterAll(() => temporal.close());

  const tasksOf = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}-${index}`);
  const mixed = (count: number) => tasksOf('here', count).flatMap((id, index) => [id, `there-${index}`]);

  test('R-RATE-1 one that takes its time keeps its share; the others are pushed to meanwhile, with what is left of the rate', async () => {
    const { world, gatewayThat, engine, batchId, handle, stop } = await runBatch(temporal, mixed(100));
    let reserved = 0;
    const slow = await gatewayThat(async ({ taskIds, intervalMs }) => {
      reserved ||= INTERVAL_MS / intervalMs;
      while (world.due.some((id) => id.startsWith('here'))) await delay(50);
      world.due = world.due.filter((id) => !taskIds.includes(id));
      return taskIds.length;
    }, 'beats');
    world.gatewayOf = (id) => (id.startsWith('there') ? slow : world.gatewayId);
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.lostGateways).toEqual([]);
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toEqual(tasksOf('here', 100));
    // About half of the tasks were there. Nothing of what that gateway has of the rate is handed out again, though it is silent for long.
    expect(reserved).toBeGreaterThan(0.4);
    expect(world.pushes.length).toBeGreaterThan(1);
    for (const { intervalMs } of world.pushes) expect(INTERVAL_MS / intervalMs).toBeLessThanOrEqual(1 - reserved + 1e-3);
    await saveHistory(handle, 'batch-gateway-late');
    await stop();
  });

  test('one that takes nothing is noted as lost, once', async () => {
    const { world, engine, batchId, handle, stop } = await runBatch(temporal, mixed(10));
    const dead = `gw-dead-${randomUUID()}`;
    world.gatewayOf = (id) => (id.startsWith('there') ? dead : world.gatewayId);
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.lostGateways).toEqual([dead]);
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toEqual(tasksOf('here', 10));
    await stop();
  });

  test('one that falls silent in the middle of its share is noted as lost then, and not asked a second time', async () => {
    const { world, gatewayThat, engine, batchId, handle, stop } = await runBatch(temporal, mixed(10));
    let asked = 0;
    let release = () => {};
    const silent = await gatewayThat(async () => {
      asked += 1;
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      return 0;
    });
    world.gatewayOf = (id) => (id.startsWith('there') ? silent : world.gatewayId);
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    await handle.result();
    expect([world.lostGateways, asked]).toEqual([[silent], 1]);
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toEqual(tasksOf('here', 10));
    await saveHistory(handle, 'batch-gateway-silent');
    release();
    await stop();
  });

  test('one where pushes fail is tried again later, and the others wait for none of it', async () => {
    const { world, gatewayThat, engine, batchId, handle, stop } = await runBatch(temporal, mixed(100), 2_000);
    let failures = 0;
    const failing = await gatewayThat(async (share) => {
      if (world.due.some((id) => id.startsWith('here'))) {
        failures += 1;
        throw new Error('its socket is on fire');
      }
      world.due = world.due.filter((id) => !share.taskIds.includes(id));
      return share.taskIds.length;
    });
    world.gatewayOf = (id) => (id.startsWith('there') ? failing : world.gatewayId);
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    await handle.result();
    expect(failures).toBeGreaterThan(0);
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toEqual(tasksOf('here', 100));
    expect(world.explanations.at(0)).toContain('its socket is on fire');
    expect(world.explanations.at(-1)).toBeNull();
    await stop();
  });
});
