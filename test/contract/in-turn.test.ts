import { inTurn } from '../../core/packages/in-turn';
import type { Store } from '../../schema/mongo/connect';
import { testStore } from '../support/store';

let store: Store;
beforeAll(async () => {
  store = await testStore();
});
afterAll(() => store.close());

test('R-PKG-1 turns never overlap, and each gets one', async () => {
  let inside = 0;
  const seen: number[] = [];
  const turn = () =>
    inTurn(store.collections, async () => {
      inside += 1;
      await store.collections.packages.countDocuments();
      seen.push(inside);
      inside -= 1;
    });
  await Promise.all(Array.from({ length: 8 }, turn));
  expect(seen).toEqual(Array(8).fill(1));
});

test('R-PKG-1 a turn whose holder died is taken over, and one that fails is given back', async () => {
  await store.collections.settings.insertOne({ _id: 'packagePlaces', value: { holder: 'dead', until: Date.now() - 1 } });
  await expect(inTurn(store.collections, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(inTurn(store.collections, async () => 'mine')).resolves.toBe('mine');
});
