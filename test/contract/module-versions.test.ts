import fc from 'fast-check';
import { reportVersion } from '../../core/devices/report-version';
import { createProductService } from '../../core/products/service';
import { createVersionCounts, type VersionCounts } from '../../core/products/version-counts';
import { deviceIdOf } from '../../schema/model/ids';
import { aPackage } from '../support/builders';
import { handClock, productParts, refusal, settingsWith } from '../support/core-parts';
import { emptyStore, useStore } from '../support/store';

const clock = handClock();
const store = useStore();
let counts: VersionCounts;
let products: ReturnType<typeof createProductService>;
beforeEach(async () => {
  counts = createVersionCounts(store);
  const settings = settingsWith({ pageSize: 4 });
  products = createProductService({
    collections: store.collections,
    settings,
    clock,
    ...productParts(store, clock),
    versionCounts: counts,
  });
  await store.collections.products.insertOne({ _id: 'meter', name: 'meter', dialect: 'LINK', createdAt: clock() });
});

const device = (deviceName: string, moduleVersions: string[] = []) => ({
  _id: deviceIdOf('meter', deviceName),
  productKey: 'meter',
  deviceName,
  sealedSecret: '',
  enabled: true,
  dialect: 'LINK' as const,
  modules: {},
  moduleVersions,
  online: false,
  gatewayId: null,
  sessionId: null,
  onlineChangedAt: null,
  createdAt: clock(),
});
const report = (deviceName: string, version: string, module = 'default') =>
  reportVersion(store.collections, deviceIdOf('meter', deviceName), module, version, clock());
const countsOf = async (module = 'default') =>
  (await products.moduleVersions('meter', module, {})).rows.map(({ node }) => [node.version, node.devices]);

test('R-PKG-11 the versions of a module are counted as devices have them now', async () => {
  await store.collections.devices.insertMany(['a', 'b', 'c', 'd'].map((name) => device(name)));
  for (const name of ['a', 'b', 'c']) await report(name, '1.0.0');
  await report('a', '7', 'radio');
  expect(await countsOf()).toEqual([['1.0.0', 3]]);
  await report('a', '2.0.0');
  await report('b', '1.0.0');
  await report('d', '2.0.0');
  await report('d', '1.10.0');
  expect(await countsOf()).toEqual([
    ['1.0.0', 2],
    ['1.10.0', 1],
    ['2.0.0', 1],
  ]);
  expect(await countsOf('radio')).toEqual([['7', 1]]);
  expect(await countsOf('none')).toEqual([]);
  for (const name of ['b', 'c']) await report(name, '2.0.0');
  expect(await countsOf()).toEqual([
    ['1.10.0', 1],
    ['2.0.0', 3],
  ]);
  expect(await store.collections.versionCounts.countDocuments({ devices: { $lte: 0 } })).toBe(0);
});

test('R-PKG-11 the counts are exact whatever was reported, and whoever takes it in at the same time', async () => {
  const changes = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.constantFrom('1', '2', '3')), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(changes, async (reports) => {
      await emptyStore(store);
      await store.collections.products.insertOne({ _id: 'meter', name: 'meter', dialect: 'LINK', createdAt: clock() });
      await store.collections.devices.insertMany(['a', 'b', 'c', 'd', 'e'].map((name) => device(name)));
      const other = createVersionCounts(store);
      const read = () => other.read('meter', async () => null);
      await Promise.all([...reports.map(([name, version]) => report(name, version)), read(), read()]);
      const devices = await store.collections.devices.find().toArray();
      const truth = new Map<string, number>();
      for (const { modules } of devices) {
        const version = modules.default?.version;
        if (version) truth.set(version, (truth.get(version) ?? 0) + 1);
      }
      expect(await countsOf()).toEqual([...truth].sort(([a], [b]) => (a < b ? -1 : 1)));
    }),
    { numRuns: 15 },
  );
});

test('R-PKG-11 devices that reported before there was a roll-up are counted once it begins', async () => {
  await store.collections.devices.insertMany([device('a', ['default=1']), device('b', ['default=1', 'radio=2']), device('c')]);
  await counts.begin();
  await counts.begin();
  expect(await countsOf()).toEqual([['1', 2]]);
  expect(await store.collections.devices.countDocuments({ uncounted: true })).toBe(0);
});

test('R-PKG-11 versions come page by page, each once', async () => {
  const names = Array.from({ length: 9 }, (_, index) => `d${index}`);
  await store.collections.devices.insertMany(names.map((name) => device(name)));
  for (const name of names) await report(name, `1.${name}`);
  const seen: string[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const page = await products.moduleVersions('meter', 'default', { first: 4, after });
    seen.push(...page.rows.map(({ node }) => node.version));
    more = page.hasNextPage;
    after = page.rows.at(-1)?.cursor ?? null;
  }
  expect(seen).toEqual(names.map((name) => `1.${name}`));
});

test('R-PKG-11 modules are those of devices and those of packages', async () => {
  await store.collections.devices.insertMany([device('a'), device('b')]);
  await report('a', '1');
  await report('b', '2');
  await report('b', '7', 'radio');
  await store.collections.packages.insertMany(
    ['gps', 'radio'].map((module) => aPackage({ productKey: 'meter', _id: module, module, version: '9' })),
  );
  const { rows, hasNextPage } = await products.modules('meter', {});
  expect(rows.map(({ node }) => node)).toEqual([
    { name: 'default', devices: 2, packages: 0 },
    { name: 'gps', devices: 0, packages: 1 },
    { name: 'radio', devices: 1, packages: 1 },
  ]);
  expect(hasNextPage).toBe(false);
  const second = await products.modules('meter', { first: 1, after: rows[0]?.cursor });
  expect([second.rows.map(({ node }) => node.name), second.hasNextPage]).toEqual([['gps'], true]);
});

test('R-PKG-11 R-PKG-3 versions of any script come page by page in one order, each once', async () => {
  const versions = ['1', 'a+b', '~', '版本1', '\uff5a', '👍'];
  await store.collections.devices.insertMany(versions.map((_, index) => device(`dev-${index}`)));
  for (const [index, version] of versions.entries()) {
    await report(`dev-${index}`, version);
    // Half of them are in the roll-up, and half are still to come.
    if (index === 2) await counts.read('meter', async () => undefined);
  }
  const seen: string[] = [];
  for (let after: string | null = null; ; ) {
    const page = await products.moduleVersions('meter', 'default', { first: 1, after });
    seen.push(...page.rows.map(({ node }) => node.version));
    after = page.rows.at(-1)?.cursor ?? null;
    if (!page.hasNextPage) break;
  }
  expect(seen).toEqual(versions);
});

test('R-PKG-11 bad questions are refused', async () => {
  expect(await refusal(products.moduleVersions('nobody', 'default', {}))).toEqual([{ code: 'PRODUCT_UNKNOWN', field: 'productKey' }]);
  expect(await refusal(products.moduleVersions('meter', 'Radio!', {}))).toEqual([{ code: 'INVALID_FORMAT', field: 'module' }]);
  expect(await refusal(products.modules('meter', { first: 5 }))).toEqual([{ code: 'OUT_OF_RANGE', field: 'first' }]);
  expect(await refusal(products.modules('meter', { after: 'x' }))).toEqual([{ code: 'INVALID_CURSOR', field: 'after' }]);
});
