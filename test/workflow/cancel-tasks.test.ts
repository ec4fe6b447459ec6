import { runBatch, settle } from '../support/batch-run';
import { saveHistory } from '../support/histories';
import { type TestTemporal, testTemporal } from '../support/temporal';

let temporal: TestTemporal;
beforeAll(async () => {
  temporal = await testTemporal();
});
afterAll(() => temporal.close());

function gate(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((open) => {
    resolve = open;
  });
  return { promise, resolve };
}

const queued = { kind: 'cancelTasks', which: { statuses: ['QUEUED'] } } as const;

describe('R-BAT-18 a batch of which some tasks are canceled', () => {
  test('R-BAT-18 answers with their number, goes on with the others, and is finished when those have ended', async () => {
    const { world, engine, batchId, handle, stop } = await runBatch(temporal, ['a', 'b']);
    world.open.add('in upgrade');
    await engine.startBatch(batchId);
    await engine.commandBatch(batchId, { kind: 'pause' });
    world.due = ['c', 'd'];
    world.open.add('c').add('d');
    const some = { kind: 'cancelTasks', which: { statuses: ['QUEUED'], taskIds: ['c'] } } as const;
    await expect(engine.commandBatch(batchId, some)).resolves.toEqual({ affected: 1 });
    await expect(engine.commandBatch(batchId, some)).resolves.toEqual({ affected: 0 });
    world.beforeDue = () => {
      if (world.due.length === 0) settle(world);
    };
    await engine.commandBatch(batchId, { kind: 'resume' });
    await handle.result();
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).not.toContain('c');
    expect(world.pushes.flatMap(({ taskIds }) => taskIds)).toContain('d');
    expect(world.statuses).toEqual(['PAUSED', 'RUNNING', 'FINISHED']);
    await saveHistory(handle, 'batch-canceled-partly');
    await stop();
  });

  test('R-BAT-18 answers only when the push under way is over', async () => {
    const { world, engine, batchId, handle, stop } = await runBatch(temporal, ['a', 'b']);
    const order: string[] = [];
    const reached = gate();
    const released = gate();
    world.beforePush = async () => {
      reached.resolve();
      await released.promise;
      order.push('pushed');
    };
    await engine.startBatch(batchId);
    await reached.promise;
    const answered = engine.commandBatch(batchId, queued).then(() => order.push('answered'));
    while (world.cancellations.length === 0) await handle.query('batchPhase');
    released.resolve();
    await answered;
    await handle.result();
    expect(order).toEqual(['pushed', 'answered']);
    await stop();
  });

  test('R-BAT-18 waits for the selection, since the tasks are not there before', async () => {
    const { world, engine, batchId, handle, stop } = await runBatch(temporal, ['a', 'b']);
    const selecting = gate();
    world.beforeSelect = () => selecting.promise;
    await engine.startBatch(batchId);
    const answer = engine.commandBatch(batchId, queued);
    while ((await handle.query<string>('batchPhase')) !== 'selecting');
    expect(world.cancellations).toEqual([]);
    selecting.resolve();
    await expect(answer).resolves.toEqual({ affected: 2 });
    await handle.result();
    expect([world.statuses, world.pushes]).toEqual([['FINISHED'], []]);
    await stop();
  });

  test('R-BAT-18 R-BAT-6 that is scheduled and has nothing left to wait with is canceled', async () => {
    const { world, engine, batchId, handle, stop } = await runBatch(temporal, ['a', 'b']);
    world.schedule = { startAt: Date.now() + 60_000, endAt: null };
    await engine.startBatch(batchId);
    while ((await handle.query<string>('batchPhase')) !== 'scheduled');
    const scheduled = (...taskIds: string[]) => ({ kind: 'cancelTasks' as const, which: { statuses: ['SCHEDULED' as const], taskIds } });
    await expect(engine.commandBatch(batchId, scheduled('a'))).resolves.toEqual({ affected: 1 });
    expect(await handle.query<string>('batchPhase')).toBe('scheduled');
    await expect(engine.commandBatch(batchId, scheduled('b'))).resolves.toEqual({ affected: 1 });
    await handle.result();
    expect([world.statuses, world.pushes]).toEqual([['CANCELED'], []]);
    await expect(engine.commandBatch(batchId, scheduled('b'))).rejects.toMatchObject({ code: 'BATCH_STATE' });
    await stop();
  });
});
