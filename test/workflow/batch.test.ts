import { randomUUID } from 'node:crypto';
import { changes, runBatch, settle } from '../support/batch-run';
import { saveHistory } from '../support/histories';
import { POLICY } from '../support/recorded-batch';
import { type TestTemporal, testTemporal } from '../support/temporal';

describe('the batch workflow', () => {
  let temporal: TestTemporal;
  beforeAll(async () => {
    temporal = await testTemporal();
  });
  afterAll(() => temporal.close());

  const run = (tasks: string[], minuteMs?: number) => runBatch(temporal, tasks, minuteMs);

  test('R-BAT-1 R-RATE-1 pushes what is due in windows the rate allows, and finishes when every task has ended', async () => {
    const tasks = Array.from({ length: 120 }, (_, index) => `task-${index}`);
    const { world, engine, batchId, handle, stop } = await run(tasks);
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toEqual(tasks);
    expect(Math.max(...world.pushes.map(({ taskIds }) => taskIds.length))).toBeLessThanOrEqual(50);
    expect(world.pushes[0]?.intervalMs).toBeCloseTo(60_000 / 600 / 0.99);
    expect(world.statuses).toEqual(['FINISHED']);
    await saveHistory(handle, 'batch-finished');
    await stop();
  });

  test('R-BAT-21 a batch that had finished goes on when it is started again', async () => {
    const { world, engine, batchId, handle, stop } = await run([]);
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.statuses.splice(0)).toEqual(['FINISHED']);
    world.due = ['again'];
    world.open.add('again');
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.pushes.map(({ taskIds }) => taskIds)).toEqual([['again']]);
    expect(world.statuses).toEqual(['FINISHED']);
    await stop();
  });

  test('R-BAT-21 a batch that is started again in the moment in which it finishes goes on', async () => {
    const { world, engine, batchId, handle, stop } = await run([]);
    world.onStatus = async () => {
      world.onStatus = async () => {};
      world.due = ['again'];
      world.open.add('again');
      await engine.restartBatch(batchId);
    };
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.pushes.map(({ taskIds }) => taskIds)).toEqual([['again']]);
    expect(world.statuses.at(-1)).toBe('FINISHED');
    await stop();
  });

  test('R-RATE-2 with a variable rate each window asks what was reached, until the rate is at its maximum', async () => {
    const tasks = Array.from({ length: 90 }, (_, index) => `task-${index}`);
    const { world, engine, batchId, handle, stop } = await run(tasks);
    world.policy = {
      ...POLICY,
      rate: { kind: 'variable', base: 60, factor: 5, maximum: 1_000, threshold: { of: 'notified', count: 4 } },
    };
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    await handle.result();
    const rates = world.pushes.map(({ intervalMs }) => Math.round(60_000 / intervalMs / 0.99));
    expect(rates).toEqual([60, 300, 1_000]);
    expect(world.pushes.map(({ taskIds }) => taskIds.length)).toEqual([4, 24, 62]);
    expect(world.counted).toEqual(['notified', 'notified', 'notified']);
    await saveHistory(handle, 'batch-variable-rate');
    await stop();
  });

  test('R-BAT-16 a rate that is edited while the batch pushes paces the windows that follow, slower or faster', async () => {
    const tasks = Array.from({ length: 150 }, (_, index) => `task-${index}`);
    const { world, engine, batchId, handle, stop } = await run(tasks);
    const edits = [60, 1_200];
    world.beforeDue = () => {
      const pushed = tasks.length - world.due.length;
      const perMinute = pushed >= (edits.length === 2 ? 49 : 54) ? edits.shift() : undefined;
      if (perMinute !== undefined) {
        world.policy = { ...POLICY, rate: { kind: 'constant', perMinute } };
        world.policyRevision += 1;
      }
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    await handle.result();
    const windows = world.pushes.map(({ taskIds, intervalMs, policyRevision }) => [
      taskIds.length,
      Math.round(60_000 / intervalMs / 0.99),
      policyRevision,
    ]);
    expect(windows).toEqual([
      [49, 600, 0],
      [4, 60, 1],
      [4, 60, 1],
      [93, 1_200, 2],
    ]);
    await saveHistory(handle, 'batch-edited');
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
    expect(world.pushes).toEqual([]);
    world.beforeDue = () => {
      if (world.pushes.length > 0) settle(world);
    };
    await engine.commandBatch(batchId, { kind: 'resume' });
    await expect(engine.commandBatch(batchId, { kind: 'resume' })).rejects.toMatchObject({ code: 'BATCH_STATE' });
    await handle.result();
    expect(world.pushes.map(({ taskIds }) => taskIds)).toEqual([['later']]);
    expect(changes(world.statuses)).toEqual(['PAUSED', 'RUNNING', 'FINISHED']);
    await stop();
  });

  test('R-BAT-24 a paused batch ends with the last device that was upgrading: nothing is left to resume', async () => {
    const { world, engine, batchId, handle, stop } = await run([]);
    world.open.add('upgrading');
    await engine.startBatch(batchId);
    await engine.commandBatch(batchId, { kind: 'pause' });
    world.open.clear();
    engine.wakeBatch(batchId);
    await handle.result();
    expect(world.statuses).toEqual(['PAUSED', 'FINISHED']);
    await stop();
  });

  test('R-BAT-24 a batch that halts pushes nothing until it is resumed, and can be canceled instead', async () => {
    const { world, engine, batchId, handle, stop } = await run(['a', 'b']);
    world.policy = { ...POLICY, halt: { failedCount: 1, minimumJudged: 1 } };
    let looks = 0;
    world.haltWhen = () => ++looks === 1;
    world.beforeDue = () => {
      if (world.pushes.length > 0) settle(world);
    };
    await engine.startBatch(batchId);
    while ((await handle.query<string>('batchPhase')) !== 'halted');
    expect(world.pushes).toEqual([]);
    await expect(engine.commandBatch(batchId, { kind: 'pause' })).rejects.toMatchObject({ code: 'BATCH_STATE' });
    await engine.commandBatch(batchId, { kind: 'resume' });
    await handle.result();
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toEqual(['a', 'b']);
    await saveHistory(handle, 'batch-halted');
    await stop();
  });

  test('R-BAT-24 a batch that a failure has halted before its workflow knows is resumed, and is not paused on top', async () => {
    const { world, engine, batchId, handle, stop } = await run(['a'], 600_000);
    world.policy = { ...POLICY, halt: { failedCount: 1, minimumJudged: 1 } };
    await engine.startBatch(batchId);
    while ((await handle.query<string>('batchPhase')) !== 'waiting');
    await expect(engine.commandBatch(batchId, { kind: 'resume' })).rejects.toMatchObject({ code: 'BATCH_STATE' });
    const haltsElsewhere = () => world.statuses.push('HALTED');
    haltsElsewhere();
    await engine.commandBatch(batchId, { kind: 'resume' });
    expect(world.statuses).toEqual(['HALTED', 'RUNNING']);
    haltsElsewhere();
    await expect(engine.commandBatch(batchId, { kind: 'pause' })).rejects.toMatchObject({ code: 'BATCH_STATE' });
    await engine.commandBatch(batchId, { kind: 'resume' });
    settle(world);
    engine.wakeBatch(batchId);
    await handle.result();
    expect(world.statuses).toEqual(['HALTED', 'RUNNING', 'HALTED', 'RUNNING', 'FINISHED']);
    await saveHistory(handle, 'batch-halted-elsewhere');
    await stop();
  });

  test('R-BAT-24 what a look found before a resume does not hold after it', async () => {
    const { world, engine, batchId, handle, stop } = await run(['a']);
    world.policy = { ...POLICY, halt: { failedCount: 1, minimumJudged: 1 } };
    let looks = 0;
    world.haltWhen = async () => {
      if (++looks > 1) return false;
      world.statuses.push('HALTED');
      // The answer is on its way for as long as the resume takes.
      await engine.commandBatch(batchId, { kind: 'resume' });
      return true;
    };
    world.beforeDue = () => {
      if (world.pushes.length > 0) settle(world);
    };
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.pushes.map(({ taskIds }) => taskIds)).toEqual([['a']]);
    await stop();
  });

  test('R-BAT-7 without proactive push nothing is pushed, and the batch ends when its tasks have', async () => {
    const { world, engine, batchId, handle, stop } = await run(['a', 'b'], 100);
    world.policy = { ...POLICY, proactivePush: false };
    world.onReconcile = () => settle(world);
    await engine.startBatch(batchId);
    await handle.result();
    expect([world.pushes, world.statuses]).toEqual([[], ['FINISHED']]);
    await stop();
  });

  test('R-BAT-18 cancel ends notified and running tasks alike, answers with their number, and the batch is over', async () => {
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
      if (world.pushes.length > 0) settle(world);
    };
    engine.wakeBatch(batchId);
    await handle.result();
    expect(world.pushes).toHaveLength(1);
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
      if (world.pushes.length > 0 && world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.explanations).toEqual([expect.stringContaining('the socket is on fire'), null]);
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toEqual(['a', 'b']);
    await stop();
  });

  test('a batch that is woken all the time looks all the same', async () => {
    const { world, engine, batchId, handle, stop } = await run([], 6_000);
    world.open.add('forgotten');
    await engine.startBatch(batchId);
    const waking = setInterval(() => engine.wakeBatch(batchId), 20);
    world.onReconcile = () => {
      if (world.reconciled < 2) return;
      // A workflow can't end while signals keep coming.
      clearInterval(waking);
      settle(world);
    };
    await handle.result();
    expect(world.looks.map((look) => look?.full)).toEqual([false, false]);
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
