import fc from 'fast-check';
import { Registry } from 'prom-client';
import { REQUEST_RATES } from '../../../api/limits';
import { createRateLimit } from '../../../api/transport/rate-limit';
import type { Viewer } from '../../../core/access/viewer';
import { UserError } from '../../../core/errors';

type Who = Pick<Viewer, 'actorId' | 'kind'>;
const key: Who = { actorId: 'key-1', kind: 'KEY' };
const person: Who = { actorId: 'person:1', kind: 'PERSON' };
const appUser: Who = { actorId: 'user:1', kind: 'APP_USER' };

function limited(rates: Partial<typeof REQUEST_RATES> = {}) {
  const clock = { ms: 0 };
  const registry = new Registry();
  const rate = createRateLimit({ ...REQUEST_RATES, ...rates }, registry, () => clock.ms);
  /** The refusal, or null. */
  const ask = (who: Who): UserError | null => {
    try {
      rate.count(who);
      return null;
    } catch (error) {
      if (error instanceof UserError) return error;
      throw error;
    }
  };
  const passed = (who: Who, asked: number): number =>
    Array.from({ length: asked }, () => ask(who)).filter((refusal) => refusal === null).length;
  return { clock, registry, rate, ask, passed };
}

test('R-UI-4 keys and persons have 100 requests a second, app users 10, and ten seconds of them at once', () => {
  const { clock, passed } = limited();
  expect([key, person, appUser].map((who) => passed(who, 2_000))).toEqual([1_000, 1_000, 100]);
  clock.ms += 1_000;
  expect([key, person, appUser].map((who) => passed(who, 2_000))).toEqual([100, 100, 10]);
  clock.ms += 3_600_000;
  expect([key, person, appUser].map((who) => passed(who, 2_000))).toEqual([1_000, 1_000, 100]);
});

test('R-UI-4 callers are counted apart, and one caller together whatever it comes with', () => {
  const { ask, passed } = limited({ key: 1, burstSeconds: 1 });
  expect([passed(key, 2), passed({ ...key }, 1), passed({ ...key, actorId: 'key-2' }, 2)]).toEqual([1, 0, 1]);
  expect(ask(key)).toMatchObject({ code: 'RATE_LIMITED', limit: '1 requests a second', retryAfter: 1 });
});

test('R-UI-4 whoever waits as long as told is let through, at any rate and at any time', () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(pauses, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }), (waits, perSecond, burstSeconds) => {
      const { clock, rate, ask, passed } = limited({ key: perSecond, burstSeconds });
      for (const wait of waits) {
        clock.ms += wait;
        passed(key, perSecond);
        const refusal = ask(key);
        expect(rate.left(key)?.limit).toMatch(/^"key";r=\d+;t=[1-9]\d*$/);
        if (refusal === null) continue;
        expect(refusal.retryAfter).toBeGreaterThanOrEqual(1);
        clock.ms += (refusal.retryAfter ?? 0) * 1_000;
        expect(ask(key)).toBeNull();
      }
    }),
  );
});

test('R-UI-4 a clock that is set back takes nothing away, and gives nothing', () => {
  const { clock, passed } = limited({ key: 1 });
  clock.ms = 1_000_000;
  expect(passed(key, 5)).toBe(5);
  clock.ms = 0;
  expect(passed(key, 10)).toBe(5);
  clock.ms = 1_000;
  expect(passed(key, 10)).toBe(1);
});

test('R-UI-4 what is left and what is let through are told as the headers have them', () => {
  const { clock, rate, passed } = limited();
  expect(rate.left(appUser)).toEqual({ policy: '"app-user";q=100;w=10', limit: '"app-user";r=100;t=1' });
  passed(appUser, 3);
  expect(rate.left(appUser)?.limit).toBe('"app-user";r=97;t=1');
  passed(appUser, 1_000);
  clock.ms += 50;
  passed(appUser, 1);
  expect(rate.left(appUser)?.limit).toBe('"app-user";r=0;t=1');
  expect(rate.left(person)?.policy).toBe('"person";q=1000;w=10');
});

test('R-UI-4 refusals take nothing, and are counted by what the caller is; none is limited by 0', async () => {
  const { registry, rate, passed } = limited({ key: 1, person: 0, burstSeconds: 1 });
  expect([passed(key, 5), passed(person, 10_000)]).toEqual([1, 10_000]);
  expect(rate.left(person)).toBeNull();
  const metrics = await registry.metrics();
  expect(metrics).toContain('updraft_api_rate_limited_total{kind="key"} 4');
  expect(metrics).toContain('updraft_api_rate_limited_total{kind="app-user"} 0');
});

test('R-SAFE-1 so many callers are told apart, and who gives way to others is let through', () => {
  const { ask, passed } = limited({ key: 1, burstSeconds: 1 });
  expect(passed(key, 2)).toBe(1);
  for (let other = 0; other < 100_000; other += 1) ask({ actorId: `other-${other}`, kind: 'KEY' });
  expect(passed(key, 2)).toBe(1);
});
