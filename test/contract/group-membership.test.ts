import { Readable } from 'node:stream';
import { createMemberships } from '../../core/memberships/memberships';
import type { GroupRuleForm } from '../../schema/model/device/group-rule-form';
import { operator, refusal, spectator } from '../support/core-parts';
import {
  aProcess,
  beta,
  channel,
  clock,
  create,
  devices,
  filled,
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

withDynamicGroups();

describe('members follow each change of a device', () => {
  test('R-DEV-4 those that were there before a rule come in, of any product, and the group is READY', async () => {
    await register('dev-a', channel('beta'));
    await register('dev-b', channel('stable'));
    await register('dev-c', channel('beta'), 'pump');
    // By its answer: the process looks for members by itself a moment later.
    const { _id: id, dynamic } = await groups().createDynamic(operator, { name: 'beta', rule: beta });
    expect(dynamic).toMatchObject({ filled: false, revision: 1 });
    await filled(id);
    expect(await members(id)).toEqual(['meter.dev-a', 'pump.dev-c']);
    expect(await groups().countDevices(id)).toBe(2);
    expect((await devices().get('meter.dev-b'))?.groups).toBeUndefined();
    expect(told).toEqual(['meter.dev-a', 'pump.dev-c'].map((deviceId) => ({ deviceId, joined: [id], left: [] })));
  });

  test('R-DEV-4 registration', async () => {
    const id = await filled(await create({ all: [beta, inBern] }));
    const [device] = await register('dev-a', { ...channel('beta'), region: { province: 'Bern', city: 'Thun' } });
    await register('dev-b', channel('beta'));
    expect(device).toMatchObject({ groups: [id], memberSince: { [id]: clock() } });
    expect(await members(id)).toEqual(['meter.dev-a']);
    expect(told).toEqual([{ deviceId: 'meter.dev-a', joined: [id], left: [] }]);
  });

  test('R-DEV-4 an edit of tags or region, which keeps static groups and the time of joining', async () => {
    const [tagged, placed] = [await filled(await create(beta)), await filled(await create(inBern))];
    const put = (await groups().create(operator, { name: 'static' }))._id;
    await register('dev-a');
    await groups().addDevices(operator, put, ['meter.dev-a']);
    expect((await devices().update(operator, 'meter.dev-a', channel('beta'))).groups).toEqual([put, tagged]);
    const since = clock();
    clock.advance(1_000);
    const both = await devices().update(operator, 'meter.dev-a', { region: { province: 'Bern', city: 'Biel' } });
    expect(both).toEqual(await devices().get('meter.dev-a'));
    expect(both).toMatchObject({
      groups: [put, tagged, placed],
      memberSince: { [tagged]: since, [placed]: clock() },
      tags: { channel: 'beta' },
    });
    const none = await devices().update(operator, 'meter.dev-a', { region: null, tags: [] });
    expect(none).toEqual(await devices().get('meter.dev-a'));
    expect([none.groups, Object.keys(none.memberSince ?? {}), none.tags, none.region]).toEqual([[put], [put], undefined, undefined]);
    expect(told.at(-1)).toEqual({ deviceId: 'meter.dev-a', joined: [], left: [tagged, placed] });
    expect(told).toHaveLength(3);
  });

  test('R-DEV-4 a version report of the module that the rule names, and of no other', async () => {
    const id = await filled(await create({ all: [{ field: 'PRODUCT', values: ['meter'] }, runs('1.0', 'radio')] }));
    await register('dev-a');
    await register('dev-a', {}, 'pump');
    await report('meter.dev-a', '1.0');
    await report('pump.dev-a', '1.0', 'radio');
    expect(await members(id)).toEqual([]);
    await report('meter.dev-a', '1.0', 'radio');
    await report('meter.dev-a', '1.0', 'radio');
    expect(await members(id)).toEqual(['meter.dev-a']);
    await report('meter.dev-a', '2.0', 'radio');
    expect(await members(id)).toEqual([]);
    expect(told).toEqual([
      { deviceId: 'meter.dev-a', joined: [id], left: [] },
      { deviceId: 'meter.dev-a', joined: [], left: [id] },
    ]);
  });

  test('R-DEV-4 deletion', async () => {
    const id = await filled(await create(beta));
    await register('dev-a', channel('beta'));
    await devices().delete(operator, ['meter.dev-a']);
    expect(await groups().countDevices(id)).toBe(0);
    await register('dev-a', channel('beta'));
    expect(await members(id)).toEqual(['meter.dev-a']);
  });

  test('R-DEV-4 where no rule looks at a module, its reports ask for nothing, and the rules are read once in their time', async () => {
    await create({ all: [{ field: 'PRODUCT', values: ['meter'] }, runs('1.0', 'radio')] });
    let reads = 0;
    const find = (...args: Parameters<typeof store.collections.groups.find>) => {
      reads += 1;
      return store.collections.groups.find(...args);
    };
    const memberships = createMemberships({ groups: Object.assign(Object.create(store.collections.groups), { find }) }, undefined, 60_000);
    const counts = [];
    for (const [product, module] of [['meter', 'default'], ['pump', 'radio'], ['meter', 'radio'], ['meter']] as const)
      counts.push((await memberships.rulesFor(product, module)).length);
    expect([counts, reads]).toEqual([[0, 0, 1, 1], 1]);
  });
});

describe('rules', () => {
  test('R-DEV-4 another rule lets go of those it does not take, and takes others', async () => {
    const id = await filled(await create(beta));
    await register('dev-a', channel('beta'));
    await register('dev-b', { ...channel('beta'), region: { province: 'Bern', city: 'Thun' } });
    await register('dev-c', { region: { province: 'Bern', city: 'Thun' } }, 'pump');
    told.length = 0;
    const changed = await groups().updateDynamic(operator, id, { name: 'moved', rule: inBern });
    expect(changed).toMatchObject({ name: 'moved', dynamic: { filled: false, revision: 2 } });
    await filled(id);
    expect(await members(id)).toEqual(['meter.dev-b', 'pump.dev-c']);
    expect(told).toEqual([
      { deviceId: 'meter.dev-a', joined: [], left: [id] },
      { deviceId: 'pump.dev-c', joined: [id], left: [] },
    ]);
    expect((await groups().updateDynamic(operator, id, { name: 'same', rule: inBern })).dynamic).toMatchObject({
      filled: true,
      revision: 2,
    });
  });

  test('R-DEV-4 members are neither put in nor taken out by hand, and a dynamic group is in no tree', async () => {
    await register('dev-a', channel('beta'));
    const id = await filled(await create(beta));
    const put = (await groups().create(operator, { name: 'static' }))._id;
    const kind = (field: string) => [{ code: 'GROUP_KIND', field }];
    expect(await refusal(groups().addDevices(operator, id, ['meter.dev-a']))).toEqual(kind('groupId'));
    expect(await refusal(groups().removeDevices(operator, id, ['meter.dev-a']))).toEqual(kind('groupId'));
    expect(await refusal(groups().create(operator, { name: 'below', parentId: id }))).toEqual(kind('parentId'));
    expect(await refusal(groups().update(operator, put, { parentId: id }))).toEqual(kind('parentId'));
    expect(await refusal(groups().update(operator, id, { parentId: put }))).toEqual(kind('parentId'));
    expect(await refusal(groups().updateDynamic(operator, put, { rule: beta }))).toEqual(kind('groupId'));
    expect(await groups().update(operator, id, { name: 'renamed' })).toMatchObject({ name: 'renamed', dynamic: { revision: 1 } });
    expect((await groups().list({ kind: 'DYNAMIC' }, {})).rows.map(({ node }) => node._id)).toEqual([id]);
    expect((await groups().list({ kind: 'STATIC' }, {})).rows.map(({ node }) => node._id)).toEqual([put]);
    expect(await members(id)).toEqual(['meter.dev-a']);
  });

  test('R-DEV-4 refused with their codes, and nothing is made', async () => {
    const make = (rule: GroupRuleForm, name = 'g') => refusal(groups().createDynamic(operator, { name, rule }));
    const version = { field: 'MODULE_VERSION', values: ['1.0'] } as const;
    expect(await make({ all: [beta, version] }, '')).toEqual([
      { code: 'REQUIRED', field: 'name' },
      { code: 'GROUP_RULE_MODULE', field: 'rule.all[1].module' },
    ]);
    expect(await make({})).toEqual([{ code: 'REQUIRED', field: 'rule' }]);
    expect(await refusal(groups().createDynamic(spectator, { name: 'g', rule: beta }))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect(await store.collections.groups.countDocuments()).toBe(0);
    const id = await create(beta, 'taken');
    expect(await make(inBern, 'taken')).toEqual([{ code: 'GROUP_EXISTS', field: 'name' }]);
    expect(await refusal(groups().updateDynamic(operator, id, { rule: version }))).toEqual([
      { code: 'GROUP_RULE_MODULE', field: 'rule.module' },
    ]);
    expect(await refusal(groups().updateDynamic(operator, 'none', { rule: beta }))).toEqual([{ code: 'GROUP_UNKNOWN', field: 'groupId' }]);
    expect(await refusal(groups().updateDynamic(spectator, id, { rule: beta }))).toEqual([{ code: 'NOT_ALLOWED' }]);
    await create(beta, 'second');
    await create(beta, 'third');
    expect(await make(beta, 'fourth')).toEqual([{ code: 'TOO_MANY', field: 'name' }]);
    await groups().create(operator, { name: 'static' });
    await groups().delete(operator, id);
    await groups().create(operator, { name: 'static 2' });
    expect(await make(beta, 'fourth')).toEqual([{ code: 'TOO_MANY', field: 'name' }]);
  });
});

describe('batches', () => {
  const policy = { rate: { kind: 'constant' as const, perMinute: 10 }, retry: null, timeoutMinutes: null };
  async function batchFor(groupId: string) {
    const file = { name: 'fw.bin', stream: Readable.from([Buffer.from('image')], { objectMode: false }) };
    const firmware = await parts.core.packages.create(operator, { productKey: 'meter', name: 'meter_fw', version: '2.0.0' }, file);
    return parts.core.batches.createStatic(operator, { packageId: firmware._id, scope: { kind: 'group', groupId, groupIds: [] }, policy });
  }

  test('R-DEV-4 R-BAT-2 a static batch over a dynamic group is for its members of the product', async () => {
    await register('dev-a', channel('beta'));
    await register('dev-b', channel('stable'));
    await register('dev-c', channel('beta'), 'pump');
    const id = await filled(await create(beta));
    const { _id } = await batchFor(id);
    await parts.lifecycle.select(_id);
    const tasks = await store.collections.tasks.find({ batchId: _id }).toArray();
    expect(tasks.map(({ deviceId }) => deviceId)).toEqual(['meter.dev-a']);
  });

  test('R-DEV-4 R-BAT-2 there is no batch over a group that is being filled', async () => {
    await register('dev-a', channel('beta'));
    const late = await aProcess(undefined, 60 * MINUTE_MS);
    const { _id } = await late.core.groups.createDynamic(operator, { name: 'new', rule: beta });
    expect(await parts.checkGroups()).toBe(0);
    expect(await refusal(batchFor(_id))).toEqual([{ code: 'GROUP_FILLING', field: 'scope.groupId' }]);
    expect(await store.collections.batches.countDocuments()).toBe(0);
  });
});
