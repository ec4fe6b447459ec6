import { operator } from '../support/core-parts';
import { type DynamicWorld, dynamicWorld } from '../support/dynamic-world';
import { useStore } from '../support/store';

const store = useStore();
let world: DynamicWorld;
beforeEach(async () => {
  world = await dynamicWorld(store, ['dev-a', 'dev-b', 'dev-c', 'dev-d']);
  await world.addPackage('p2');
  await world.addPackage('p3', { version: '3.0.0' });
  for (const name of ['dev-a', 'dev-b', 'dev-c']) await world.report(name, '1.0.0');
});

const forGroup = (groupId: string) => ({ scope: { kind: 'group' as const, groupId, groupIds: [] } });

describe('R-BAT-15 a group-based dynamic batch', () => {
  test('R-BAT-15 R-BAT-1 is for the members that match now, for one that joins, and for a member that reports a matching version', async () => {
    const group = await world.group('g', ['dev-a', 'dev-d']);
    const batch = await world.create('p2', forGroup(group));
    expect(batch).toMatchObject({ base: 'GROUP' });
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED' });
    await world.join(group, 'dev-b');
    await world.report('dev-d', '1.0.0');
    await world.report('dev-c', '1.0.0');
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED', 'dev-b': 'QUEUED', 'dev-d': 'QUEUED' });
  });

  test('R-BAT-15 joining counts only when the criteria are met', async () => {
    const group = await world.group('g', ['dev-a']);
    await world.addPackage('delta', { kind: 'DIFFERENTIAL', version: '2.1.0', sourceVersions: ['1.0.0'] });
    const batch = await world.create('delta', { ...forGroup(group), sourceVersions: undefined });
    await world.report('dev-b', '1.1.0');
    await world.join(group, 'dev-b', 'dev-c', 'dev-d');
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED', 'dev-c': 'QUEUED' });
  });

  test('R-BAT-15 leaving and coming back after a failure triggers again, as often as that happens; a report alone does not', async () => {
    const group = await world.group('g', ['dev-a', 'dev-b']);
    const batch = await world.create('p2', forGroup(group));
    for (let match = 2; match <= 12; match++) {
      await world.fail(batch, 'dev-a');
      await world.report('dev-a', '1.0.0');
      expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'FAILED', matches: match - 1 });
      await world.leave(group, 'dev-a');
      expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'FAILED', matches: match - 1 });
      await world.join(group, 'dev-a');
      expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'QUEUED', matches: match, active: true });
    }
    await world.fail(batch, 'dev-b');
    await world.join(group, 'dev-b');
    expect(await world.task(batch, 'dev-b')).toMatchObject({ status: 'FAILED', matches: 1 });
  });

  test('R-BAT-15 coming back after a success, or after people have canceled, triggers nothing; nor does an unfinished task', async () => {
    const group = await world.group('g', ['dev-a', 'dev-b', 'dev-c']);
    const batch = await world.create('p2', forGroup(group));
    await world.report('dev-a', '2.0.0');
    await world.report('dev-a', '1.0.0');
    await store.collections.tasks.updateOne(
      { batchId: batch._id, deviceName: 'dev-b' },
      { $set: { status: 'CANCELED', active: false, endedAt: world.clock() } },
    );
    await world.leave(group, 'dev-a', 'dev-b', 'dev-c');
    await world.join(group, 'dev-a', 'dev-b', 'dev-c');
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'SUCCEEDED', 'dev-b': 'CANCELED', 'dev-c': 'QUEUED' });
    expect(await world.task(batch, 'dev-c')).toMatchObject({ matches: 1, revision: 0 });
  });

  test('R-BAT-15 coming into another group is no coming back', async () => {
    const group = await world.group('g', ['dev-a']);
    const batch = await world.create('p2', forGroup(group));
    await world.fail(batch, 'dev-a');
    await world.group('other', ['dev-a']);
    expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'FAILED', matches: 1 });
  });

  test('R-BAT-15 deleting the group leaves the tasks as they are and matches no more; the package may go to another group', async () => {
    const group = await world.group('g', ['dev-a']);
    const batch = await world.create('p2', forGroup(group));
    await world.core.groups.delete(operator, group);
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED' });
    expect(world.commands).toEqual(['endMatching']);
    expect((await world.core.batches.get(batch._id))?.matching).toBeUndefined();
    await world.report('dev-b', '1.0.0');
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED' });
    const next = await world.create('p2', forGroup(await world.group('next', ['dev-b'])));
    expect(await world.statuses(next)).toEqual({ 'dev-b': 'QUEUED' });
  });

  test('R-BAT-15 a scan ends the batch of a group that went when nobody could tell', async () => {
    const group = await world.group('g', ['dev-a']);
    const batch = await world.create('p2', forGroup(group));
    await store.collections.groups.deleteOne({ _id: group });
    expect(await world.parts.lifecycle.scan(batch._id)).toBe(false);
    expect((await world.core.batches.get(batch._id))?.matching).toBeUndefined();
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED' });
  });

  test('R-BAT-15 R-DEV-3 covers sub-groups, also one that is made later', async () => {
    const group = await world.group('parent');
    const batch = await world.create('p2', forGroup(group));
    const { _id: child } = await world.core.groups.create(operator, { name: 'child', parentId: group });
    await world.core.groups.addDevices(operator, child, [world.idOf('dev-a')]);
    await world.parts.lifecycle.scan(batch._id);
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED' });
  });

  test('R-BAT-15 a scan makes good for devices that joined, or came back, unseen', async () => {
    const group = await world.group('g', ['dev-a']);
    const batch = await world.create('p2', forGroup(group));
    await world.fail(batch, 'dev-a');
    await world.leave(group, 'dev-a');
    world.later();
    // As the store is left by a process that dies before it has told anybody.
    await store.collections.devices.updateMany(
      { _id: { $in: [world.idOf('dev-a'), world.idOf('dev-b')] } },
      { $push: { groups: group }, $set: { [`memberSince.${group}`]: world.clock() } },
    );
    for (let turn = 0; turn < 2; turn++) await world.parts.lifecycle.scan(batch._id);
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED', 'dev-b': 'QUEUED' });
    expect(await world.task(batch, 'dev-a')).toMatchObject({ matches: 2 });
  });

  test('R-BAT-15 R-DEV-4 goes by a group with a rule: whom a tag or a report brings in is upgraded, and once more when it comes back', async () => {
    const rule = { field: 'TAG' as const, key: 'channel', values: ['beta'] };
    const { _id: group } = await world.core.groups.createDynamic(operator, { name: 'by rule', rule });
    const tag = (name: string, value: string) => {
      world.later();
      return world.core.devices.update(operator, world.idOf(name), { tags: [{ key: 'channel', value }] });
    };
    while ((await world.core.groups.get(group))?.dynamic?.filled === false) {
      world.later(60_000);
      await world.parts.checkGroups();
    }
    const batch = await world.create('p2', forGroup(group));
    await tag('dev-a', 'beta');
    await tag('dev-b', 'stable');
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED' });
    await world.fail(batch, 'dev-a');
    await tag('dev-a', 'stable');
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'FAILED' });
    await tag('dev-a', 'beta');
    expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'QUEUED', matches: 2 });
  });

  test('R-BAT-9 the newest of several takes the device: a version-based one that is newer comes before the group', async () => {
    const group = await world.group('g');
    const ofGroup = await world.create('p2', { ...forGroup(group), sourceVersions: ['1.5.0'] });
    const ofVersion = await world.create('p3', { sourceVersions: ['1.5.0'] });
    await world.join(group, 'dev-a');
    await world.report('dev-a', '1.5.0');
    expect([await world.statuses(ofGroup), await world.statuses(ofVersion)]).toEqual([{}, { 'dev-a': 'QUEUED' }]);
  });
});
