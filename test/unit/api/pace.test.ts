import { createPace } from '../../../api/transport/pace';

const turn = () => new Promise((resolve) => setImmediate(resolve));

test('R-SAFE-1 of a query so many values are looked at in a turn, leaves included, and all of them in the end', async () => {
  const pace = createPace({ valuesPerTurn: 10 });
  let done = 0;
  const work = Array.from({ length: 100 }, async () => {
    await pace.step();
    pace.count();
    done += 1;
  });
  const perTurn: number[] = [];
  for (let before = 0; done < 100; before = done) {
    await turn();
    perTurn.push(done - before);
  }
  await Promise.all(work);
  expect(Math.max(...perTurn)).toBeLessThanOrEqual(20);
  expect(perTurn.length).toBeGreaterThanOrEqual(10);
});

test('R-SAFE-1 a query whose client has gone, or that takes too long, is worked at no further', async () => {
  for (const code of ['gone', 'late']) {
    let [isGone, now] = [false, 0];
    const pace = createPace({ valuesPerTurn: 2, workMs: 1_000, isGone: () => isGone, now: () => now });
    const steps = Array.from({ length: 6 }, () => pace.step());
    if (code === 'gone') isGone = true;
    else now = 1_001;
    expect(steps.slice(0, 2)).toEqual([undefined, undefined]);
    for (const step of steps.slice(2)) await expect(step).rejects.toMatchObject({ extensions: { code: 'BUSY' } });
    expect(() => pace.step()).toThrow();
  }
});
