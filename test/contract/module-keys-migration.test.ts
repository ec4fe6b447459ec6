import { deviceOf } from '../../core/devices/register';
import { moduleField, reportedModules } from '../../schema/model/device/device-modules';
import type { Store } from '../../schema/mongo/connect';
import type { StoredDevice } from '../../schema/mongo/devices';
import { moduleKeys } from '../../schema/mongo/migrations/0002-module-keys';
import { handClock, operator, SEALING } from '../support/core-parts';
import { lookedAt } from '../support/group-looks';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { emptyStore, testStore } from '../support/store';

const clock = handClock();
let store: Store;
beforeAll(async () => {
  store = await testStore({ isNew: true });
});
afterEach(() => emptyStore(store));
afterAll(() => store.close());

/** It seals nothing. */
const asItIs = (_: string, text: string): string => text;
const SEALS = { sealSecret: asItIs, sealRows: asItIs, openRows: asItIs };
const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute));
/** As a version before kept it: by the name that the device wrote. */
const before = (deviceName: string, modules: Record<string, [version: string, minute: number]>): StoredDevice => ({
  ...deviceOf(SEALING, { _id: 'meter', name: 'meter', dialect: 'LINK', createdAt: at(0) }, { deviceName }, at(0)),
  modules: Object.fromEntries(Object.entries(modules).map(([name, [version, minute]]) => [name, { version, reportedAt: at(minute) }])),
  moduleVersions: Object.entries(modules).map(([name, [version]]) => `${name}=${version}`),
  counted: Object.entries(modules).map(([name, [version]]) => `${name}=${version}`),
});
const migrate = (signal = new AbortController().signal) => moduleKeys.run({ collections: store.collections, ...SEALS }, signal);
const stored = async (deviceName: string) => {
  const device = await store.collections.devices.findOne({ _id: `meter.${deviceName}` });
  return device && { modules: device.modules, moduleVersions: device.moduleVersions, uncounted: device.uncounted };
};

test('R-PKG-3 R-DEV-1 what was reported in two spellings is one module afterwards: the newer report stays, with its spelling', async () => {
  await store.collections.devices.insertMany([
    before('older', { MCU: ['1.0', 1], mcu: ['2.0', 2], default: ['d', 3] }),
    before('newer', { mcu: ['2.0', 1], MCU: ['1.0', 2], Mcu: ['0.5', 0] }),
    before('plain', { default: ['D=1', 1], ['constructor' as string]: ['C', 1] }),
    before('none', {}),
  ]);
  const untouched = await stored('plain');
  await migrate();
  expect(await stored('older')).toEqual({
    modules: { mcu: { version: '2.0', reportedAt: at(2) }, default: { version: 'd', reportedAt: at(3) } },
    moduleVersions: ['mcu=2.0', 'default=d'],
    uncounted: true,
  });
  expect(await stored('newer')).toEqual({
    modules: { mcu: { version: '1.0', reportedAt: at(2), name: 'MCU' } },
    moduleVersions: ['mcu=1.0'],
    uncounted: true,
  });
  expect(await stored('plain')).toEqual(untouched);
  expect(await stored('none')).toMatchObject({ modules: {}, moduleVersions: [] });
});

test('R-PKG-11 the counts are exact afterwards, and the old names are in them no more', async () => {
  const parts = await meters({ store, engine: quietEngine(), clock }, []);
  await store.collections.devices.insertMany([before('a', { MCU: ['1.0', 1] }), before('b', { MCU: ['1.0', 1], mcu: ['2.0', 2] })]);
  await store.collections.versionCounts.insertMany([
    { _id: 'meter.MCU=1.0', productKey: 'meter', module: 'MCU', version: '1.0', devices: 2 },
    { _id: 'meter.mcu=2.0', productKey: 'meter', module: 'mcu', version: '2.0', devices: 1 },
  ]);
  await migrate();
  const { products } = parts.core;
  const rows = (await products.moduleVersions('meter', 'MCU', {})).rows.map(({ node }) => node);
  expect(rows).toEqual([
    { version: '1.0', devices: 1 },
    { version: '2.0', devices: 1 },
  ]);
  expect((await products.modules('meter', {})).rows.map(({ node }) => [node.name, node.devices])).toEqual([['mcu', 2]]);
  await parts.close();
});

test('R-DEV-4 dynamic groups are looked at once more, so that a rule holds for what has another name now', async () => {
  const parts = await meters({ store, engine: quietEngine(), clock }, []);
  const rule = { field: 'MODULE_VERSION' as const, module: 'mcu', values: ['1.0'] };
  const group = await parts.core.groups.createDynamic(operator, { name: 'ones', rule });
  await lookedAt(parts, group._id, clock);
  await store.collections.groups.updateOne({ _id: group._id }, { $set: { 'dynamic.checkAt': new Date(Date.now() + 86_400_000) } });
  await store.collections.devices.insertOne(before('a', { MCU: ['1.0', 1] }));
  await migrate();
  clock.advance(86_000_000);
  await lookedAt(parts, group._id, clock);
  expect(await store.collections.devices.countDocuments({ groups: group._id })).toBe(1);
  await parts.close();
});

test('R-PKG-3 cut anywhere it goes on where it was, and a second run changes nothing', async () => {
  const names = Array.from({ length: 2_500 }, (_, index) => `dev-${String(index).padStart(4, '0')}`);
  await store.collections.devices.insertMany(names.map((name, index) => before(name, { [index % 2 ? 'MCU' : 'default']: ['1', 1] })));
  const cut = new AbortController();
  const { devices, groups } = store.collections;
  const cutting = new Proxy(devices, {
    get: (target, name) => {
      if (name === 'updateMany') cut.abort(new Error('killed'));
      const member = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  await expect(moduleKeys.run({ collections: { ...store.collections, devices: cutting, groups }, ...SEALS }, cut.signal)).rejects.toThrow(
    'killed',
  );
  const left = () => devices.countDocuments({ 'modules.MCU': { $exists: true } });
  expect(await left()).toBe(250);
  await migrate();
  expect(await left()).toBe(0);
  const after = await devices.find().sort({ _id: 1 }).toArray();
  await migrate();
  expect(await devices.find().sort({ _id: 1 }).toArray()).toEqual(after);
});

test('R-DEV-1 what a process of the version before still writes is put right by the next report', async () => {
  const parts = await meters({ store, engine: quietEngine(), clock }, []);
  await store.collections.devices.insertOne(before('a', { MCU: ['1.0', 1] }));
  await parts.core.tasks.report('meter.a', { kind: 'version', module: 'MCU', version: '1.1' });
  const device = await store.collections.devices.findOne({ _id: 'meter.a' });
  expect(reportedModules(device?.modules ?? {})).toMatchObject([{ module: 'mcu', spelling: 'MCU', version: '1.1' }]);
  expect(device?.moduleVersions).toEqual(['mcu=1.1']);
  expect((await parts.core.products.modules('meter', {})).rows.map(({ node }) => node.name)).toEqual(['mcu']);
  await parts.close();
});

test('R-PKG-3 a member of the document is no path, no operator and no name that objects have', () => {
  expect(['MCU', 'wifi.fw', '..', '__PROTO__'].map(moduleField)).toEqual(['mcu', 'wifi%2efw', '%2e%2e', '%5f_proto__']);
});
