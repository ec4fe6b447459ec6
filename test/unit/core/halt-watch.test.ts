import { setImmediate as turn } from 'node:timers/promises';
import { createHaltWatch } from '../../../core/batches/halt-watch';

/** Looks are let go by hand. */
function watched(halts: (look: number) => boolean = () => false) {
  const looks: (() => void)[] = [];
  const halted: string[] = [];
  const watch = createHaltWatch({
    hasThreshold: async (batchId) => batchId !== 'free',
    look: () =>
      new Promise((settle) => {
        const number = looks.length + 1;
        looks.push(() => settle({ halted: halts(number), isNew: halts(number) }));
      }),
    onHalted: (batchId) => halted.push(batchId),
  });
  const until = async (count: number) => {
    while (looks.length < count) await turn();
  };
  return { watch, looks, halted, until };
}

test('R-BAT-24 failures that come while one is looked at share the next look', async () => {
  const { watch, looks, until } = watched();
  watch.failed(['batch1']);
  await until(1);
  for (let failure = 0; failure < 100; failure++) watch.failed(['batch1']);
  looks[0]?.();
  await until(2);
  looks[1]?.();
  await watch.close();
  expect(looks).toHaveLength(2);
});

test('R-BAT-24 a failure after a look is looked at, too', async () => {
  const { watch, looks, until } = watched();
  for (let failure = 1; failure <= 3; failure++) {
    watch.failed(['batch1']);
    await until(failure);
    looks[failure - 1]?.();
    await turn();
  }
  await watch.close();
});

test('R-BAT-24 a batch that a look has halted is told once, and not looked at again for what came meanwhile', async () => {
  const { watch, looks, halted, until } = watched(() => true);
  watch.failed(['batch1']);
  await until(1);
  watch.failed(['batch1']);
  looks[0]?.();
  await watch.close();
  expect([looks.length, halted]).toEqual([1, ['batch1']]);
});

test('R-BAT-24 a look that fails is no harm, and the next failure is looked at', async () => {
  let looks = 0;
  const watch = createHaltWatch({
    hasThreshold: async () => true,
    look: async () => {
      looks += 1;
      throw new Error('the store is away');
    },
    onHalted: () => {},
  });
  watch.failed(['batch1']);
  while (looks < 1) await turn();
  await turn();
  watch.failed(['batch1']);
  while (looks < 2) await turn();
  await watch.close();
});

test('R-BAT-24 a batch without a threshold is never looked at', async () => {
  const { watch, looks } = watched();
  watch.failed(['free']);
  await watch.close();
  expect(looks).toEqual([]);
});

test('R-BAT-24 no look begins after the end', async () => {
  const { watch, looks } = watched();
  await watch.close();
  watch.failed(['batch1']);
  await turn();
  expect(looks).toEqual([]);
});
