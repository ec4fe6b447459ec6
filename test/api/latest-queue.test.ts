import fc from 'fast-check';
import { createLatestQueue } from '../../api/live/latest-queue';

async function drain<T>(queue: ReturnType<typeof createLatestQueue<T>>, count: number) {
  const items = [];
  for (let index = 0; index < count; index += 1) items.push((await queue.items.next()).value);
  return items;
}

test('R-UI-1 latest wins per key, in the order of the latest, and nothing is lost uncounted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.nat()), { minLength: 1 }),
      fc.integer({ min: 1, max: 5 }),
      async (puts, limit) => {
        const queue = createLatestQueue<number>(limit, () => undefined);
        for (const [key, value] of puts) queue.put(key, value);
        const latest = new Map<string, number>();
        for (const [key, value] of puts) {
          latest.delete(key);
          latest.set(key, value);
        }
        const expected = [...latest.values()].slice(-limit);
        const items = await drain(queue, expected.length);
        expect(items.map((item) => item?.value)).toEqual(expected);
        expect(items[0]?.skipped).toBe(puts.length - expected.length);
        queue.end();
      },
    ),
  );
});

test('R-UI-1 what was missed goes in front of what waits, unless something newer waits already', async () => {
  const queue = createLatestQueue<string>(10, () => undefined);
  queue.hold(true);
  queue.put('b', 'new b');
  queue.put('d', 'new d');
  queue.putBefore([
    ['a', 'old a'],
    ['b', 'old b'],
    ['c', 'old c'],
  ]);
  const first = queue.items.next();
  queue.hold(false);
  expect((await first).value?.value).toBe('old a');
  expect((await drain(queue, 3)).map((item) => item?.value)).toEqual(['old c', 'new b', 'new d']);
});

test('R-UI-1 the end is told once, and what comes later is forgotten', async () => {
  const onEnd = jest.fn();
  const queue = createLatestQueue<number>(1, onEnd);
  await queue.items.return?.();
  queue.put('a', 1);
  queue.end();
  expect(await queue.items.next()).toEqual({ done: true, value: undefined });
  expect(onEnd).toHaveBeenCalledTimes(1);
});
