import type { CoreParts } from '../../core/core-parts';
import { createCore } from '../../core/create-core';
import { FIXED_LIMITS } from '../../schema/model/limits';
import { MUTATIONS } from '../../schema/model/mutations';
import { CALL_CASES, type CallCase } from '../support/call-cases';
import { administrator, handClock, MASTER_KEY, refusal, settingsWith } from '../support/core-parts';
import { dyingStore } from '../support/dying-store';
import { fakePackageStore } from '../support/fakes/package-store';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { emptyStore, useStore } from '../support/store';

const clock = handClock();
const engine = quietEngine();
const KEY = 'lost';
const someoneElse = { ...administrator, actorId: 'key-ELSE' };

const store = useStore();
let core: CoreParts['core'];
beforeEach(async () => {
  ({ core } = await meters({ store, engine, clock }, named(['dev-a', 'dev-b'])));
});
const prepared = async (one: CallCase) => void (await one.prepare?.({ store, core, administrator }));
const shown = (one: CallCase, answer: unknown) => (one.shown ? one.shown(answer) : answer);
const again = <T>(times: number, work: () => Promise<T>) => Promise.all(Array.from({ length: times }, work));

test('R-UI-1 every mutation whose repeat is answered by its call has a case here', () => {
  const byCall = Object.entries(MUTATIONS).filter(([, { kind, ...how }]) => kind === 'KEY' && 'kept' in how && how.kept === 'CALL');
  expect(CALL_CASES.map(({ mutation }) => mutation).sort()).toEqual(byCall.map(([name]) => name).sort());
});

describe.each(CALL_CASES)('$mutation', (one) => {
  test('R-UI-1 a repeat does nothing more, and gets the same answer; with another input the key is refused', async () => {
    await prepared(one);
    const first = await one.call(core, administrator, KEY);
    expect(await one.done(store)).toBe(1);
    expect(shown(one, await one.call(core, administrator, KEY))).toEqual(shown(one, first));
    expect(await one.done(store)).toBe(1);
    const mismatch = [{ code: 'IDEMPOTENCY_MISMATCH', field: 'idempotencyKey' }];
    expect(await refusal(one.call(core, administrator, KEY, true))).toEqual(mismatch);
  });

  test('R-UI-1 R-SAFE-2 the key is its caller’s own: for somebody else it is another call', async () => {
    await prepared(one);
    const first = JSON.stringify(await one.call(core, administrator, KEY));
    const theirs = await one.call(core, someoneElse, KEY).catch(({ name }: Error) => name);
    expect(JSON.stringify(theirs)).not.toBe(first);
    expect(await store.collections.calls.countDocuments()).toBe(typeof theirs === 'string' ? 1 : 2);
  });

  test('R-UI-1 calls at once are one call', async () => {
    await prepared(one);
    const [first, ...others] = await again(4, () => one.call(core, administrator, KEY));
    for (const other of others) expect(shown(one, other)).toEqual(shown(one, first));
    expect(await one.done(store)).toBe(1);
  });

  test('R-UI-1 a key that is too long, or empty, is refused before anything is done', async () => {
    await prepared(one);
    const refused = [{ code: 'INVALID_FORMAT', field: 'idempotencyKey' }];
    expect(await refusal(one.call(core, administrator, 'k'.repeat(FIXED_LIMITS.idempotencyKeyLength + 1)))).toEqual(refused);
    expect(await refusal(one.call(core, administrator, ''))).toEqual(refused);
    expect(await one.done(store)).toBe(0);
  });
});

describe.each(CALL_CASES)('a process that carries out $mutation', (one) => {
  test.each(['before', 'after'] as const)(
    'R-UI-1 R-SAFE-5 dies %s any of its writes: a repeat ends with the effect once, and one answer',
    async (when) => {
      const scratch = async () => {
        await emptyStore(store);
        ({ core } = await meters({ store, engine, clock }, named(['dev-a', 'dev-b'])));
        await prepared(one);
      };
      for (let at = 1, lives = false; !lives; at++) {
        await scratch();
        const dying = dyingStore(store);
        const masterKeys = [MASTER_KEY];
        const parts = await createCore({
          store: dying.store,
          files: fakePackageStore(),
          engine,
          settings: settingsWith(),
          masterKeys,
          clock,
        });
        dying.dieAt(at, when);
        await one.call(parts.core, administrator, KEY).catch(() => undefined);
        lives = !dying.died();
        const answer = await one.call(core, administrator, KEY);
        expect([at, await one.done(store)]).toEqual([at, 1]);
        expect(shown(one, await one.call(core, administrator, KEY))).toEqual(shown(one, answer));
      }
    },
  );
});

test('R-UI-1 R-SAFE-2 a key that was revoked since is not given again', async () => {
  const call = { name: 'line', role: 'OPERATOR' as const, idempotencyKey: KEY };
  const { apiKey } = await core.access.createKey(administrator, call);
  await core.access.revokeKey(administrator, apiKey._id);
  expect(await refusal(core.access.createKey(administrator, call))).toEqual([{ code: 'ANSWER_OUTDATED', field: 'idempotencyKey' }]);
  expect(await store.collections.apiKeys.countDocuments({ name: 'line' })).toBe(1);
});
