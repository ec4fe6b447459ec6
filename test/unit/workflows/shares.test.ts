import fc from 'fast-check';
import { Shares } from '../../../workflows/batch/shares';

const WINDOW = { count: 50, intervalMs: 100 };

describe('R-RATE-1 the shares of a batch’s rate', () => {
  test('what gateways have not given back is not handed out again', () => {
    const shares = new Shares();
    expect(shares.windowLeft(WINDOW)).toEqual(WINDOW);
    shares.take('gw-1', 0.75);
    expect(shares.windowLeft(WINDOW)).toEqual({ count: 12, intervalMs: 400 });
    shares.take('gw-2', 0.25);
    expect(shares.windowLeft(WINDOW)).toBeNull();
    shares.giveBack('gw-1');
    shares.giveBack('gw-2');
    expect(shares.windowLeft(WINDOW)).toEqual(WINDOW);
  });

  test('whoever takes and gives back what, all together never have more than the rate', () => {
    const step = fc.record({ gateway: fc.constantFrom('a', 'b', 'c', 'd'), part: fc.double({ min: 0.01, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const shares = new Shares();
        const intervals = new Map<string, number>();
        for (const { gateway, part } of steps) {
          const window = shares.unavailable(0).includes(gateway) ? null : shares.windowLeft(WINDOW);
          if (window === null) {
            shares.giveBack(gateway);
            intervals.delete(gateway);
            continue;
          }
          shares.take(gateway, shares.left * part);
          intervals.set(gateway, window.intervalMs / part);
          const pushesAnInterval = [...intervals.values()].reduce((sum, interval) => sum + WINDOW.intervalMs / interval, 0);
          expect(pushesAnInterval).toBeLessThanOrEqual(1 + 1e-9);
        }
      }),
    );
  });

  test('one where nothing gets through rests, and is spoken of until something does, or nothing is left for it', () => {
    const shares = new Shares();
    shares.take('gw-1', 0.5);
    shares.giveBack('gw-1', 'on fire', 6_000);
    shares.forgetAllBut(['gw-2'], 5_999);
    expect([shares.unavailable(5_999), shares.restedAt, shares.trouble]).toEqual([['gw-1'], 6_000, 'on fire']);
    expect([shares.unavailable(6_000), shares.restedAt]).toEqual([[], null]);
    shares.forgetAllBut(['gw-1'], 6_000);
    expect(shares.trouble).toBe('on fire');
    shares.forgetAllBut(['gw-2'], 6_001);
    expect(shares.trouble).toBeNull();
    shares.giveBack('gw-1', 'on fire', 7_000);
    shares.giveBack('gw-1');
    expect(shares.trouble).toBeNull();
  });
});
