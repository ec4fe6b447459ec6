import type { NewDynamicBatch } from '../../core/batches/contract';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import { operator, refusal, spectator } from '../support/core-parts';
import { DEVICE_POLICY, type DynamicWorld, dynamicWorld } from '../support/dynamic-world';
import { useStore } from '../support/store';

const DEVICES = 12;
const VERSIONS = ['1.0.0', '1.1.0', '2.0.0', null] as const;
const name = (index: number) => `dev-${String(index).padStart(2, '0')}`;

const store = useStore();
let world: DynamicWorld;
beforeEach(async () => {
  world = await dynamicWorld(
    store,
    Array.from({ length: DEVICES }, (_, index) => name(index)),
  );
  for (let index = 0; index < DEVICES; index++) {
    const version = VERSIONS[index % VERSIONS.length];
    if (version) await world.report(name(index), version);
  }
});

const asked = (packageId: string, fields: Partial<NewDynamicBatch> = {}): NewDynamicBatch => ({
  packageId,
  scope: { kind: 'all' },
  policy: DEVICE_POLICY,
  ...fields,
});
const preview = (packageId: string, fields: Partial<NewDynamicBatch> = {}, viewer = operator) =>
  world.core.batches.previewDynamic(viewer, asked(packageId, fields));

const cases: { name: string; package?: Partial<FirmwarePackage>; fields?: Partial<NewDynamicBatch>; created: number }[] = [
  { name: 'chosen source versions', fields: { sourceVersions: ['1.0.0'] }, created: 2 },
  {
    name: 'devices, with any version but its own',
    fields: { scope: { kind: 'targeted', deviceNames: [0, 1, 2, 3].map(name) } },
    created: 2,
  },
  { name: 'the source versions of the package', package: { sourceVersions: ['1.1.0'] }, created: 3 },
  { name: 'a region', fields: { scope: { kind: 'region', province: 'Bern', city: 'Thun' }, sourceVersions: ['1.1.0'] }, created: 1 },
  { name: 'newly reported versions only', fields: { newlyReportedOnly: true, sourceVersions: ['1.0.0'] }, created: 0 },
];

test.each(cases)('R-BAT-23 R-BAT-1 the preview of a dynamic batch by $name finds what its selection finds', async (each) => {
  await world.addPackage('busy', { version: '9.0.0' });
  await world.addPackage('p2', { version: '2.0.0', ...each.package });
  await store.collections.devices.updateOne({ _id: world.idOf(name(1)) }, { $set: { region: { province: 'Bern', city: 'Thun' } } });
  const busy = await world.core.batches.createStatic(operator, {
    ...asked('busy'),
    scope: { kind: 'targeted', deviceNames: [name(0)] },
  });
  await world.parts.lifecycle.select(busy._id);
  const before = await store.collections.batches.countDocuments();
  const seen = await preview('p2', each.fields);
  expect(await store.collections.batches.countDocuments()).toBe(before);
  world.later();
  const batch = await world.core.batches.createDynamic(operator, asked('p2', each.fields));
  await world.parts.lifecycle.select(batch._id);
  const { selection } = (await world.core.batches.get(batch._id)) ?? batch;
  expect(seen.selection.created).toBe(each.created);
  expect({ ...seen.selection, skippedVersion: seen.selection.skippedVersion ?? 0 }).toEqual({ skippedVersion: 0, ...selection });
  expect(seen.toPush).toBe(await store.collections.tasks.countDocuments({ batchId: batch._id, active: true }));
  expect([seen.expectedEnd === null, seen.estimated]).toEqual([false, false]);
});

test('R-BAT-23 R-BAT-8 it is refused as the creation would be', async () => {
  await world.addPackage('p2');
  await world.create('p2');
  expect(await refusal(preview('p2', { sourceVersions: ['1.1.0'] }))).toEqual([{ code: 'DYNAMIC_BATCH_EXISTS', field: 'packageId' }]);
  expect(await refusal(preview('p2', { scope: { kind: 'phased', percent: 5, seed: 'a' }, sourceVersions: ['1.0.0'] }))).toEqual([
    { code: 'STATIC_ONLY', field: 'scope.phased' },
  ]);
  expect(await refusal(preview('p2'))).toEqual([{ code: 'REQUIRED', field: 'sourceVersions' }]);
  expect(await refusal(preview('p2', {}, spectator))).toEqual([{ code: 'NOT_ALLOWED' }]);
});

test('R-BAT-23 R-BAT-14 the preview of a static batch is refused where multi-module and override exclude each other', async () => {
  await world.addPackage('p2');
  await world.addPackage('p3', { version: '3.0.0' });
  await world.core.batches.createStatic(operator, { ...asked('p2'), policy: { ...DEVICE_POLICY, multiModule: true } });
  const overriding = { ...asked('p3'), policy: { ...DEVICE_POLICY, overridePrevious: true } };
  const refused = await refusal(world.core.batches.createStatic(operator, overriding));
  expect(refused).toEqual([expect.objectContaining({ code: 'MULTI_MODULE_OR_OVERRIDE' })]);
  expect(await refusal(world.core.batches.preview(operator, overriding))).toEqual(refused);
});
