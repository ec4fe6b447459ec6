import fc from 'fast-check';
import { createWeightedSemaphore } from '../../../api/transport/weighted-semaphore';

const TIMEOUT = 10_000;
beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('R-SAFE-1 never more is under way than there is room, nor more than half of it one’s, and whoever waits comes in or is told', async () => {
  const step = fc.oneof(
    fc.record({ take: fc.integer({ min: 1, max: 12 }), owner: fc.constantFrom('a', 'b', 'c') }),
    fc.record({ leave: fc.nat() }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const semaphore = createWeightedSemaphore({ capacity: 10, waiting: 4, waitingOfOwner: 4, timeoutMs: TIMEOUT });
      const inside: { amount: number; owner: string; leave(): void }[] = [];
      let [asked, answered] = [0, 0];
      const sum = (of = inside) => of.reduce((total, { amount }) => total + amount, 0);
      for (const one of steps) {
        if ('take' in one) {
          asked += 1;
          const amount = Math.min(one.take, 5);
          semaphore.take(one.take, one.owner).then(
            (leave) => {
              answered += 1;
              inside.push({ amount, owner: one.owner, leave });
            },
            () => {
              answered += 1;
            },
          );
        } else inside.splice(one.leave % (inside.length || 1), 1)[0]?.leave();
        await jest.advanceTimersByTimeAsync(1);
        expect(sum()).toBeLessThanOrEqual(10);
        for (const owner of ['a', 'b', 'c']) expect(sum(inside.filter((other) => other.owner === owner))).toBeLessThanOrEqual(5);
        expect(asked - answered).toBeLessThanOrEqual(4);
      }
      while (asked > answered || inside.length > 0) {
        for (const { leave } of inside.splice(0)) leave();
        await jest.advanceTimersByTimeAsync(1);
      }
      // Empty again: two owners fill it at once.
      await Promise.all([semaphore.take(5, 'a'), semaphore.take(5, 'b')]);
    }),
  );
});

test('R-SAFE-1 whoever waits too long, or comes when too many wait, is refused with BUSY', async () => {
  const semaphore = createWeightedSemaphore({ capacity: 2, waiting: 1, waitingOfOwner: 1, timeoutMs: TIMEOUT });
  await Promise.all([semaphore.take(1, 'a'), semaphore.take(1, 'b')]);
  const waiting = expect(semaphore.take(1, 'a')).rejects.toMatchObject({ extensions: { code: 'BUSY' } });
  await expect(semaphore.take(1, 'b')).rejects.toMatchObject({ extensions: { code: 'BUSY' } });
  await jest.advanceTimersByTimeAsync(TIMEOUT);
  await waiting;
});

test('R-SAFE-1 one owner that fills its half holds up nobody else', async () => {
  const semaphore = createWeightedSemaphore({ capacity: 4, waiting: 10, waitingOfOwner: 10, timeoutMs: TIMEOUT });
  await Promise.all([semaphore.take(1, 'a'), semaphore.take(1, 'a')]);
  void semaphore.take(1, 'a').catch(() => undefined);
  await expect(semaphore.take(2, 'b')).resolves.toBeInstanceOf(Function);
});

test('R-SAFE-1 whoever has gone waits no longer, and one owner does not fill the queue', async () => {
  const semaphore = createWeightedSemaphore({ capacity: 2, waiting: 3, waitingOfOwner: 1, timeoutMs: TIMEOUT });
  const [leave] = await Promise.all([semaphore.take(1, 'a'), semaphore.take(1, 'b')]);
  const gone = new AbortController();
  const waiting = expect(semaphore.take(1, 'a', gone.signal)).rejects.toMatchObject({ extensions: { code: 'BUSY' } });
  await expect(semaphore.take(1, 'a')).rejects.toMatchObject({ extensions: { code: 'BUSY' } });
  gone.abort();
  await waiting;
  const next = semaphore.take(1, 'a');
  leave();
  await expect(next).resolves.toBeInstanceOf(Function);
  await expect(semaphore.take(1, 'c', gone.signal)).rejects.toMatchObject({ extensions: { code: 'BUSY' } });
});

test('R-SAFE-1 who has waited too long by the clock is refused, though the timer is late', async () => {
  const semaphore = createWeightedSemaphore({ capacity: 2, waiting: 3, waitingOfOwner: 3, timeoutMs: TIMEOUT });
  const [leave] = await Promise.all([semaphore.take(1, 'a'), semaphore.take(1, 'b')]);
  const waiting = expect(semaphore.take(1, 'a')).rejects.toMatchObject({ extensions: { code: 'BUSY' } });
  jest.setSystemTime(Date.now() + TIMEOUT + 1);
  leave();
  await waiting;
});
