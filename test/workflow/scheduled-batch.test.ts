import { runBatch, settle } from '../support/batch-run';
import { patience } from '../support/devices/patience';
import { saveHistory } from '../support/histories';
import { type TestTemporal, testTemporal } from '../support/temporal';

describe('the batch workflow, scheduled', () => {
  let temporal: TestTemporal;
  beforeAll(async () => {
    temporal = await testTemporal();
  });
  afterAll(() => temporal.close());

  const run = (tasks: string[]) => runBatch(temporal, tasks);

  test('R-BAT-6 a scheduled batch pushes from its start on, also when the worker was away then; before it cannot be paused', async () => {
    const { world, engine, batchId, handle, restart, stop } = await run(['a', 'b']);
    const startAt = Date.now() + patience(8_000);
    world.schedule = { startAt, endAt: null };
    let firstLook = 0;
    world.beforeDue = () => {
      firstLook ||= Date.now();
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    while ((await handle.query<string>('batchPhase')) !== 'scheduled');
    await expect(engine.commandBatch(batchId, { kind: 'pause' })).rejects.toMatchObject({ code: 'BATCH_STATE' });
    await restart(startAt);
    await handle.result();
    expect(firstLook).toBeGreaterThanOrEqual(startAt);
    expect(world.statuses).toEqual(['RUNNING', 'FINISHED']);
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toEqual(['a', 'b']);
    await saveHistory(handle, 'batch-scheduled');
    await stop();
  });

  test('R-BAT-6 at its end a batch is finished, and what has not ended is ended with that cause', async () => {
    const { world, engine, batchId, handle, stop } = await run(['a', 'b']);
    world.schedule = { startAt: Date.now(), endAt: Date.now() + patience(6_000) };
    await engine.startBatch(batchId);
    await handle.result();
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toEqual(['a', 'b']);
    expect(world.statuses).toEqual(['RUNNING', 'FINISHED']);
    expect(world.causes).toEqual(['CAMPAIGN_WINDOW_CLOSED']);
    await saveHistory(handle, 'batch-closed');
    await stop();
  });

  test('R-BAT-6 a pause that comes while the devices are selected is refused when the batch turns out to be scheduled', async () => {
    const { world, engine, batchId, handle, stop } = await run(['a']);
    const startAt = Date.now() + patience(6_000);
    world.schedule = { startAt, endAt: null };
    let selected = () => {};
    const selecting = new Promise<void>((settle) => {
      selected = settle;
    });
    world.beforeSelect = () => selecting;
    const paused = new Promise<void>((settle) => {
      world.onStatus = async (status) => {
        if (status === 'PAUSED') settle();
      };
    });
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.startBatch(batchId);
    const refused = expect(engine.commandBatch(batchId, { kind: 'pause' })).rejects.toMatchObject({ code: 'BATCH_STATE' });
    await paused;
    selected();
    await refused;
    await handle.result();
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toEqual(['a']);
    await stop();
  });

  test('R-BAT-6 a batch can be canceled while it is scheduled', async () => {
    const { world, engine, batchId, handle, stop } = await run(['a', 'b']);
    world.schedule = { startAt: Date.now() + 60_000, endAt: Date.now() + 120_000 };
    await engine.startBatch(batchId);
    await expect(engine.commandBatch(batchId, { kind: 'cancel' })).resolves.toEqual({ affected: 2 });
    await handle.result();
    expect([world.statuses, world.pushes, world.causes]).toEqual([['CANCELED'], [], [null]]);
    await stop();
  });
});
