import { operator, refusal, spectator } from '../support/core-parts';
import { DEVICE_POLICY, type DynamicWorld, dynamicWorld } from '../support/dynamic-world';
import { useStore } from '../support/store';

const store = useStore();
let world: DynamicWorld;
beforeEach(async () => {
  world = await dynamicWorld(store, ['dev-a', 'dev-b', 'dev-c', 'dev-d']);
  await world.addPackage('p2');
  await world.report('dev-a', '1.0.0');
  await world.report('dev-b', '1.1.0');
  await world.report('dev-c', '1.2.0');
});

const edit = (id: string, changes: object, viewer = operator) => world.core.batches.update(viewer, id, changes);
const cancel = (id: string, viewer = operator) => world.core.batches.cancelPolicy(viewer, id);
const fixed = [{ code: 'SOURCE_VERSIONS_FIXED', field: 'sourceVersions' }];

describe('R-BAT-18 the policy of a dynamic batch is canceled', () => {
  test('R-BAT-18 it matches no more, in every process and for reports that are on their way; its tasks go on', async () => {
    const batch = await world.create('p2');
    const other = await world.another();
    await other.core.tasks.report(world.idOf('dev-d'), { kind: 'version', module: 'default', version: '0.1.0' });
    const { batch: after, canceled } = await cancel(batch._id);
    expect([after.status, after.matching, canceled]).toEqual(['RUNNING', undefined, 0]);
    // The other process believes in the batch for up to a second; the store does not.
    await other.core.tasks.report(world.idOf('dev-d'), { kind: 'version', module: 'default', version: '1.0.0' });
    await world.report('dev-b', '1.0.0');
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED' });
    expect(await world.parts.lifecycle.scan(batch._id)).toBe(false);
    expect(world.commands).toEqual(['endMatching']);
  });

  test('R-BAT-18 also what would match again is left alone by a process that has not heard of it', async () => {
    const batch = await world.create('p2');
    const other = await world.another();
    await world.fail(batch, 'dev-a');
    await other.core.tasks.report(world.idOf('dev-d'), { kind: 'version', module: 'default', version: '0.1.0' });
    await cancel(batch._id);
    world.later();
    await other.core.tasks.report(world.idOf('dev-a'), { kind: 'version', module: 'default', version: '1.0.0' });
    expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'FAILED', matches: 1 });
  });

  test('R-BAT-18 a batch that is canceled as a whole has no task afterwards, whatever report is on its way', async () => {
    const batch = await world.create('p2', { sourceVersions: ['1.0.0', '1.1.0', '1.2.0', '0.1.0'] });
    const other = await world.another();
    await other.core.tasks.report(world.idOf('dev-d'), { kind: 'version', module: 'default', version: '7.0.0' });
    await world.parts.lifecycle.setStatus(batch._id, 'CANCELED');
    await world.parts.batchTasks.cancel(batch._id, () => undefined);
    await other.core.tasks.report(world.idOf('dev-d'), { kind: 'version', module: 'default', version: '1.0.0' });
    expect(await store.collections.tasks.countDocuments({ active: true })).toBe(0);
    expect((await world.core.batches.get(batch._id))?.matching).toBeUndefined();
  });

  test('R-BAT-18 once only, which a repeat is told, and only of dynamic batches', async () => {
    const batch = await world.create('p2');
    const asStatic = { packageId: 'p2', scope: { kind: 'all' as const }, policy: DEVICE_POLICY };
    const { _id: ofStatic } = await world.core.batches.createStatic(operator, asStatic);
    expect(await refusal(cancel(batch._id, spectator))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect(await refusal(cancel('none'))).toEqual([{ code: 'BATCH_UNKNOWN', field: 'batchId' }]);
    expect(await refusal(cancel(ofStatic))).toEqual([{ code: 'BATCH_STATE', field: 'batchId' }]);
    expect(await cancel(batch._id)).toMatchObject({ batch: { _id: batch._id }, already: false });
    expect(await cancel(batch._id)).toMatchObject({ batch: { _id: batch._id }, canceled: 0, already: true });
    await world.parts.lifecycle.setStatus(batch._id, 'CANCELED');
    expect(await cancel(batch._id)).toMatchObject({ batch: { status: 'CANCELED' }, canceled: 0, already: true });
  });
});

describe('R-BAT-16 a dynamic batch is edited while it runs', () => {
  test('R-BAT-16 a version that is added brings in the devices that have it and those that report it; one that is removed leaves its tasks', async () => {
    const batch = await world.create('p2', { sourceVersions: ['1.0.0', '1.2.0'] });
    const edited = await edit(batch._id, { sourceVersions: ['1.0.0', '1.1.0'] });
    expect(edited).toMatchObject({ sourceVersions: ['1.0.0', '1.1.0'], pendingVersions: ['1.1.0'] });
    expect(world.commands).toEqual(['scan']);
    await world.parts.lifecycle.scan(batch._id);
    await world.report('dev-d', '1.1.0');
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED', 'dev-b': 'QUEUED', 'dev-c': 'QUEUED', 'dev-d': 'QUEUED' });
    expect((await world.core.batches.get(batch._id))?.pendingVersions).toBeUndefined();
    await world.fail(batch, 'dev-c');
    await world.report('dev-c', '1.2.0');
    expect(await world.task(batch, 'dev-c')).toMatchObject({ status: 'FAILED', matches: 1 });
  });

  test('R-BAT-16 R-BAT-12 with newly reported versions only, what was reported before the batch stays out', async () => {
    const batch = await world.create('p2', { newlyReportedOnly: true });
    await world.report('dev-c', '1.3.0');
    await edit(batch._id, { sourceVersions: ['1.0.0', '1.1.0', '1.3.0'] });
    await world.parts.lifecycle.scan(batch._id);
    expect(await world.statuses(batch)).toEqual({ 'dev-c': 'QUEUED' });
  });

  test('R-BAT-16 rate, tags, source versions and time-out of one edit are one write, and one that changes nothing is none', async () => {
    const batch = await world.create('p2', { sourceVersions: ['1.0.0'] });
    const tags = [{ key: 'wave', value: '2' }];
    const all = { rate: { kind: 'constant', perMinute: 77 }, tags, sourceVersions: ['1.0.0', '1.1.0'], timeoutMinutes: 90 };
    const edited = await edit(batch._id, all);
    expect(edited).toMatchObject({
      policyRevision: 1,
      sourceVersions: ['1.0.0', '1.1.0'],
      policy: { rate: all.rate, tags, timeoutMinutes: 90 },
    });
    expect(edited.edits?.map(({ fields }) => fields)).toEqual([['rate', 'tags', 'sourceVersions', 'timeoutMinutes']]);
    expect((await edit(batch._id, all)).edits).toHaveLength(1);
    const wrong = { ...all, rate: { kind: 'constant', perMinute: 10_001 }, timeoutMinutes: 0 };
    expect((await refusal(edit(batch._id, wrong))).map(({ code }: { code: string }) => code)).toEqual(['OUT_OF_RANGE', 'OUT_OF_RANGE']);
    expect(await world.core.batches.get(batch._id)).toEqual(edited);
  });

  test('R-BAT-16 another time-out is for tasks made from then on, and may be taken away', async () => {
    const batch = await world.create('p2', { sourceVersions: ['1.0.0', '1.1.0', '1.5.0'] }, { timeoutMinutes: 30 });
    await edit(batch._id, { timeoutMinutes: 60 });
    await world.report('dev-c', '1.5.0');
    await edit(batch._id, { timeoutMinutes: null });
    await world.report('dev-d', '1.5.0');
    await world.fail(batch, 'dev-b');
    await world.report('dev-b', '1.1.0');
    const { collections } = store;
    await collections.tasks.updateMany({ batchId: batch._id }, { $set: { status: 'NOTIFIED', notifiedAt: world.clock(), offerAt: null } });
    const deadlines: Record<string, number | null> = {};
    for (const name of ['dev-a', 'dev-b', 'dev-c', 'dev-d']) {
      await world.core.tasks.report(world.idOf(name), { kind: 'progress', module: 'default', percent: 1 });
      const task = await world.task(batch, name);
      deadlines[name] = task?.deadlineAt ? (task.deadlineAt.getTime() - world.clock().getTime()) / 60_000 : null;
    }
    expect(deadlines).toEqual({ 'dev-a': 30, 'dev-b': null, 'dev-c': 60, 'dev-d': null });
    expect((await world.core.batches.get(batch._id))?.policy.timeoutMinutes).toBeNull();
  });

  test('R-BAT-16 what cannot be is refused, and nothing is changed', async () => {
    const batch = await world.create('p2', {}, { retry: { intervalMinutes: 30, maxRetries: 1 } });
    const inRange = { code: 'OUT_OF_RANGE', field: 'timeoutMinutes' };
    expect(await refusal(edit(batch._id, { timeoutMinutes: 0 }))).toEqual([inRange]);
    expect(await refusal(edit(batch._id, { timeoutMinutes: 1_441 }))).toEqual([inRange]);
    expect(await refusal(edit(batch._id, { timeoutMinutes: 30 }))).toMatchObject([{ code: 'RETRY_NOT_BEFORE_TIMEOUT' }]);
    expect(await refusal(edit(batch._id, { sourceVersions: [] }))).toEqual([{ code: 'REQUIRED', field: 'sourceVersions' }]);
    expect(await refusal(edit(batch._id, { sourceVersions: ['2.0.0'] }))).toEqual([
      { code: 'SOURCE_IS_TARGET', field: 'sourceVersions.0' },
    ]);
    expect(await refusal(edit(batch._id, { timeoutMinutes: 60 }, spectator))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect(await refusal(edit('none', { timeoutMinutes: 60 }))).toEqual([{ code: 'BATCH_UNKNOWN', field: 'batchId' }]);
    expect(await world.core.batches.get(batch._id)).toMatchObject({ sourceVersions: ['1.0.0'], policy: { timeoutMinutes: null } });
    await cancel(batch._id);
    expect(await refusal(edit(batch._id, { timeoutMinutes: 60 }))).toEqual([{ code: 'BATCH_STATE', field: 'batchId' }]);
  });

  test('R-BAT-15 R-BAT-5 source versions stay as they are in a group-based batch, one for named devices, and a differential one', async () => {
    await world.addPackage('p3', { version: '3.0.0' });
    await world.addPackage('delta', { kind: 'DIFFERENTIAL', version: '2.1.0', sourceVersions: ['1.0.0'] });
    const scope = { kind: 'group' as const, groupId: await world.group('g'), groupIds: [] };
    const ofGroup = await world.create('p2', { scope });
    const named = await world.create('p3', { scope: { kind: 'targeted', deviceNames: ['dev-a'] }, sourceVersions: undefined });
    const delta = await world.create('delta', { sourceVersions: undefined });
    for (const { _id } of [ofGroup, named, delta]) {
      expect(await refusal(edit(_id, { sourceVersions: ['1.1.0'] }))).toEqual(fixed);
      await expect(edit(_id, { timeoutMinutes: 60 })).resolves.toMatchObject({ policy: { timeoutMinutes: 60 } });
    }
  });
});
