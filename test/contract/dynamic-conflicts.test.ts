import type { NewDynamicBatch } from '../../core/batches/contract';
import type { BatchPolicy } from '../../schema/model/batch/batch';
import { operator, refusal, spectator } from '../support/core-parts';
import { DEVICE_POLICY, type DynamicWorld, dynamicWorld } from '../support/dynamic-world';
import { useStore } from '../support/store';

const store = useStore();
let world: DynamicWorld;
beforeEach(async () => {
  world = await dynamicWorld(store, ['dev-a', 'dev-b']);
  await world.addPackage('p2');
  await world.addPackage('p3', { version: '3.0.0' });
  for (const name of ['dev-a', 'dev-b']) await world.report(name, '1.0.0');
});

const forGroup = (groupId: string) => ({ scope: { kind: 'group' as const, groupId, groupIds: [] } });
const count = () => store.collections.batches.countDocuments();

interface Refused {
  code: string;
  field?: string;
  conflictingId?: string;
}
async function refused(work: Promise<unknown>): Promise<Refused[]> {
  const error = await work.then(
    () => {
      throw new Error('Expected a refusal, and there was none.');
    },
    (reason: Error & { errors?: Refused[] }) => reason,
  );
  const errors = error.errors ?? [error as unknown as Refused];
  return errors.map(({ code, field, conflictingId }) => ({ code, field, ...(conflictingId && { conflictingId }) }));
}

describe('R-BAT-8 a package has one dynamic batch of each base', () => {
  test('R-BAT-8 a second one is refused, naming the first; one of the other base is not; after its policy has ended it may be made', async () => {
    const group = await world.group('g');
    const first = await world.create('p2');
    const ofGroup = await world.create('p2', forGroup(group));
    expect(await refused(world.create('p2', { sourceVersions: ['7.0.0'] }))).toEqual([
      { code: 'DYNAMIC_BATCH_EXISTS', field: 'packageId', conflictingId: first._id },
    ]);
    expect(await refused(world.create('p2', forGroup(await world.group('h'))))).toEqual([
      { code: 'DYNAMIC_BATCH_EXISTS', field: 'packageId', conflictingId: ofGroup._id },
    ]);
    expect(await count()).toBe(2);
    await world.core.batches.cancelPolicy(operator, first._id);
    await expect(world.create('p2')).resolves.toMatchObject({ matching: true });
  });

  test('R-BAT-8 two processes that create conflicting batches at the same instant: one of them has its way', async () => {
    const [one, two] = await Promise.all([world.another(), world.another()]);
    const input = { packageId: 'p2', scope: { kind: 'all' as const }, sourceVersions: ['1.0.0'], policy: DEVICE_POLICY };
    for (let round = 0; round < 5; round++) {
      const both = await Promise.allSettled([one, two].map(({ core }) => core.batches.createDynamic(operator, input)));
      const made = both.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      const not = both.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
      expect([made.length, not.length]).toEqual([1, 1]);
      expect(not[0]).toMatchObject({ code: 'DYNAMIC_BATCH_EXISTS', conflictingId: made[0]?._id });
      await world.core.batches.cancelPolicy(operator, made[0]?._id ?? '');
    }
    expect(await count()).toBe(5);
  });

  test('R-BAT-8 the same idempotency key gives the same batch, also to two callers at once', async () => {
    const other = await world.another();
    const input: NewDynamicBatch = {
      packageId: 'p2',
      scope: { kind: 'all' },
      sourceVersions: ['1.0.0'],
      policy: DEVICE_POLICY,
      idempotencyKey: 'once',
    };
    const both = await Promise.all([world.core, other.core].map((core) => core.batches.createDynamic(operator, input)));
    expect(both[0]?._id).toBe(both[1]?._id);
    expect(await refused(world.core.batches.createDynamic(operator, { ...input, newlyReportedOnly: true }))).toMatchObject([
      { code: 'IDEMPOTENCY_MISMATCH' },
    ]);
  });
});

describe('R-BAT-14 settings that exclude each other', () => {
  const create = (packageId: string, policy: Partial<BatchPolicy>, fields: Partial<NewDynamicBatch> = {}) =>
    world.create(packageId, fields, policy);
  const createStatic = (packageId: string, policy: Partial<BatchPolicy>) =>
    world.core.batches.createStatic(operator, { packageId, scope: { kind: 'all' }, policy: { ...DEVICE_POLICY, ...policy } });

  test('R-BAT-14 no batch updates several modules and overrides', async () => {
    const both = { multiModule: true, overridePrevious: true };
    expect(await refused(create('p2', both))).toEqual([{ code: 'MULTI_MODULE_OR_OVERRIDE', field: 'multiModule' }]);
    expect(await refused(createStatic('p2', both))).toEqual([{ code: 'MULTI_MODULE_OR_OVERRIDE', field: 'multiModule' }]);
    expect(await count()).toBe(0);
  });

  test('R-BAT-14 within a product they exclude each other, static batches included, until the one in the way has ended', async () => {
    const multi = await create('p2', { multiModule: true });
    expect(await refused(createStatic('p3', { overridePrevious: true }))).toEqual([
      { code: 'MULTI_MODULE_OR_OVERRIDE', field: 'overridePrevious', conflictingId: multi._id },
    ]);
    await world.parts.lifecycle.setStatus(multi._id, 'CANCELED');
    const overriding = await createStatic('p3', { overridePrevious: true });
    expect(await refused(create('p2', { multiModule: true }))).toEqual([
      { code: 'MULTI_MODULE_OR_OVERRIDE', field: 'multiModule', conflictingId: overriding._id },
    ]);
    await expect(create('p2', {})).resolves.toMatchObject({ status: 'STARTING' });
  });

  test('R-BAT-14 two processes at the same instant: of two that exclude each other one is made', async () => {
    const other = await world.another();
    const input = { scope: { kind: 'all' as const }, sourceVersions: ['1.0.0'] };
    const both = await Promise.allSettled([
      world.core.batches.createDynamic(operator, { ...input, packageId: 'p2', policy: { ...DEVICE_POLICY, multiModule: true } }),
      other.core.batches.createDynamic(operator, { ...input, packageId: 'p3', policy: { ...DEVICE_POLICY, overridePrevious: true } }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await count()).toBe(1);
  });

  test('R-BAT-14 with several modules, version-based and group-based batches of a module share no source version', async () => {
    const group = await world.group('g');
    const first = await create('p2', { multiModule: true }, { sourceVersions: ['1.0.0', '1.1.0'] });
    const mixed = { code: 'DYNAMIC_BASES_MIXED', field: 'sourceVersions', conflictingId: first._id };
    expect(await refused(create('p3', { multiModule: true }, { ...forGroup(group), sourceVersions: ['1.1.0'] }))).toEqual([mixed]);
    await expect(create('p3', { multiModule: true }, { ...forGroup(group), sourceVersions: ['1.2.0'] })).resolves.toBeDefined();
    await world.addPackage('mcu', { module: 'mcu', version: '3.0.0' });
    await expect(create('mcu', { multiModule: true }, { ...forGroup(group), sourceVersions: ['1.1.0'] })).resolves.toBeDefined();
    const edit = world.core.batches.update(operator, first._id, { sourceVersions: ['1.0.0', '1.2.0'] });
    expect((await refused(edit))[0]?.code).toBe('DYNAMIC_BASES_MIXED');
  });

  test('R-BAT-14 all dynamic batches of a group agree on both settings, whatever their product', async () => {
    const group = await world.group('g');
    const first = await create('p2', {}, forGroup(group));
    const differs = { code: 'GROUP_SETTINGS_DIFFER', field: 'policy', conflictingId: first._id };
    await world.core.products.create(operator, { key: 'pump', name: 'Pumps' });
    await world.addPackage('pumped', { productKey: 'pump' });
    expect(await refused(create('p3', { multiModule: true }, { ...forGroup(group), sourceVersions: ['9.0.0'] }))).toEqual([differs]);
    expect(await refused(create('pumped', { overridePrevious: true }, forGroup(group)))).toEqual([differs]);
    await expect(create('pumped', {}, forGroup(group))).resolves.toBeDefined();
  });
});

describe('R-BAT-15 packages of a group', () => {
  test('R-BAT-15 five packages have dynamic batches for one group, a sixth is refused until one of them has no more', async () => {
    const group = await world.group('g');
    const batches = [];
    for (let index = 0; index < 6; index++) await world.addPackage(`fw${index}`, { version: `4.${index}.0` });
    for (let index = 0; index < 5; index++) batches.push(await world.create(`fw${index}`, forGroup(group)));
    expect(await refused(world.create('fw5', forGroup(group)))).toEqual([
      { code: 'GROUP_PACKAGES', field: 'scope.groupId', conflictingId: batches[0]?._id },
    ]);
    await expect(world.create('fw5', forGroup(await world.group('other')))).resolves.toBeDefined();
    await world.core.batches.cancelPolicy(operator, batches[3]?._id ?? '');
    await expect(world.create('p2', forGroup(group))).resolves.toBeDefined();
  });

  test('R-BAT-15 two processes at once that want the fifth place: one gets it', async () => {
    const group = await world.group('g');
    for (let index = 0; index < 6; index++) await world.addPackage(`fw${index}`, { version: `4.${index}.0` });
    for (let index = 0; index < 4; index++) await world.create(`fw${index}`, forGroup(group));
    const other = await world.another();
    const input = { ...forGroup(group), sourceVersions: ['1.0.0'], policy: DEVICE_POLICY };
    const both = await Promise.allSettled(
      [world.core, other.core].map((core, index) => core.batches.createDynamic(operator, { ...input, packageId: `fw${4 + index}` })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await store.collections.batches.countDocuments({ 'scope.groupId': group })).toBe(5);
  });
});

describe('what a dynamic batch cannot have', () => {
  test.each<[string, Partial<NewDynamicBatch>, string, string]>([
    ['R-BAT-2 a share of the devices', { scope: { kind: 'phased', percent: 10, seed: '' } }, 'STATIC_ONLY', 'scope.phased'],
    [
      'R-BAT-2 a schedule',
      { schedule: { startAt: new Date(Date.now() + 3_600_000), endAt: null } } as Partial<NewDynamicBatch>,
      'STATIC_ONLY',
      'schedule',
    ],
    ['R-BAT-5 no source versions with a full package', { sourceVersions: [] }, 'REQUIRED', 'sourceVersions'],
    [
      'R-BAT-5 source versions and devices by name',
      { scope: { kind: 'targeted', deviceNames: ['dev-a'] } },
      'SOURCE_VERSIONS_TARGETED',
      'sourceVersions',
    ],
    ['R-BAT-5 the target among the sources', { sourceVersions: ['1.0.0', '2.0.0'] }, 'SOURCE_IS_TARGET', 'sourceVersions.1'],
    ['R-BAT-15 a group that is not there', { scope: { kind: 'group', groupId: 'none', groupIds: [] } }, 'GROUP_UNKNOWN', 'scope.groupId'],
  ])('%s is refused', async (_name, fields, code, field) => {
    expect(await refused(world.create('p2', fields))).toEqual([{ code, field }]);
    expect(await count()).toBe(0);
  });

  test('R-BAT-5 a differential package brings its source versions, and takes no others', async () => {
    await world.addPackage('delta', { kind: 'DIFFERENTIAL', version: '2.1.0', sourceVersions: ['1.0.0', '1.1.0'] });
    expect(await refused(world.create('delta', { sourceVersions: ['0.9.0'] }))).toMatchObject([{ code: 'SOURCE_VERSION_REFUSED' }]);
    const batch = await world.create('delta', { sourceVersions: undefined });
    expect(batch.sourceVersions).toEqual(['1.0.0', '1.1.0']);
    expect(await world.statuses(batch)).toEqual({ 'dev-a': 'QUEUED', 'dev-b': 'QUEUED' });
  });

  test('R-PKG-9 an unverified package, and R-UI-4 a viewer, make none', async () => {
    await world.addPackage('raw', { version: '9.0.0', verification: { required: true, state: 'UNVERIFIED', verifiedAt: null } });
    expect(await refused(world.create('raw'))).toMatchObject([{ code: 'PACKAGE_UNVERIFIED' }]);
    const input = { packageId: 'p2', scope: { kind: 'all' as const }, sourceVersions: ['1.0.0'], policy: DEVICE_POLICY };
    expect(await refusal(world.core.batches.createDynamic(spectator, input))).toEqual([{ code: 'NOT_ALLOWED' }]);
    expect(await count()).toBe(0);
  });
});
