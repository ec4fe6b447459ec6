import { createBundle } from '../../../../core/registrations/bundle';

/** Runs that end when they are told to. */
function held(options: { most?: number; waitingMost?: number } = {}) {
  const runs: { items: readonly string[]; end(): void; fail(error: Error): void }[] = [];
  const bundle = createBundle<string, string>(
    (items) =>
      new Promise((resolve, reject) => runs.push({ items, end: () => resolve(items.map((item) => item.toUpperCase())), fail: reject })),
    { keyOf: (item) => item.slice(0, 1), ...options },
  );
  return { runs, bundle };
}
const turn = () => new Promise(setImmediate);

test('what comes at once goes together, and what comes during a run with the next one', async () => {
  const { runs, bundle } = held();
  const first = [bundle.add('a'), bundle.add('b')];
  await turn();
  const second = [bundle.add('c'), bundle.add('d')];
  expect(runs.map(({ items }) => items)).toEqual([['a', 'b']]);
  runs[0]?.end();
  expect(await Promise.all(first)).toEqual(['A', 'B']);
  await turn();
  expect(runs[1]?.items).toEqual(['c', 'd']);
  runs[1]?.end();
  expect(await Promise.all(second)).toEqual(['C', 'D']);
});

test('a result that is still to come keeps nobody waiting', async () => {
  const bundle = createBundle<string, string>(
    async (items) => items.map((item) => (item === 'late' ? new Promise<string>(() => undefined) : item.toUpperCase())),
    { keyOf: (item) => item },
  );
  void bundle.add('late');
  expect(await bundle.add('a')).toBe('A');
  await turn();
  expect(await bundle.add('b')).toBe('B');
});

test('no two of one key are in one run, and no run has more than it may', async () => {
  const { runs, bundle } = held({ most: 2 });
  const all = ['a1', 'a2', 'b1', 'c1', 'a3'].map((item) => bundle.add(item));
  const ended = Promise.all(all);
  for (const expected of [['a1', 'b1'], ['a2', 'c1'], ['a3']]) {
    await turn();
    expect(runs.at(-1)?.items).toEqual(expected);
    runs.at(-1)?.end();
    await turn();
  }
  expect(await ended).toEqual(['A1', 'A2', 'B1', 'C1', 'A3']);
});

test('a run that fails is told to those in it, and the next ones go on', async () => {
  const { runs, bundle } = held();
  const lost = bundle.add('a');
  await turn();
  const kept = bundle.add('b');
  runs[0]?.fail(new Error('away'));
  await expect(lost).rejects.toThrow('away');
  await turn();
  runs[1]?.end();
  expect(await kept).toBe('B');
});

test('beyond what may wait nothing is taken', async () => {
  const { runs, bundle } = held({ waitingMost: 1 });
  const taken = bundle.add('a');
  expect(bundle.add('b')).toBeNull();
  await turn();
  runs[0]?.end();
  expect(await taken).toBe('A');
});
