import fc from 'fast-check';
import { PAGE } from '../../core/groups/reconcile';
import { matchesRule } from '../../schema/model/device/group-rule';
import type { GroupRuleForm } from '../../schema/model/device/group-rule-form';
import { operator } from '../support/core-parts';
import {
  aProcess,
  beta,
  channel,
  clock,
  create,
  createElsewhere,
  devices,
  filled,
  fleetOf,
  groups,
  inBern,
  MINUTE_MS,
  members,
  parts,
  register,
  report,
  runs,
  store,
  told,
  withDynamicGroups,
} from '../support/dynamic-groups';
import { lookedAt } from '../support/group-looks';

withDynamicGroups();

describe('crashes and processes that know late', () => {
  test('R-DEV-4 a rule that changes while devices are looked at: the last one holds', async () => {
    await fleetOf(PAGE + 1);
    const id = await createElsewhere(beta);
    const second = await aProcess(async () => {
      if ((await groups().get(id))?.dynamic?.revision === 1) await groups().updateDynamic(operator, id, { rule: runs('9') });
    });
    await filled(id, second);
    expect(await groups().countDevices(id)).toBe(0);
    expect((await groups().get(id))?.dynamic).toMatchObject({ filled: true, revision: 2 });
  });

  test('R-DEV-4 a process that dies in the middle of filling: another one goes on when its turn is over', async () => {
    await fleetOf(2 * PAGE + 1);
    let pages = 0;
    const dying = await aProcess(async () => {
      pages += 1;
      if (pages === 2) throw new Error('killed');
    });
    const id = await createElsewhere(beta);
    await expect(dying.checkGroups()).rejects.toThrow('killed');
    expect(await groups().countDevices(id)).toBe(2 * PAGE);
    expect(await parts.checkGroups()).toBe(0);
    expect((await groups().get(id))?.dynamic?.filled).toBe(false);
    clock.advance(2 * MINUTE_MS + 1);
    expect(await parts.checkGroups()).toBe(1);
    expect(await groups().countDevices(id)).toBe(2 * PAGE + 1);
    expect((await groups().get(id))?.dynamic?.filled).toBe(true);
    expect(told).toEqual([{ deviceId: `meter.dev-${String(2 * PAGE).padStart(5, '0')}`, joined: [id], left: [] }]);
  });

  test('R-DEV-4 a change that was compared with the rules of before is found by the second look', async () => {
    await register('dev-a');
    const late = await aProcess(undefined, 60 * MINUTE_MS);
    await report('meter.dev-a', '1.0', 'default', late);
    // By one whose timer would not take the second look itself.
    const id = await filled(await createElsewhere(runs('2.0')));
    await report('meter.dev-a', '2.0', 'default', late);
    expect(await members(id)).toEqual([]);
    clock.advance(5 * MINUTE_MS);
    expect(await parts.checkGroups()).toBe(1);
    expect(await members(id)).toEqual(['meter.dev-a']);
    expect(await parts.checkGroups()).toBe(0);
  });

  test('R-DEV-4 a deleted group has no members, also of a process that learns late', async () => {
    await register('dev-a', channel('beta'));
    const id = await filled(await create(beta));
    const late = await aProcess(undefined, 60 * MINUTE_MS);
    await late.core.devices.update(operator, 'meter.dev-a', channel('beta'));
    await groups().delete(operator, id);
    expect((await devices().get('meter.dev-a'))?.groups).toEqual([]);
    await late.core.devices.update(operator, 'meter.dev-a', channel('beta'));
    expect(await members(id)).toEqual(['meter.dev-a']);
    clock.advance(5 * MINUTE_MS);
    await parts.checkGroups();
    expect(await members(id)).toEqual([]);
    expect(await store.collections.settings.countDocuments({ _id: /^deleted-group/ })).toBe(0);
  });
});

test('R-DEV-4 whatever happens at once, in the end each device is where the rules put it', async () => {
  const names = Array.from({ length: 8 }, (_, n) => `dev-${n}`);
  const name = fc.constantFrom(...names);
  const rule = fc.constantFrom<GroupRuleForm>(beta, inBern, runs('1'), { any: [runs('2'), beta] }, { none: [beta, runs('1')] });
  type Step = () => Promise<unknown>;
  const ids: string[] = [];
  const step: fc.Arbitrary<Step> = fc.oneof(
    fc.tuple(name, fc.constantFrom('beta', 'stable')).map(
      ([to, value]) =>
        () =>
          devices().update(operator, `meter.${to}`, channel(value)),
    ),
    fc.tuple(name, fc.boolean()).map(
      ([to, there]) =>
        () =>
          devices().update(operator, `meter.${to}`, { region: there ? { province: 'Bern', city: 'Thun' } : null }),
    ),
    fc.tuple(name, fc.constantFrom('1', '2')).map(
      ([of, version]) =>
        () =>
          report(`meter.${of}`, version),
    ),
    fc.tuple(fc.nat(1), rule).map(
      ([index, next]) =>
        () =>
          groups().updateDynamic(operator, ids[index] as string, { rule: next }),
    ),
    fc.constant(() => parts.checkGroups()),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { maxLength: 6 }), async (rounds) => {
      await store.collections.devices.deleteMany({});
      await store.collections.groups.deleteMany({});
      for (const each of names.slice(1)) await register(each);
      ids.splice(0, 2, await create(beta, 'first'), await create(runs('1'), 'second'));
      await register('dev-0');
      for (const round of rounds) await Promise.all(round.map((each) => each()));
      for (const id of ids) await filled(id);
      clock.advance(5 * MINUTE_MS);
      for (const id of ids) await lookedAt(parts, id, clock);
      const rules = await groups().getMany(ids);
      for (const device of await store.collections.devices.find().toArray()) {
        const expected = rules.filter((group) => group?.dynamic && matchesRule(group.dynamic.rule, device)).map((group) => group?._id);
        expect([...(device.groups ?? [])].sort()).toEqual(expected.sort());
        expect(Object.keys(device.memberSince ?? {}).sort()).toEqual(expected);
      }
    }),
    { numRuns: 15 },
  );
});
