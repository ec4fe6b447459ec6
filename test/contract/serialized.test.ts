import { randomUUID } from 'node:crypto';
import { serialized } from '../../core/transaction';
import { useStore } from '../support/store';

const store = useStore({ keepsDocuments: true });

const KEY = 'test-counter';

test('R-PKG-1 who shares a key comes one after the other: each sees what those before it have written', async () => {
  const { settings } = store.collections;
  const seen: number[] = [];
  const next = () =>
    serialized(store, [KEY], async (session) => {
      const rows = await settings.find({ _id: /^row-/ }, { session }).toArray();
      await settings.insertOne({ _id: `row-${randomUUID()}`, value: 0 }, { session });
      return rows.length;
    }).then((before) => seen.push(before));
  await Promise.all(Array.from({ length: 8 }, next));
  expect(seen.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('R-PKG-1 one that fails writes nothing and is in nobody’s way, nor is one that was given up', async () => {
  const { settings } = store.collections;
  const failing = serialized(store, [KEY], async (session) => {
    await settings.insertOne({ _id: 'lost', value: 0 }, { session });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await settings.findOne({ _id: 'lost' })).toBeNull();
  const abandoned = store.connection.getClient().startSession();
  abandoned.startTransaction();
  await settings.updateOne({ _id: KEY }, { $inc: { value: 1 } } as object, { session: abandoned });
  const waiting = serialized(store, [KEY], async () => 'mine');
  await abandoned.endSession();
  await expect(waiting).resolves.toBe('mine');
});
