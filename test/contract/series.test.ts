import type { mongo } from 'mongoose';
import { createSampler } from '../../core/series/sampler';
import type { Collections } from '../../schema/mongo/connect';
import { aBatch } from '../support/builders';
import { BEGIN, DAY, FAILED, MINUTE, type SampledBatches, sampledBatches } from '../support/sampled-batches';
import { useStore } from '../support/store';

const store = useStore();
const minutes = (points: { at: Date }[]) => points.map(({ at }) => at.toISOString().slice(11, 16));
let { batch, tasks, look, series, platform, clock, parts } = {} as SampledBatches;
beforeEach(async () => {
  ({ batch, tasks, look, series, platform, clock, parts } = await sampledBatches(store));
});

describe('R-UI-3 the numbers of a batch over time', () => {
  test('R-UI-3 have a point for each minute in which something changed, each as it stood at its end', async () => {
    const one = await batch('one');
    await tasks('one', 3);
    await look();
    await look();
    await tasks('one', 2);
    await store.collections.tasks.updateMany({ batchId: 'one' }, { $set: { status: 'SUCCEEDED', active: false } });
    await tasks('one', 1, { ...FAILED, firstNotifiedAt: null, notifiedAt: null });
    await look();
    const { points, stepMinutes } = await series(one);
    expect(stepMinutes).toBe(1);
    expect(minutes(points)).toEqual(['10:00', '10:02']);
    expect(points).toMatchObject([
      { pushed: 3, succeeded: 0, failed: 0, rate: 3 },
      { pushed: 5, succeeded: 5, failed: 1, rate: 2 },
    ]);
  });

  test('R-UI-3 R-RATE-4 retries are in the rate and pushed once; a re-initiated failure is failed no more', async () => {
    const one = await batch('one');
    await tasks('one', 2, FAILED);
    await look();
    clock.advance(1_000);
    await store.collections.tasks.updateMany(
      { batchId: 'one' },
      { $set: { status: 'NOTIFIED', active: true, cause: null, notifiedAt: clock() } },
    );
    await look();
    expect((await series(one)).points).toMatchObject([
      { pushed: 2, failed: 2, rate: 2 },
      { pushed: 2, failed: 0, rate: 2 },
    ]);
    // What has happened has: the platform counts failures, and takes none back.
    expect((await platform()).points.map(({ failed, causes }) => [failed, causes])).toEqual([
      [0, {}],
      [2, { LOW_BATTERY: 2 }],
      [0, {}],
    ]);
  });

  test('R-UI-3 a growing rate is told as it was asked for', async () => {
    const rate = { kind: 'variable', base: 10, factor: 2, maximum: 100, threshold: { of: 'notified', count: 2 } } as const;
    const one = await batch('one', { policy: { ...aBatch().policy, rate } });
    await look();
    await tasks('one', 4);
    await look();
    expect((await series(one)).points.map(({ asked }) => asked)).toEqual([10, 40]);
  });

  test('R-UI-3 R-SAFE-1 of processes that look at once one does, and each thing is counted once', async () => {
    const one = await batch('one');
    await tasks('one', 5);
    clock.advance(MINUTE);
    const another = createSampler({ ...store, collections: store.collections, connection: store.connection, clock });
    const looked = await Promise.all([parts.sampler.look(), another.look(), parts.sampler.look(), another.look()]);
    expect(looked.filter(Boolean)).toHaveLength(1);
    expect((await series(one)).points).toMatchObject([{ pushed: 5, rate: 5 }]);
    expect((await platform()).points.map(({ pushed }) => pushed)).toEqual([0, 5]);
  });

  test('R-UI-3 R-SAFE-1 of two looks that overlap, as where one was slow for a minute, one is written', async () => {
    await batch('one');
    await tasks('one', 5);
    let go = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    const slowTasks = new Proxy(store.collections.tasks, {
      get: (target, name) =>
        name === 'countDocuments'
          ? async (...args: Parameters<typeof target.countDocuments>) => {
              const count = await target.countDocuments(...args);
              await held;
              return count;
            }
          : Reflect.get(target, name),
    });
    const slow = createSampler({
      connection: store.connection,
      collections: { ...store.collections, tasks: slowTasks } as Collections,
      clock,
    });
    clock.advance(MINUTE);
    const late = slow.look();
    await store.collections.settings.findOne({ _id: 'series-claim' });
    clock.advance(MINUTE);
    while (!(await parts.sampler.look())) clock.advance(MINUTE);
    go();
    expect(await late).toBe(false);
    expect((await platform()).points.reduce((sum, { pushed }) => sum + pushed, 0)).toBe(5);
  });

  test('R-UI-3 R-SAFE-1 a process that is killed while it writes leaves nothing, and the next look makes good for it', async () => {
    const one = await batch('one');
    await tasks('one', 5, FAILED);
    const dying = new Proxy(store.collections.seriesSamples, {
      get: (target, name) =>
        name === 'bulkWrite'
          ? async (operations: mongo.AnyBulkWriteOperation<never>[], options: object) => {
              await target.bulkWrite(operations.slice(0, 2) as never, options);
              throw new Error('killed');
            }
          : Reflect.get(target, name),
    });
    const killed = createSampler({ connection: store.connection, collections: { ...store.collections, seriesSamples: dying }, clock });
    clock.advance(MINUTE);
    await expect(killed.look()).rejects.toThrow('killed');
    expect((await series(one)).points).toEqual([]);
    await look();
    expect((await series(one)).points).toMatchObject([{ pushed: 5, failed: 5, rate: 2.5 }]);
    expect((await platform()).points.map(({ failed }) => failed)).toEqual([0, 5]);
  });

  test('R-UI-3 where nobody looked for an hour, what came about is told at its end, and the rate is the average', async () => {
    const one = await batch('one');
    await look();
    clock.advance(10 * MINUTE);
    await tasks('one', 120);
    await look(50);
    expect((await series(one)).points.map(({ pushed, rate }) => [pushed, rate])).toEqual([
      [0, 0],
      [120, 2],
    ]);
    expect((await platform()).points.map(({ pushed, rate }) => [pushed, rate])).toEqual([
      [0, 0],
      [0, 0],
      [120, 2],
    ]);
  });

  test('R-UI-3 a batch that began and ended between two looks is in it; what was there before the first look did not happen since', async () => {
    const quick = await batch('quick', { status: 'FINISHED', endedAt: clock() });
    await tasks('quick', 2);
    const old = await batch('old', { createdAt: new Date(BEGIN.getTime() - DAY) });
    await tasks('old', 7);
    await look();
    expect((await series(quick)).points).toMatchObject([{ pushed: 2 }]);
    expect((await series(old, { from: new Date(BEGIN.getTime() - MINUTE) })).points).toMatchObject([{ pushed: 7 }]);
    expect((await platform()).points.map(({ pushed }) => pushed)).toEqual([0, 2]);
  });

  test('R-UI-3 with more batches than there is time for, those that wait longest are next', async () => {
    const slow = createSampler({ connection: store.connection, collections: store.collections, clock }, -1);
    const one = await batch('one');
    await tasks('one', 1);
    clock.advance(MINUTE);
    await slow.look();
    expect((await series(one)).points).toEqual([]);
    await look();
    expect((await series(one)).points).toMatchObject([{ pushed: 1 }]);
  });
});
