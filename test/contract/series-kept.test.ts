import { deleteBatch } from '../../core/batches/delete';
import { administrator, operator, refusal, viewerOf } from '../support/core-parts';
import { quietEngine } from '../support/quiet-engine';
import { BEGIN, DAY, FAILED, type SampledBatches, sampledBatches } from '../support/sampled-batches';
import { useStore } from '../support/store';

const store = useStore();
let { batch, tasks, look, series, platform, clock, parts } = {} as SampledBatches;
beforeEach(async () => {
  ({ batch, tasks, look, series, platform, clock, parts } = await sampledBatches(store));
});

describe('R-UI-3 series over a long time', () => {
  test('R-UI-3 are coarser, and begin with what was there', async () => {
    const one = await batch('one');
    for (let count = 0; count < 4; count++) {
      await tasks('one', 30);
      await look(30);
    }
    clock.advance(3 * DAY);
    await parts.sampler.look();
    const hours = await series(one, { from: BEGIN });
    expect(hours.stepMinutes).toBe(10);
    expect(hours.points.at(-1)).toMatchObject({ pushed: 120 });
    clock.advance(40 * DAY);
    const later = await series(one, { from: new Date('2026-03-01T11:30:00Z'), to: new Date('2026-03-02T00:00:00Z') });
    expect(later.stepMinutes).toBe(60);
    expect(later.points.map(({ pushed, rate }) => [pushed, rate])).toEqual([
      [60, 0],
      [120, 1],
    ]);
    const days = await series(one, { from: BEGIN, to: clock() });
    expect([days.stepMinutes, days.points.map(({ pushed }) => pushed)]).toEqual([60, [60, 120]]);
    clock.advance(300 * DAY);
    const year = await series(one, { from: BEGIN });
    expect([year.stepMinutes, year.points.map(({ at, pushed }) => [at.toISOString(), pushed])]).toEqual([
      24 * 60,
      [['2026-03-01T00:00:00.000Z', 120]],
    ]);
  });

  test('R-UI-3 what has been kept long enough is removed, by the setting too', async () => {
    await batch('one');
    await tasks('one', 1);
    await look();
    const left = async () => {
      const samples = await store.collections.seriesSamples.find({ _id: /^b:/ }).toArray();
      return samples.map(({ step }) => step).sort((a, b) => a - b);
    };
    await parts.sampler.removeOld(400);
    expect(await left()).toEqual([1, 10, 60]);
    clock.advance(3 * DAY);
    await parts.sampler.removeOld(400);
    expect(await left()).toEqual([10, 60]);
    clock.advance(30 * DAY);
    await parts.sampler.removeOld(400);
    expect(await left()).toEqual([60]);
    await parts.sampler.removeOld(30);
    expect(await left()).toEqual([]);
  });

  test('R-UI-3 R-BAT-19 a batch that is deleted takes its own along, and the platform keeps what happened', async () => {
    const one = await batch('one', { status: 'FINISHED', endedAt: clock() });
    await batch('one0');
    await tasks('one', 3, { status: 'SUCCEEDED', active: false });
    await tasks('one0', 1);
    await look();
    await deleteBatch({ collections: store.collections, engine: quietEngine(), clock }, one._id);
    expect((await store.collections.seriesSamples.distinct('_id')).filter((id) => id.startsWith('b:one/'))).toEqual([]);
    expect((await store.collections.seriesSamples.distinct('_id')).filter((id) => id.startsWith('b:one0/'))).toHaveLength(3);
    expect((await platform()).points.map(({ succeeded }) => succeeded)).toEqual([0, 3]);
  });

  test('R-UI-3 R-UI-4 whoever may see only some products sees the sum of these', async () => {
    for (const productKey of ['a', 'b', 'c']) {
      await batch(productKey, { productKey });
      await tasks(productKey, 1, FAILED);
    }
    await look();
    const limited = { ...viewerOf('VIEWER'), products: ['a', 'b'] };
    const pushed = async (...args: Parameters<typeof platform>) =>
      (await platform(...args)).points.map((point) => [point.pushed, point.causes]);
    expect(await pushed()).toEqual([
      [0, {}],
      [3, { LOW_BATTERY: 3 }],
    ]);
    expect(await pushed(null, {}, limited)).toEqual([[2, { LOW_BATTERY: 2 }]]);
    expect(await pushed('b', {}, limited)).toEqual([[1, { LOW_BATTERY: 1 }]]);
    expect(await pushed('c', {}, limited)).toEqual([]);
  });

  test('R-UI-3 a product that gets the key of another has no history', async () => {
    await parts.core.products.create(operator, { key: 'meter', name: 'Meter' });
    await batch('one', { productKey: 'meter' });
    await tasks('one', 1);
    await look();
    await store.collections.batches.deleteMany({});
    await parts.core.products.delete(administrator, 'meter');
    expect((await platform('meter')).points).toEqual([]);
  });

  test('R-UI-3 a range that is none is refused, and one in the future ends now', async () => {
    const one = await batch('one');
    expect(await refusal(series(one, { from: new Date(clock().getTime() + 1) }))).toEqual([{ code: 'OUT_OF_RANGE', field: 'from' }]);
    expect(await refusal(series(one, { from: BEGIN, to: new Date(BEGIN.getTime() - 1) }))).toEqual([
      { code: 'OUT_OF_RANGE', field: 'from' },
    ]);
    expect(await refusal(platform(null, { from: new Date('-000001-01-01T00:00:00Z') }))).toEqual([{ code: 'OUT_OF_RANGE', field: 'from' }]);
    expect((await series(one, { to: new Date(clock().getTime() + DAY) })).to).toEqual(clock());
  });

  test('R-UI-3 are read along their ids, no more than are answered', async () => {
    await batch('one');
    await batch('two');
    for (let count = 0; count < 3; count++) {
      await tasks('one', 1);
      await tasks('two', 1);
      await look();
    }
    const plan = await store.collections.seriesSamples
      .find({ _id: { $gte: 'b:one/1/2026-03-01T10:00', $lte: 'b:one/1/2026-03-01T10:01' } })
      .explain('executionStats');
    expect(plan.executionStats).toMatchObject({ totalDocsExamined: 2 });
    const old = await store.collections.seriesSamples.find({ step: 1, at: { $lt: BEGIN } }).explain('queryPlanner');
    expect(JSON.stringify(old.queryPlanner.winningPlan)).toContain('step_1_at_1');
  });
});
