import fc from 'fast-check';
import { atCursorOf, createLatestQueue } from '../../api/live/latest-queue';

async function drain<T>(queue: ReturnType<typeof createLatestQueue<T>>, count: number) {
  const items = [];
  for (let index = 0; index < count; index += 1) items.push((await queue.items.next()).value);
  return items;
}

const newest = <T>(_older: T, newer: T): T => newer;
const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e');

test('R-UI-1 latest wins per key, at the place of the oldest that waits, and nothing is lost uncounted', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(keys, fc.nat()), { minLength: 1 }), fc.integer({ min: 1, max: 5 }), async (puts, limit) => {
      const queue = createLatestQueue<number>(limit, () => undefined, newest);
      const expected = new Map<string, number>();
      for (const [key, value] of puts) {
        queue.put(key, value);
        expected.set(key, value);
        if (expected.size > limit) expected.delete([...expected.keys()][0] ?? '');
      }
      const items = await drain(queue, expected.size);
      expect(items.map((item) => item?.value)).toEqual([...expected.values()]);
      expect(items[0]?.skipped).toBe(puts.length - expected.size);
      queue.end();
    }),
  );
});

test('R-UI-1 whoever goes on from the cursor of an event misses nothing that waited, however slowly it was read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(keys, fc.constant('take')), { minLength: 1 }), async (steps) => {
      const queue = createLatestQueue<{ cursor: string; at: number }>(10, () => undefined, atCursorOf);
      const waiting = new Map<string, number>();
      let last = -1;
      for (const [at, step] of steps.entries()) {
        if (step !== 'take') {
          queue.put(step, { cursor: String(at), at });
          waiting.set(step, at);
          continue;
        }
        if (waiting.size === 0) continue;
        const { value } = (await queue.items.next()).value as { value: { cursor: string; at: number } };
        const [key = '', newestAt] = [...waiting].find(([, each]) => each === value.at) ?? [];
        expect(value.at).toBe(newestAt);
        waiting.delete(key);
        expect(Number(value.cursor)).toBeGreaterThan(last);
        last = Number(value.cursor);
        for (const later of waiting.values()) expect(later).toBeGreaterThan(last);
      }
      queue.end();
    }),
  );
});

test('R-UI-1 to a slow reader what changes all the time comes as often as the rest', async () => {
  const queue = createLatestQueue<string>(100, () => undefined, newest);
  const [cold, got] = [['a', 'b', 'c', 'd'], [] as (string | undefined)[]];
  for (const key of ['hot', ...cold]) queue.put(key, key);
  for (let turn = 0; turn < 50; turn += 1) {
    queue.put('hot', 'hot');
    queue.put(cold[turn % cold.length] ?? '', cold[turn % cold.length] ?? '');
    queue.put('hot', 'hot');
    got.push((await queue.items.next()).value?.value);
  }
  for (let from = 0; from + 5 <= got.length; from += 1) expect(got.slice(from, from + 5)).toContain('hot');
});

test('R-UI-1 what was missed goes in front of what waits, unless something newer waits already', async () => {
  const queue = createLatestQueue<string>(10, () => undefined, newest);
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
  const queue = createLatestQueue<number>(1, onEnd, newest);
  await queue.items.return?.();
  queue.put('a', 1);
  queue.end();
  expect(await queue.items.next()).toEqual({ done: true, value: undefined });
  expect(onEnd).toHaveBeenCalledTimes(1);
});
