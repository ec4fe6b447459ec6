import type { CoreParts } from '../../core/core-parts';
import { createCore } from '../../core/create-core';
import { aRunningTask, aTask } from '../support/builders';
import { handClock, MASTER_KEY, operator, refusal, settingsWith, spectator } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const told: string[] = [];
const woken: string[] = [];
const engine = quietEngine({
  wakeBatch: (id) => void woken.push(id),
  tellEnded: async ({ _id }) => void told.push(_id),
});

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  told.length = 0;
  woken.length = 0;
  const settings = settingsWith({ deviceTags: 2, devicesPerCall: 3 });
  parts = await createCore({ store, files: fakePackageStore(), engine, settings, masterKeys: [MASTER_KEY], clock });
  await parts.core.products.create(operator, { key: 'meter', name: 'Water meter' });
});

const devices = () => parts.core.devices;
const places: [string, string, string][] = [
  ['dev-a', 'Bern', 'Thun'],
  ['dev-b', 'Bern', 'Biel'],
  ['dev-c', 'Bern', 'Thun'],
  ['dev-d', 'Vaud', 'Thun'],
];
const registerPlaces = () =>
  devices().register(operator, 'meter', [
    ...places.map(([deviceName, province, city]) => ({ deviceName, region: { province, city } })),
    { deviceName: 'dev-nowhere' },
  ]);
const listed = async (filter: object, page = {}) =>
  (await devices().list({ productKey: 'meter', ...filter }, page)).rows.map(({ node }) => node.deviceName);

describe('region and tags', () => {
  test('R-DEV-5 devices are found by province, and by city within it', async () => {
    await registerPlaces();
    expect(await listed({ province: 'Bern' })).toEqual(['dev-a', 'dev-b', 'dev-c']);
    expect(await listed({ province: 'Bern', city: 'Thun' })).toEqual(['dev-a', 'dev-c']);
    expect(await listed({ province: 'Bern', city: 'Thun', namePrefix: 'dev-c' })).toEqual(['dev-c']);
    expect(await listed({ province: 'Uri' })).toEqual([]);
    expect(await refusal(devices().list({ productKey: 'meter', city: 'Thun' }, {}))).toEqual([
      { code: 'REQUIRED', field: 'filter.province' },
    ]);
    expect(await refusal(devices().list({ province: 'Bern' }, {}))).toEqual([{ code: 'REQUIRED', field: 'filter.productKey' }]);
  });

  test('R-DEV-5 an index answers for a region, in the order of the list', async () => {
    await registerPlaces();
    const filter = { productKey: 'meter', 'region.province': 'Bern', 'region.city': 'Thun' };
    const plan = JSON.stringify(
      await store.collections.devices.find(filter).sort({ _id: 1 }).hint('productKey_1_region.province_1__id_1_region.city_1').explain(),
    );
    expect(plan).not.toContain('"stage":"SORT"');
    expect(plan).toContain('"totalDocsExamined":2');
  });

  test('R-DEV-5 region and tags are changed, taken away, and otherwise left alone', async () => {
    await registerPlaces();
    const update = (changes: object) => devices().update(operator, 'meter.dev-a', changes);
    const tags = [
      { key: 'site', value: 'north' },
      { key: 'rack', value: '7' },
    ];
    expect(await update({ tags })).toMatchObject({ region: { province: 'Bern', city: 'Thun' }, tags: { site: 'north', rack: '7' } });
    expect(await update({ region: { province: 'Vaud', city: 'Nyon' } })).toMatchObject({ tags: { site: 'north', rack: '7' } });
    expect(await listed({ province: 'Vaud' })).toEqual(['dev-a', 'dev-d']);
    const bare = await update({ region: null, tags: [] });
    expect([bare.region, bare.tags]).toEqual([undefined, undefined]);
    expect(await update({})).toEqual(bare);
  });

  test('R-DEV-5 all that is wrong is told at once, and nothing is changed', async () => {
    await registerPlaces();
    const tag = (key: string) => ({ key, value: 'x' });
    const wrong = { region: { province: '', city: 'x'.repeat(65) }, tags: [tag('a.b'), tag('ok')] };
    const fields = [
      { code: 'REQUIRED', field: 'region.province' },
      { code: 'INVALID_FORMAT', field: 'region.city' },
      { code: 'INVALID_FORMAT', field: 'tags[0].key' },
    ];
    expect(await refusal(devices().update(operator, 'meter.dev-a', wrong))).toEqual(fields);
    expect(await refusal(devices().register(operator, 'meter', [{ deviceName: 'dev-x', ...wrong }]))).toEqual(
      fields.map(({ code, field }) => ({ code, field: `devices[0].${field}` })),
    );
    expect(await refusal(devices().update(operator, 'meter.dev-a', { tags: ['a', 'b', 'c'].map(tag) }))).toEqual([
      { code: 'TOO_MANY', field: 'tags' },
    ]);
    expect(await refusal(devices().update(operator, 'meter.dev-a', { tags: [tag('a'), tag('a')] }))).toEqual([
      { code: 'INVALID_FORMAT', field: 'tags[1].key' },
    ]);
    expect(await refusal(devices().update(operator, 'meter.none', {}))).toEqual([{ code: 'DEVICE_UNKNOWN', field: 'deviceId' }]);
    expect(await refusal(devices().update(spectator, 'meter.dev-a', {}))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect((await devices().get('meter.dev-a'))?.region).toEqual({ province: 'Bern', city: 'Thun' });
  });
});

describe('deletion', () => {
  const report = (name: string, version: string) =>
    parts.core.tasks.report(`meter.${name}`, { kind: 'version', module: 'default', version });
  const counts = async () =>
    (await parts.core.products.moduleVersions('meter', 'default', {})).rows.map(({ node }) => [node.version, node.devices]);

  test('R-PKG-11 deleted devices leave the counts of versions, taken in or not', async () => {
    await registerPlaces();
    for (const [name] of places) await report(name, '1.0.0');
    expect(await counts()).toEqual([['1.0.0', 4]]);
    await report('dev-a', '2.0.0');
    await report('dev-nowhere', '2.0.0');
    await devices().delete(operator, ['meter.dev-a', 'meter.dev-b', 'meter.dev-nowhere']);
    expect(await counts()).toEqual([['1.0.0', 2]]);
    expect(await store.collections.versionCounts.countDocuments()).toBe(1);
    expect(await listed({})).toEqual(['dev-c', 'dev-d']);
    await report('dev-a', '3.0.0');
    expect(await counts()).toEqual([['1.0.0', 2]]);
  });

  test('R-TASK-10 unfinished tasks of a deleted device fail with DEVICE_REMOVED, and others stay', async () => {
    await registerPlaces();
    const waiting = aTask({ productKey: 'meter', deviceName: 'dev-a' });
    const running = aRunningTask({ productKey: 'meter', deviceName: 'dev-b', batchId: 'batch2' });
    const over = aTask({ productKey: 'meter', deviceName: 'dev-a', batchId: 'batch0', status: 'SUCCEEDED' });
    const others = aTask({ productKey: 'meter', deviceName: 'dev-c' });
    await store.collections.tasks.insertMany([waiting, running, over, others]);
    expect(await devices().delete(operator, ['meter.dev-a', 'meter.dev-b', 'meter.dev-a'])).toEqual({ deleted: 2, tasksEnded: 2 });
    const after = await Promise.all([waiting, running, over, others].map(({ _id }) => parts.core.tasks.get(_id)));
    expect(after.map((task) => [task?.status, task?.cause])).toEqual([
      ['FAILED', 'DEVICE_REMOVED'],
      ['FAILED', 'DEVICE_REMOVED'],
      ['SUCCEEDED', null],
      ['QUEUED', null],
    ]);
    expect([told, woken.sort()]).toEqual([[running._id], ['batch1', 'batch2']]);
  });

  test('a list with an unknown id, too many or none deletes nothing', async () => {
    await registerPlaces();
    const remove = (...names: string[]) =>
      devices().delete(
        operator,
        names.map((name) => `meter.${name}`),
      );
    expect(await refusal(remove('dev-a', 'dev-zz'))).toEqual([{ code: 'DEVICE_UNKNOWN', field: 'deviceIds' }]);
    expect(await refusal(remove('dev-a', 'dev-b', 'dev-c', 'dev-d'))).toEqual([{ code: 'TOO_MANY', field: 'deviceIds' }]);
    expect(await refusal(remove())).toEqual([{ code: 'REQUIRED', field: 'deviceIds' }]);
    expect(await refusal(devices().delete(spectator, ['meter.dev-a']))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect(await devices().get('meter.dev-a')).toMatchObject({ enabled: true });
  });
});

describe('enabling, disabling and the dialect', () => {
  const ids = ['meter.dev-a', 'meter.dev-b'];

  test('R-DEV-2 a gateway is told of its disabled devices that are connected, until they are gone or enabled', async () => {
    await registerPlaces();
    await devices().connected('meter.dev-a', 'gw-1', 's1');
    await devices().connected('meter.dev-b', 'gw-2', 's2');
    expect(await devices().disabledOn('gw-1')).toEqual([]);
    const switched = await devices().setEnabled(operator, [...ids, 'meter.dev-a'], false);
    expect(switched.map(({ _id, enabled }) => [_id, enabled])).toEqual(ids.map((id) => [id, false]));
    expect(await devices().disabledOn('gw-1')).toEqual(['meter.dev-a']);
    expect(await devices().disabledOn('gw-2')).toEqual(['meter.dev-b']);
    expect(await devices().credentials('meter', 'dev-a')).toMatchObject({ enabled: false });
    await devices().disconnected('meter.dev-a', 's1');
    await devices().setEnabled(operator, ['meter.dev-b'], true);
    expect([await devices().disabledOn('gw-1'), await devices().disabledOn('gw-2')]).toEqual([[], []]);
    expect(await devices().credentials('meter', 'dev-b')).toMatchObject({ enabled: true });
  });

  test('R-DEV-2 all are disabled or none, by those who may', async () => {
    await registerPlaces();
    const change = (wanted: string[], viewer = operator) => refusal(devices().setEnabled(viewer, wanted, false));
    expect(await change(['meter.dev-a', 'meter.nobody'])).toEqual([{ code: 'DEVICE_UNKNOWN', field: 'deviceIds' }]);
    expect(await change([])).toEqual([{ code: 'REQUIRED', field: 'deviceIds' }]);
    expect(await change(['a', 'b', 'c', 'd'])).toEqual([{ code: 'TOO_MANY', field: 'deviceIds' }]);
    await expect(devices().setEnabled(spectator, ids, false)).rejects.toMatchObject({ code: 'NOT_ALLOWED' });
    expect((await devices().get('meter.dev-a'))?.enabled).toBe(true);
  });

  test('R-FLOW-7 the dialect of a device changes, but not while a task of it has not ended', async () => {
    await registerPlaces();
    expect(await devices().update(operator, 'meter.dev-a', { dialect: 'IOTDA' })).toMatchObject({
      dialect: 'IOTDA',
      region: { city: 'Thun' },
    });
    await store.collections.tasks.insertOne(aTask({ productKey: 'meter', deviceName: 'dev-a', deviceId: 'meter.dev-a' }));
    expect(await refusal(devices().update(operator, 'meter.dev-a', { dialect: 'LINK' }))).toEqual([
      { code: 'TASK_STATE', field: 'dialect' },
    ]);
    expect(await devices().update(operator, 'meter.dev-a', { dialect: 'IOTDA', tags: [] })).toMatchObject({ dialect: 'IOTDA' });
    expect((await devices().credentials('meter', 'dev-a'))?.dialect).toBe('IOTDA');
  });
});
