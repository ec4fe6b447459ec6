import { Readable } from 'node:stream';
import type { CoreParts } from '../../core/core-parts';
import type { Notification } from '../../core/ports';
import type { DeviceImport, DeviceImportProblem } from '../../schema/model/device/device-import';
import type { DeviceId } from '../../schema/model/ids';
import type { StoredImport } from '../../schema/mongo/device-imports';
import { anotherCreation } from '../support/another-creation';
import { aPackage } from '../support/builders';
import { operator } from '../support/core-parts';
import { HUB, type Hub, ids, startHub } from '../support/hub';
import { useStore } from '../support/store';

const store = useStore();
let hub: Hub;
let core: CoreParts['core'];

beforeEach(async () => {
  hub = await startHub(store);
  core = hub.parts.core;
});

const FIRST = 'ab'.repeat(32);
const SECOND = 'CD:'.repeat(31).concat('CD');

async function allOfThem<T>(found: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of found) all.push(each);
  return all;
}

async function ended(id: string): Promise<DeviceImport> {
  for (;;) {
    const found = await core.deviceImports.get(id);
    if (found?.endedAt) return found;
    await new Promise(setImmediate);
  }
}
const importOf = (lines: readonly string[], skipInvalid = false): Promise<DeviceImport> =>
  core.deviceImports
    .create(operator, { productKey: 'meter', skipInvalid }, Readable.from([lines.join('\n')], { objectMode: false }))
    .then(({ _id }) => ended(_id));
const toldOf = async ({ _id }: DeviceImport): Promise<[number, DeviceImportProblem['problem']][]> =>
  (await allOfThem(await core.deviceImports.problems(operator, _id))).map(({ row, problem }) => [row, problem]);
const childCounts = async (...names: string[]) => (await core.devices.getMany(ids(...names))).map((device) => device?.children ?? 0);

/** As its process left it: `piecesDone` of its pieces are devices, as far as it knew. */
const leftAt = ({ _id }: DeviceImport, piecesDone: number) => {
  const left: Partial<StoredImport> = { status: 'CREATING', piecesDone, created: 0, endedAt: null, renewedAt: new Date(0) };
  return store.collections.deviceImports.updateOne({ _id }, { $set: left });
};
/** Another process goes on with it, to its end. */
async function goesOn(left: DeviceImport): Promise<DeviceImport> {
  const other = anotherCreation(store, { gatewayChildren: 3 });
  expect(await other.resume()).toBe(1);
  const found = await ended(left._id);
  await other.stop();
  return found;
}

describe('R-DEV-6 R-FLOW-1 R-FLOW-2 an import of devices that have parents', () => {
  test('a parent is there, or of another product, or comes after its children, a thousand rows and more', async () => {
    await core.products.create(operator, { key: 'gates', name: 'Parents' });
    await core.devices.register(operator, 'gates', [{ deviceName: 'gate' }]);
    await core.devices.connected('gates.gate', 'gw-1', 's1');
    const others = Array.from({ length: 1_200 }, (_, index) => `lone-${index},,`);
    const made = await importOf([
      // The older names of the columns.
      'deviceName,Gateway.productKey,gateway',
      ...['first,,late-hub', 'second,,hub-1', 'third,gates,gate', 'fourth,meter,hub-1'],
      ...others,
      'late-hub,,',
      'fifth,,late-hub',
    ]);
    expect(made).toMatchObject({ status: 'FINISHED', rows: 1_206, created: 1_206 });
    const found = await core.devices.getMany(ids('first', 'second', 'third', 'fourth', 'fifth', 'late-hub', 'lone-7'));
    expect(found.map((device) => [device?.parentId, device?.online])).toEqual([
      ['meter.late-hub', false],
      [HUB, false],
      ['gates.gate', true],
      [HUB, false],
      ['meter.late-hub', false],
      [undefined, false],
      [undefined, false],
    ]);
    expect(await childCounts('late-hub', 'hub-1')).toEqual([2, 2]);
    expect((await core.devices.get('gates.gate'))?.children).toBe(1);
    expect(await allOfThem(await core.deviceImports.secrets(operator, made._id))).toHaveLength(1_206);
  });

  test('R-BAT-1 they are on-line with their parent, and what a batch pushes goes to it', async () => {
    await core.devices.connected(HUB, 'gw-1', 's1');
    await importOf(['deviceName,parent', 'new-1,hub-1', 'new-2,new-hub', 'new-hub,']);
    expect(await hub.gatewayIds('new-1', 'new-2')).toEqual(['gw-1', null]);
    await core.devices.connected('meter.new-hub', 'gw-1', 's2');
    expect(await hub.gatewayIds('new-1', 'new-2')).toEqual(['gw-1', 'gw-1']);

    await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
    const { _id } = await core.batches.createStatic(operator, {
      packageId: 'package1',
      scope: { kind: 'targeted', deviceNames: ['new-1', 'new-2'] },
      policy: { rate: { kind: 'constant', perMinute: 10_000 }, retry: null, timeoutMinutes: null },
    });
    await hub.parts.lifecycle.select(_id);
    const sent: [DeviceId, DeviceId | undefined][] = [];
    const link = {
      gatewayId: 'gw-1',
      isConnected: (id: DeviceId) => id === HUB || id === 'meter.new-hub',
      notify: async ({ deviceId }: Notification, parentId?: DeviceId) => Boolean(sent.push([deviceId, parentId])),
      queryVersion: async () => false,
    };
    const taskIds = ids('new-1', 'new-2').map((id) => `${_id}.${id}`);
    expect(await hub.parts.pushOver(link)({ batchId: _id, taskIds, intervalMs: 1 })).toBe(2);
    expect(sent.sort()).toEqual([
      ['meter.new-1', HUB],
      ['meter.new-2', 'meter.new-hub'],
    ]);
  });

  test('each refusal has its problem, nothing is created, and the others are when wrong rows are left out', async () => {
    await hub.bind(HUB, 'dev-a');
    await core.devices.register(operator, 'meter', [{ deviceName: 'foreign', dialect: 'IOTDA' }]);
    const file = [
      'deviceName,parent,parent.productKey',
      ...['good-1,hub-1,', 'bad-unknown,nobody,', 'bad-product,hub-1,other', 'bad-missing,,meter', 'bad-self,bad-self,'],
      ...['bad-stored,dev-a,', 'bad-chain,good-1,', 'bad-dialect,foreign,', 'good-2,hub-1,', 'bad-full,hub-1,', 'hub-2,hub-1,'],
      ...['good-3,hub-2,', 'bad-never,bad-missing,'],
    ];
    const wrong = [
      [3, 'GATEWAY_UNKNOWN'],
      [4, 'GATEWAY_UNKNOWN'],
      [5, 'GATEWAY_UNKNOWN'],
      [6, 'GATEWAY_LEVELS'],
      [7, 'GATEWAY_LEVELS'],
      [8, 'GATEWAY_LEVELS'],
      [9, 'GATEWAY_DIALECT'],
      [11, 'GATEWAY_FULL'],
      [12, 'EXISTS'],
      [14, 'GATEWAY_UNKNOWN'],
    ];
    const problems = { GATEWAY_UNKNOWN: 4, GATEWAY_LEVELS: 3, GATEWAY_DIALECT: 1, GATEWAY_FULL: 1, EXISTS: 1, DUPLICATE: 0 };
    const refused = await importOf(file);
    expect(refused).toMatchObject({ status: 'REFUSED', rows: 13, valid: 3, created: 0, problems });
    expect(await toldOf(refused)).toEqual(wrong);
    expect(await core.devices.get('meter.good-1')).toBeNull();
    const taken = await importOf(file, true);
    expect(taken).toMatchObject({ status: 'FINISHED', created: 3, problems });
    expect(await toldOf(taken)).toEqual(wrong);
    expect(await hub.childrenOf(HUB)).toEqual(['dev-a', 'good-1', 'good-2']);
    expect(await hub.childrenOf('meter.hub-2')).toEqual(['good-3']);
  });

  test('as many as a parent may have, and not one more', async () => {
    const behind = (count: number) => Array.from({ length: count }, (_, index) => `full-${index},full-hub`);
    const refused = await importOf(['deviceName,parent', ...behind(4), 'full-hub,']);
    expect([refused.status, await toldOf(refused)]).toEqual(['REFUSED', [[5, 'GATEWAY_FULL']]]);
    expect(await importOf(['deviceName,parent', ...behind(3), 'full-hub,'])).toMatchObject({ status: 'FINISHED', created: 4 });
    expect(await childCounts('full-hub')).toEqual([3]);
  });

  test('a file whose only rows are refused for their parents creates nothing, even when wrong rows are left out', async () => {
    expect(await importOf(['deviceName,parent', 'bad-unknown,nobody'], true)).toMatchObject({ status: 'REFUSED', valid: 0 });
    expect(await store.collections.deviceImportPieces.countDocuments({})).toBe(0);
  });
});

describe('R-DEV-6 again, after its process has died', () => {
  const file = ['deviceName,parent', 'kill-1,kill-hub', 'kill-2,hub-1', 'kill-hub,', 'kill-lone,'];
  const children = ids('kill-1', 'kill-2');
  const allOf = () =>
    store.collections.devices
      .find({ deviceName: /^kill|^hub/ })
      .sort({ _id: 1 })
      .toArray();

  test.each([0, 1])('with all devices made and %i of its two steps known, everything stays as it was', async (piecesDone) => {
    const made = await importOf(file);
    const before = await allOf();
    await leftAt(made, piecesDone);
    expect(await goesOn(made)).toMatchObject({ status: 'FINISHED', created: 4 });
    expect(await allOf()).toEqual(before);
    expect(await toldOf(made)).toEqual([]);
  });

  test('after the parents were made and before their children were', async () => {
    const made = await importOf(file);
    await core.devices.delete(operator, children);
    expect(await childCounts('kill-hub', 'hub-1')).toEqual([0, 0]);
    await leftAt(made, 1);
    expect(await goesOn(made)).toMatchObject({ status: 'FINISHED', created: 4 });
    expect(await childCounts('kill-hub', 'hub-1')).toEqual([1, 1]);
    expect((await core.devices.childrenOf(HUB)).map(({ deviceId }) => deviceId)).toEqual(['meter.kill-2']);
  });

  test('after the children were made and before they were given the presence of their parents', async () => {
    const made = await importOf(file);
    await store.collections.devices.updateOne({ _id: HUB }, { $set: { online: true, gatewayId: 'gw-1', sessionId: 's1' } });
    await leftAt(made, 1);
    await goesOn(made);
    expect(await hub.gatewayIds('kill-1', 'kill-2')).toEqual([null, 'gw-1']);
  });

  test('what got another parent meanwhile stays there', async () => {
    const made = await importOf(file);
    await hub.bind('meter.hub-2', 'kill-1');
    await leftAt(made, 0);
    expect(await goesOn(made)).toMatchObject({ created: 4 });
    expect(await childCounts('kill-hub', 'hub-2')).toEqual([0, 1]);
  });

  test('by two processes at once', async () => {
    const made = await importOf(file);
    await store.collections.devices.deleteMany({ deviceName: /^kill/ });
    await store.collections.devices.updateOne({ _id: HUB }, { $unset: { children: true } });
    await leftAt(made, 0);
    const others = [anotherCreation(store, { gatewayChildren: 3 }), anotherCreation(store, { gatewayChildren: 3 })];
    for (const other of others) other.start(made._id);
    expect(await ended(made._id)).toMatchObject({ created: 4 });
    for (const other of others) await other.stop();
    expect(await childCounts('kill-hub', 'hub-1')).toEqual([1, 1]);
    expect(await toldOf(made)).toEqual([]);
  });

  test.each<[string, () => Promise<unknown>, [number, DeviceImportProblem['problem']][]]>([
    ['gone', () => core.devices.delete(operator, ids('kill-hub')), [[2, 'GATEWAY_UNKNOWN']]],
    ['put behind another', () => hub.bind('meter.hub-2', 'kill-hub'), [[2, 'GATEWAY_LEVELS']]],
    ['given another dialect', () => core.devices.update(operator, HUB, { dialect: 'IOTDA' }), [[3, 'GATEWAY_DIALECT']]],
    ['filled', () => hub.bind(HUB, 'dev-a', 'dev-b', 'dev-c'), [[3, 'GATEWAY_FULL']]],
    ['left alone, and a child registered', () => core.devices.register(operator, 'meter', [{ deviceName: 'kill-2' }]), [[3, 'EXISTS']]],
  ])('a parent that was %s after the check: its children are told, and the others are made', async (_what, change, told) => {
    const made = await importOf(file);
    await core.devices.delete(operator, children);
    await change();
    await leftAt(made, 1);
    expect(await goesOn(made)).toMatchObject({ status: 'FINISHED', created: 3 });
    expect(await toldOf(made)).toEqual(told);
    const secrets = await allOfThem(await core.deviceImports.secrets(operator, made._id));
    expect(secrets.map(({ deviceName }) => deviceName)).toEqual(
      ['kill-1', 'kill-2', 'kill-hub', 'kill-lone'].filter((_, index) => index + 2 !== told[0]?.[0]),
    );
  });

  test('a piece whose devices are all somebody else’s is done', async () => {
    const made = await importOf(['lost-1', 'lost-2']);
    await core.devices.delete(operator, ids('lost-1', 'lost-2'));
    await core.devices.register(operator, 'meter', [{ deviceName: 'lost-1' }, { deviceName: 'lost-2' }]);
    for (let times = 0; times < 2; times += 1) {
      await leftAt(made, 0);
      expect(await goesOn(made)).toMatchObject({ status: 'FINISHED', created: 0, problems: { EXISTS: 2 } });
    }
  });
});

describe('R-DEV-6 R-FLOW-2 an import of devices with certificates', () => {
  test('one or two a device, as they are stored; nobody is told a secret that only the platform knows', async () => {
    await store.collections.products.updateOne({ _id: 'meter' }, { $set: { dialect: 'IOTDA' } });
    const made = await importOf([
      'deviceName,certificateFingerprints,secret',
      `cert-1,${FIRST},`,
      `cert-2,${FIRST} ; ${SECOND},0123456789abcdef`,
      'cert-3,,',
    ]);
    const found = await core.devices.getMany(ids('cert-1', 'cert-2', 'cert-3'));
    const secrets = await Promise.all([1, 2, 3].map(async (n) => (await core.devices.credentials('meter', `cert-${n}`))?.secret));
    expect(found.map((device) => device?.certificates)).toEqual([[FIRST], [FIRST, 'cd'.repeat(32)], undefined]);
    expect(secrets[0]).toMatch(/^[0-9a-f]{32}$/);
    const told = await allOfThem(await core.deviceImports.secrets(operator, made._id));
    expect(told.map(({ secret }) => secret)).toEqual(['', '0123456789abcdef', secrets[2]]);
  });

  test('a Link device, which signs in with its secret only, has one that is told', async () => {
    const made = await importOf(['deviceName,certificateFingerprints', `cert-1,${FIRST}`]);
    const [told] = await allOfThem(await core.deviceImports.secrets(operator, made._id));
    expect(told?.secret).toBe((await core.devices.credentials('meter', 'cert-1'))?.secret);
  });

  test('what is none, and a third, are refused', async () => {
    const refused = await importOf([
      'deviceName,certificateFingerprints',
      ...[`cert-1,${FIRST};12`, `cert-2,${FIRST};${SECOND};${'ef'.repeat(32)}`, `cert-3,${FIRST};`, `cert-4,${FIRST};${FIRST}`],
    ]);
    expect(refused).toMatchObject({ status: 'REFUSED', valid: 1, problems: { CERTIFICATES: 3 } });
    expect(await toldOf(refused)).toEqual([
      [2, 'CERTIFICATES'],
      [3, 'CERTIFICATES'],
      [4, 'CERTIFICATES'],
    ]);
  });
});
