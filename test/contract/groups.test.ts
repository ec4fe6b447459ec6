import { Readable } from 'node:stream';
import type { CoreParts } from '../../core/core-parts';
import { createCore } from '../../core/create-core';
import { handClock, MASTER_KEY, operator, refusal, settingsWith, spectator } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const engine = quietEngine();
const names = ['dev-a', 'dev-b', 'dev-c', 'dev-d'];
const idsOf = (...deviceNames: string[]) => deviceNames.map((name) => `meter.${name}`);

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  const settings = settingsWith({ groups: 8, devicesPerCall: 4 });
  parts = await createCore({ store, files: fakePackageStore(), engine, settings, masterKeys: [MASTER_KEY], clock });
  for (const key of ['meter', 'pump']) {
    await parts.core.products.create(operator, { key, name: key });
    await parts.core.devices.register(
      operator,
      key,
      names.map((deviceName) => ({ deviceName })),
    );
  }
});

const groups = () => parts.core.groups;
const create = async (name: string, parentId: string | null = null) => (await groups().create(operator, { name, parentId }))._id;
const members = async (groupId: string) => (await parts.core.devices.list({ groupId }, {})).rows.map(({ node }) => node._id);

describe('the tree', () => {
  test('R-DEV-3 groups are made below each other, five levels deep', async () => {
    let parent: string | null = null;
    for (const level of [1, 2, 3, 4, 5]) parent = await create(`level ${level}`, parent);
    expect(await refusal(create('level 6', parent))).toEqual([{ code: 'GROUP_TREE', field: 'parentId' }]);
    expect((await groups().list({ parentId: null }, {})).rows.map(({ node }) => node.name)).toEqual(['level 1']);
    expect((await groups().list({ namePrefix: 'level' }, {})).rows).toHaveLength(5);
  });

  test('R-DEV-3 a group moves with all below it, and never below itself', async () => {
    const [a, b] = [await create('a'), await create('b')];
    const a1 = await create('a1', a);
    const a2 = await create('a2', a1);
    expect(await refusal(groups().update(operator, a, { parentId: a2 }))).toEqual([{ code: 'GROUP_TREE', field: 'parentId' }]);
    expect(await refusal(groups().update(operator, a, { parentId: a }))).toEqual([{ code: 'GROUP_TREE', field: 'parentId' }]);
    await groups().update(operator, a1, { parentId: b });
    expect((await groups().get(a2))?.ancestors).toEqual([b, a1]);
    expect(await groups().update(operator, a1, { parentId: null, name: 'top' })).toMatchObject({ name: 'top', ancestors: [] });
    expect((await groups().get(a2))?.ancestors).toEqual([a1]);
    const b2 = await create('b3', await create('b2', b));
    const deep = await create('b4', b2);
    expect(await refusal(groups().update(operator, a1, { parentId: deep }))).toEqual([{ code: 'GROUP_TREE', field: 'parentId' }]);
    expect(await groups().get(a1)).toMatchObject({ parentId: null, ancestors: [] });
  });

  test('R-DEV-3 groups are as deep, and devices in as many, as the settings say', async () => {
    const settings = settingsWith({ groupDepth: 2, groupsPerDevice: 1 });
    const { core } = await createCore({ store, files: fakePackageStore(), engine, settings, masterKeys: [MASTER_KEY], clock });
    const [top, other] = [await create('top'), await create('other')];
    const below = (await core.groups.create(operator, { name: 'below', parentId: top }))._id;
    const tooDeep = [{ code: 'GROUP_TREE', field: 'parentId' }];
    expect(await refusal(core.groups.create(operator, { name: 'deep', parentId: below }))).toEqual(tooDeep);
    expect(await refusal(core.groups.update(operator, top, { parentId: other }))).toEqual(tooDeep);
    await core.groups.addDevices(operator, below, idsOf('dev-a'));
    expect(await refusal(core.groups.addDevices(operator, other, idsOf('dev-a')))).toEqual([{ code: 'TOO_MANY', field: 'deviceIds' }]);
  });

  test('R-DEV-3 two moves at once that would make a circle together: one is refused', async () => {
    const [a, b] = [await create('a'), await create('b')];
    const moves = await Promise.allSettled([groups().update(operator, a, { parentId: b }), groups().update(operator, b, { parentId: a })]);
    expect(moves.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await store.collections.groups.countDocuments({ parentId: null })).toBe(1);
  });

  test('R-DEV-3 names are unique, groups bounded, parents known, and a viewer changes nothing', async () => {
    const a = await create('a');
    expect(await refusal(create('a'))).toEqual([{ code: 'GROUP_EXISTS', field: 'name' }]);
    expect(await refusal(create(''))).toEqual([{ code: 'REQUIRED', field: 'name' }]);
    expect(await refusal(create('b', 'none'))).toEqual([{ code: 'GROUP_UNKNOWN', field: 'parentId' }]);
    expect(await refusal(groups().update(operator, 'none', { name: 'x' }))).toEqual([{ code: 'GROUP_UNKNOWN', field: 'groupId' }]);
    expect(await refusal(groups().create(spectator, { name: 'x' }))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect(await refusal(groups().addDevices(spectator, a, idsOf('dev-a')))).toEqual([{ code: 'NOT_ALLOWED' }]);
    for (let number = 1; number < 8; number++) await create(`group ${number}`);
    expect(await refusal(create('one more'))).toEqual([{ code: 'TOO_MANY', field: 'name' }]);
  });
});

describe('members', () => {
  test('R-DEV-3 devices of any product are put in and taken out, and counted once', async () => {
    const group = await create('mixed');
    expect(await groups().addDevices(operator, group, [...idsOf('dev-a', 'dev-b', 'dev-a'), 'pump.dev-a'])).toMatchObject({ changed: 3 });
    expect(await groups().addDevices(operator, group, idsOf('dev-b', 'dev-c'))).toMatchObject({ changed: 1 });
    expect(await groups().removeDevices(operator, group, idsOf('dev-a', 'dev-d'))).toMatchObject({ changed: 1 });
    expect(await members(group)).toEqual([...idsOf('dev-b', 'dev-c'), 'pump.dev-a']);
    expect(await groups().countDevices(group)).toBe(3);
    await parts.core.devices.delete(operator, idsOf('dev-b'));
    expect(await groups().countDevices(group)).toBe(2);
  });

  test('R-DEV-3 a list with an unknown device, too many or none changes nothing', async () => {
    const group = await create('g');
    const add = (ids: string[]) => refusal(groups().addDevices(operator, group, ids));
    expect(await add(idsOf('dev-a', 'none'))).toEqual([{ code: 'DEVICE_UNKNOWN', field: 'deviceIds' }]);
    expect(await add([...idsOf(...names), 'pump.dev-a'])).toEqual([{ code: 'TOO_MANY', field: 'deviceIds' }]);
    expect(await add([])).toEqual([{ code: 'REQUIRED', field: 'deviceIds' }]);
    expect(await refusal(groups().addDevices(operator, 'none', idsOf('dev-a')))).toEqual([{ code: 'GROUP_UNKNOWN', field: 'groupId' }]);
    await store.collections.devices.updateOne({ _id: 'meter.dev-d' }, { $set: { groups: Array.from({ length: 100 }, (_, n) => `g${n}`) } });
    expect(await add(idsOf('dev-a', 'dev-d'))).toEqual([{ code: 'TOO_MANY', field: 'deviceIds' }]);
    expect(await members(group)).toEqual([]);
  });

  test('R-DEV-3 a group with sub-groups is not deleted; without, its devices stay', async () => {
    const parent = await create('parent');
    const child = await create('child', parent);
    await groups().addDevices(operator, child, idsOf('dev-a'));
    expect(await refusal(groups().delete(operator, parent))).toEqual([{ code: 'GROUP_NOT_EMPTY', field: 'groupId' }]);
    await groups().delete(operator, child);
    expect((await parts.core.devices.get('meter.dev-a'))?.groups).toEqual([]);
    await groups().delete(operator, parent);
    expect(await store.collections.groups.countDocuments()).toBe(0);
  });
});

describe('batches', () => {
  const policy = { rate: { kind: 'constant' as const, perMinute: 10 }, retry: null, timeoutMinutes: null };
  async function batchFor(groupId: string) {
    const file = { name: 'fw.bin', stream: Readable.from([Buffer.from('image')], { objectMode: false }) };
    const firmware = await parts.core.packages.create(operator, { productKey: 'meter', name: 'meter_fw', version: '2.0.0' }, file);
    return parts.core.batches.createStatic(operator, { packageId: firmware._id, scope: { kind: 'group', groupId, groupIds: [] }, policy });
  }

  test("R-DEV-3 R-BAT-2 a batch for a group is for its sub-groups' devices of the product, each once", async () => {
    const parent = await create('parent');
    const child = await create('child', await create('between', parent));
    const other = await create('other');
    await groups().addDevices(operator, parent, [...idsOf('dev-a', 'dev-b'), 'pump.dev-a']);
    await groups().addDevices(operator, child, idsOf('dev-b', 'dev-c'));
    await groups().addDevices(operator, other, idsOf('dev-d'));
    const { _id } = await batchFor(parent);
    await parts.lifecycle.select(_id);
    const tasks = await store.collections.tasks.find({ batchId: _id }).sort({ _id: 1 }).toArray();
    expect(tasks.map(({ deviceId }) => deviceId)).toEqual(idsOf('dev-a', 'dev-b', 'dev-c'));
    expect((await parts.core.batches.get(_id))?.selection).toMatchObject({ matched: 3, created: 3 });
  });

  test('R-BAT-2 an unknown group, or one without devices of the product, makes no batch', async () => {
    const group = await create('g');
    await groups().addDevices(operator, group, ['pump.dev-a']);
    expect(await refusal(batchFor(group))).toEqual([{ code: 'BATCH_EMPTY', field: 'scope' }]);
    await store.collections.packages.deleteMany({});
    expect(await refusal(batchFor('none'))).toEqual([{ code: 'GROUP_UNKNOWN', field: 'scope.groupId' }]);
    expect(await store.collections.batches.countDocuments()).toBe(0);
  });
});
