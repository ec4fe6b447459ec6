import { setTimeout as delay } from 'node:timers/promises';
import { changes, runBatch, settle } from '../support/batch-run';
import { saveHistory } from '../support/histories';
import { type TestTemporal, testTemporal } from '../support/temporal';

describe('the batch workflow of a dynamic batch', () => {
  let temporal: TestTemporal;
  beforeAll(async () => {
    temporal = await testTemporal();
  });
  afterAll(() => temporal.close());

  const run = (tasks: string[], minuteMs?: number) => runBatch(temporal, tasks, minuteMs);

  test('R-BAT-1 a dynamic batch sleeps when its tasks have ended, pushes what comes later, and ends after its policy', async () => {
    const { world, engine, batchId, handle, restart, stop } = await run(['early']);
    world.matching = true;
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    while ((await handle.query<string>('batchPhase')) !== 'waiting');
    await restart(0);
    world.due = ['later'];
    world.open.add('later');
    engine.wakeBatch(batchId);
    while (world.pushes.length < 2) await delay(20);
    await engine.commandBatch(batchId, { kind: 'endMatching' });
    await handle.result();
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toEqual(['early', 'later']);
    expect(changes(world.statuses)).toEqual(['FINISHED']);
    await expect(engine.commandBatch(batchId, { kind: 'endMatching' })).rejects.toMatchObject({ code: 'BATCH_STATE' });
    await saveHistory(handle, 'batch-dynamic');
    await stop();
  });

  test('R-BAT-18 a dynamic batch whose policy has ended goes on until its tasks have ended; pause and resume are as ever', async () => {
    const { world, engine, batchId, handle, stop } = await run(['running']);
    world.matching = true;
    await engine.startBatch(batchId);
    while (world.pushes.length === 0) await delay(20);
    await engine.commandBatch(batchId, { kind: 'endMatching' });
    await engine.commandBatch(batchId, { kind: 'pause' });
    await engine.commandBatch(batchId, { kind: 'resume' });
    expect(world.statuses).toEqual(['PAUSED', 'RUNNING']);
    settle(world);
    engine.wakeBatch(batchId);
    await handle.result();
    expect(changes(world.statuses)).toEqual(['PAUSED', 'RUNNING', 'FINISHED']);
    await stop();
  });

  test('R-BAT-18 a dynamic batch can be canceled as a whole while it sleeps', async () => {
    const { world, engine, batchId, handle, stop } = await run([]);
    world.matching = true;
    await engine.startBatch(batchId);
    await expect(engine.commandBatch(batchId, { kind: 'cancel' })).resolves.toEqual({ affected: 0 });
    await handle.result();
    expect(world.statuses).toEqual(['CANCELED']);
    await stop();
  });

  test('R-BAT-16 a dynamic batch looks for devices it missed, when it is told and by itself, and pushes those it finds', async () => {
    const { world, engine, batchId, handle, stop } = await run([], 200);
    world.matching = true;
    const find = (task: string) => {
      world.due = [task];
      world.open.add(task);
    };
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    world.onScan = () => world.scans === 1 && find('told');
    await engine.commandBatch(batchId, { kind: 'scan' });
    while (world.pushes.length < 1) await delay(20);
    world.onScan = () => world.pushes.length === 1 && find('found');
    while (world.pushes.length < 2) await delay(20);
    // Somebody else has ended its policy, and the word got lost.
    world.matching = false;
    await handle.result();
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toEqual(['told', 'found']);
    await stop();
  });
});
