import { operator } from '../support/core-parts';
import { type DynamicWorld, dynamicWorld } from '../support/dynamic-world';
import { useStore } from '../support/store';

const store = useStore();
let world: DynamicWorld;
beforeEach(async () => {
  world = await dynamicWorld(store, ['dev-a', 'dev-b', 'dev-c', 'dev-d']);
  await world.addPackage('p2');
  await world.addPackage('p3', { version: '3.0.0' });
  for (const name of ['dev-a', 'dev-b']) await world.report(name, '1.0.0');
  await world.report('dev-c', '0.9.0');
});

describe('R-BAT-1 a dynamic batch', () => {
  test('R-BAT-1 is for the devices that match now, for one that reports a matching version later, and for a new one', async () => {
    const batch = await world.create('p2');
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED', 'dev-b': 'QUEUED' });
    await world.report('dev-c', '1.0.0');
    await world.register(['dev-e']);
    await world.report('dev-e', '1.0.0');
    await world.report('dev-d', '0.8.0');
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED', 'dev-b': 'QUEUED', 'dev-c': 'QUEUED', 'dev-e': 'QUEUED' });
    expect(world.woken.filter((id) => id === batch._id)).toHaveLength(2);
    expect(await world.task(batch, 'dev-c')).toMatchObject({ sourceVersion: '1.0.0', targetVersion: '2.0.0', matches: 1, attempt: 1 });
    expect(await world.core.batches.get(batch._id)).toMatchObject({ kind: 'dynamic', base: 'VERSION', matching: true, status: 'RUNNING' });
  });

  test('R-BAT-1 is not for devices with the target, and upgrades nobody twice by a repeated report', async () => {
    await world.report('dev-d', '2.0.0');
    const batch = await world.create('p2', { sourceVersions: undefined, scope: { kind: 'targeted', deviceNames: ['dev-a', 'dev-d'] } });
    await world.report('dev-d', '2.0.0');
    await world.report('dev-a', '1.0.0');
    await world.report('dev-a', '1.0.0');
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED' });
    expect(await world.task(batch, 'dev-a')).toMatchObject({ matches: 1, revision: 0 });
  });

  test('R-BAT-1 may be created before any device matches', async () => {
    const batch = await world.create('p2', { sourceVersions: ['5.0.0'] });
    expect(await world.statuses(batch)).toEqual({});
    await world.report('dev-d', '5.0.0');
    expect(await world.statuses(batch)).toEqual({ 'dev-d': 'QUEUED' });
  });

  test('R-BAT-2 goes by region, by names and by lists, and only by those', async () => {
    const { insertedId } = await store.collections.deviceLists.insertOne({
      _id: 'list1',
      productKey: 'meter',
      status: 'CLEAN',
      rows: 1,
      problems: { INVALID: 0, UNKNOWN: 0, DUPLICATE: 0 },
      createdBy: 'key',
      createdAt: world.clock(),
      expiresAt: new Date(world.clock().getTime() + 3_600_000),
    });
    await store.collections.deviceListRows.insertOne({ _id: 'list1.dev-c', deviceId: world.idOf('dev-c') });
    await world.addPackage('p4', { version: '4.0.0', module: 'mcu' });
    const regional = await world.create('p2', { scope: { kind: 'region', province: 'Zhejiang', city: 'Hangzhou' } });
    const listed = await world.create('p4', { scope: { kind: 'list', listId: insertedId }, sourceVersions: undefined });
    await world.core.devices.update(operator, world.idOf('dev-b'), { region: { province: 'Zhejiang', city: 'Ningbo' } });
    await world.core.devices.update(operator, world.idOf('dev-a'), { region: { province: 'Zhejiang', city: 'Hangzhou' } });
    for (const name of ['dev-b', 'dev-c']) await world.report(name, '1.1.0', 'MCU');
    expect([await world.statuses(regional), await world.statuses(listed)]).toEqual([{ 'dev-a': 'QUEUED' }, { 'dev-c': 'QUEUED' }]);
  });

  test('R-BAT-8 leaves a device the task it has, and takes it when that has ended', async () => {
    const older = await world.create('p2');
    const newer = await world.create('p3', { sourceVersions: ['1.0.0', '2.0.0'] });
    await world.report('dev-a', '1.0.0');
    expect([await world.statuses(older), await world.statuses(newer)]).toEqual([{ 'dev-a': 'QUEUED', 'dev-b': 'QUEUED' }, {}]);
    await world.report('dev-a', '2.0.0');
    expect([await world.statuses(older), await world.statuses(newer)]).toEqual([
      { 'dev-a': 'SUCCEEDED', 'dev-b': 'QUEUED' },
      { 'dev-a': 'QUEUED' },
    ]);
  });

  test('R-BAT-11 that overrides takes a device that matches later from an older batch, unless it is in upgrade', async () => {
    const older = await world.create('p2', { sourceVersions: ['0.9.0', '1.0.0', '1.5.0'] });
    const newer = await world.create('p3', { sourceVersions: ['1.5.0'] }, { overridePrevious: true });
    await store.collections.tasks.updateOne(
      { batchId: older._id, deviceName: 'dev-b' },
      { $set: { status: 'IN_PROGRESS', reacted: true, notifiedAt: world.clock() } },
    );
    for (const name of ['dev-a', 'dev-b']) await world.report(name, '1.5.0');
    expect(await world.statuses(newer)).toEqual({ 'dev-a': 'QUEUED' });
    expect(await world.task(older, 'dev-a')).toMatchObject({ status: 'CANCELED', cause: 'OVERWRITTEN_BY_NEWER_TASK' });
    expect(await world.task(older, 'dev-b')).toMatchObject({ status: 'IN_PROGRESS' });
  });

  test('R-BAT-13 of two modules a device is taken for one after the other, and with multi-module for both at once', async () => {
    await world.addPackage('mcu', { version: '4.0.0', module: 'mcu' });
    for (const multiModule of [false, true]) {
      const main = await world.create('p2', { sourceVersions: ['5.0.0'] }, { multiModule });
      const mcu = await world.create('mcu', { sourceVersions: ['5.0.0'] }, { multiModule });
      const name = multiModule ? 'dev-a' : 'dev-b';
      await world.report(name, '5.0.0');
      await world.report(name, '5.0.0', 'MCU');
      expect(await world.statuses(mcu)).toEqual(multiModule ? { [name]: 'QUEUED' } : {});
      await world.report(name, '2.0.0');
      expect([await world.statuses(main), await world.statuses(mcu)]).toEqual([{ [name]: 'SUCCEEDED' }, { [name]: 'QUEUED' }]);
      await world.report(name, '4.0.0', 'MCU');
      for (const { _id } of [main, mcu]) await world.core.batches.cancelPolicy(operator, _id);
    }
  });

  test('R-BAT-12 for newly reported versions only: what was reported before the batch does not count, a report after it does', async () => {
    const batch = await world.create('p2', { newlyReportedOnly: true });
    expect(await world.statuses(batch)).toEqual({});
    await world.core.devices.update(operator, world.idOf('dev-a'), { region: { province: 'Zhejiang', city: 'Hangzhou' } });
    await world.report('dev-b', '1.0.0');
    await world.report('dev-c', '1.0.0');
    expect(await world.statuses(batch)).toEqual({ 'dev-b': 'QUEUED', 'dev-c': 'QUEUED' });
  });

  test('R-TASK-8 with confirmation waits for it, also when it matches again', async () => {
    const batch = await world.create('p2', {}, { confirmation: true });
    await world.report('dev-c', '1.0.0');
    await world.core.tasks.confirm(operator, [`${batch._id}.${world.idOf('dev-c')}`]);
    await world.fail(batch, 'dev-c');
    await world.report('dev-c', '1.0.0');
    expect(await world.task(batch, 'dev-c')).toMatchObject({ status: 'UNCONFIRMED', offerAt: null, matches: 2 });
  });
});

describe('R-BAT-10 a version-based dynamic batch', () => {
  test('R-BAT-10 matches a device with each report of a matching version once its task has ended, ten times in all', async () => {
    const batch = await world.create('p2', { sourceVersions: ['1.0.0', '1.1.0'] });
    for (let match = 2; match <= 10; match++) {
      if (match % 2 === 0) await world.fail(batch, 'dev-a');
      else await world.report('dev-a', '2.0.0');
      // Of a device that has succeeded the version of before would be a regression.
      await world.report('dev-a', match % 2 === 0 ? '1.0.0' : '1.1.0');
      expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'QUEUED', matches: match, attempt: match, active: true });
    }
    await world.fail(batch, 'dev-a');
    await world.report('dev-a', '1.0.0');
    expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'FAILED', matches: 10 });
    await world.report('dev-b', '1.0.0');
    expect(await world.task(batch, 'dev-b')).toMatchObject({ matches: 1 });
  });

  test('R-BAT-10 R-BAT-21 a device that has the old version again after its success is left alone until an operator has it begin again', async () => {
    const batch = await world.create('p2');
    const taskId = `${batch._id}.${world.idOf('dev-a')}`;
    for (let count = 1; count <= 3; count++) {
      await world.report('dev-a', '2.0.0');
      for (let fallBack = 0; fallBack < 10; fallBack++) await world.report('dev-a', '1.0.0');
      await world.parts.lifecycle.scan(batch._id);
      expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'SUCCEEDED', matches: 1, attempt: count });
      const all = await world.core.batches.reinitiate(operator, { batchId: batch._id, all: true });
      expect(all.reinitiated).toBe(0);
      const named = await world.core.batches.reinitiate(operator, { batchId: batch._id, taskIds: [taskId] });
      expect(named).toMatchObject({ reinitiated: 1, skipped: [] });
      expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'QUEUED', sourceVersion: '1.0.0', attempt: count + 1 });
    }
    await world.report('dev-a', '2.0.0');
    const again = await world.core.batches.reinitiate(operator, { batchId: batch._id, taskIds: [taskId] });
    expect(again.skipped).toEqual([{ taskId, reason: 'NOT_FAILED' }]);
  });

  test('R-TASK-5 R-BAT-16 a version that the batch no longer takes ends a task that waits, one that it kept does not', async () => {
    const batch = await world.create('p2', { sourceVersions: ['1.0.0', '1.1.0'] });
    await world.core.batches.editDynamic(operator, batch._id, { sourceVersions: ['1.1.0'] });
    await world.report('dev-a', '1.0.0');
    expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'QUEUED', sourceVersion: '1.0.0' });
    await world.report('dev-a', '1.1.0');
    expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'QUEUED', sourceVersion: '1.1.0' });
    await world.report('dev-a', '1.0.0');
    expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'FAILED', cause: 'SOURCE_VERSION_NOT_ELIGIBLE' });
  });

  test('R-BAT-10 an operator who has it begin again is no match; what people have ended stays ended', async () => {
    const batch = await world.create('p2');
    await world.fail(batch, 'dev-a');
    await world.core.batches.reinitiate(operator, { batchId: batch._id, all: true });
    expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'QUEUED', attempt: 2, matches: 1 });
    await store.collections.tasks.updateOne(
      { batchId: batch._id, deviceName: 'dev-b' },
      { $set: { status: 'UNCONFIRMED', offerAt: null } },
    );
    await world.core.tasks.reject(operator, [`${batch._id}.${world.idOf('dev-b')}`]);
    await world.report('dev-b', '1.0.0');
    expect(await world.task(batch, 'dev-b')).toMatchObject({ status: 'CANCELED', matches: 1 });
  });
});

describe('R-BAT-9 several dynamic batches', () => {
  test('R-BAT-9 the newest takes the device, and has it whatever became of it there', async () => {
    const older = await world.create('p2', { sourceVersions: ['1.5.0'] });
    const newer = await world.create('p3', { sourceVersions: ['1.5.0'] });
    await world.report('dev-a', '1.5.0');
    await world.fail(newer, 'dev-a');
    await world.core.devices.update(operator, world.idOf('dev-a'), { region: { province: 'Zhejiang', city: 'Hangzhou' } });
    expect([await world.statuses(older), await world.statuses(newer)]).toEqual([{}, { 'dev-a': 'FAILED' }]);
  });
});

describe('what no event has told', () => {
  test('R-BAT-1 a scan finds devices that changed unseen, and nobody twice', async () => {
    const batch = await world.create('p2');
    const other = await world.another();
    // It has asked for the batches of the product a moment before this one knew of the report.
    await store.collections.batches.updateOne({ _id: batch._id }, { $unset: { matching: true } });
    await other.core.tasks.report(world.idOf('dev-c'), { kind: 'version', module: 'default', version: '1.0.0' });
    await store.collections.batches.updateOne({ _id: batch._id }, { $set: { matching: true } });
    expect(await world.task(batch, 'dev-c')).toBeNull();
    expect(await world.parts.lifecycle.scan(batch._id)).toBe(true);
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED', 'dev-b': 'QUEUED', 'dev-c': 'QUEUED' });
    await world.fail(batch, 'dev-c');
    expect(await world.parts.lifecycle.scan(batch._id)).toBe(true);
    expect(await world.task(batch, 'dev-c')).toMatchObject({ status: 'FAILED', matches: 1 });
  });

  test('R-BAT-10 a scan makes good for a report that matched again unseen, once', async () => {
    const batch = await world.create('p2');
    await world.fail(batch, 'dev-a');
    world.later();
    const now = world.clock();
    await store.collections.devices.updateOne(
      { _id: world.idOf('dev-a') },
      { $set: { 'modules.default.reportedAt': now, changedAt: now } },
    );
    for (let turn = 0; turn < 2; turn++) await world.parts.lifecycle.scan(batch._id);
    expect(await world.task(batch, 'dev-a')).toMatchObject({ status: 'QUEUED', matches: 2 });
  });

  test('R-BAT-1 the search for what has changed goes along its index', async () => {
    const batch = await world.create('p2');
    const plan = await store.collections.devices
      .find({ productKey: 'meter', enabled: true, moduleVersions: { $in: ['default=1.0.0'] }, changedAt: { $gte: batch.createdAt } })
      .hint('changed')
      .explain('executionStats');
    expect(plan.executionStats.totalDocsExamined).toBeLessThan(3);
  });

  test('R-BAT-8 many reports at once of one device make one task', async () => {
    const batch = await world.create('p2');
    const report = { kind: 'version', module: 'default', version: '1.0.0' } as const;
    await Promise.all(Array.from({ length: 8 }, () => world.core.tasks.report(world.idOf('dev-c'), report)));
    expect(await store.collections.tasks.countDocuments({ batchId: batch._id, deviceName: 'dev-c' })).toBe(1);
    expect(await world.task(batch, 'dev-c')).toMatchObject({ status: 'QUEUED', matches: 1 });
  });
});
