import fc from 'fast-check';
import { inEvenTime } from '../../../gateways/coap/even-time';

const durations = fc.integer({ min: 0, max: 40_000 }).map((microseconds) => microseconds / 1_000);

test('what is looked up is there after whole steps of 5 ms, whether it is found, missing or failing', async () => {
  await fc.assert(
    fc.asyncProperty(durations, fc.constantFrom('key', null, 'fails'), async (takesMs, found) => {
      let now = 0;
      const sleep = async (ms: number) => {
        now += ms;
      };
      const work = async () => {
        now += takesMs;
        if (found === 'fails') throw new Error('no database');
        return found;
      };
      await expect(inEvenTime(work, { now: () => now, sleep }).catch(({ message }: Error) => message)).resolves.toBe(
        found === 'fails' ? 'no database' : found,
      );
      expect(now / 5).toBeCloseTo(Math.round(now / 5));
      expect(now - takesMs).toBeGreaterThanOrEqual(0);
      expect(now - takesMs).toBeLessThan(5);
    }),
  );
});
