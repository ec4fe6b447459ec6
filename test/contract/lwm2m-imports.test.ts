import { Readable } from 'node:stream';
import type { CoreParts } from '../../core/core-parts';
import type { DeviceImport } from '../../schema/model/device/device-import';
import type { Store } from '../../schema/mongo/connect';
import { anotherCreation } from '../support/another-creation';
import { handClock, operator } from '../support/core-parts';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { emptyStore, testStore } from '../support/store';

const KEY = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(16);
const clock = handClock();
let store: Store;
let parts: CoreParts;
beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  parts = await meters({ store, engine: quietEngine(), clock }, []);
  await parts.core.products.create(operator, { key: 'cells', name: 'Cells', dialect: 'LWM2M' });
});
afterEach(async () => {
  await parts.close();
  await emptyStore(store);
});
afterAll(() => store.close());

async function allOf<T>(found: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const each of found) all.push(each);
  return all;
}
async function ended(id: string): Promise<DeviceImport> {
  for (;;) {
    const found = await parts.core.deviceImports.get(id);
    if (found?.endedAt) return found;
    await new Promise(setImmediate);
  }
}
async function importOf(lines: readonly string[], { productKey = 'cells', skipInvalid = false } = {}): Promise<DeviceImport> {
  const file = Readable.from([lines.join('\n')], { objectMode: false });
  return ended((await parts.core.deviceImports.create(operator, { productKey, skipInvalid }, file))._id);
}
const problemsOf = async ({ _id }: DeviceImport) =>
  (await allOf(await parts.core.deviceImports.problems(operator, _id))).map(({ row, problem }) => [row, problem]);
const secretsOf = async ({ _id }: DeviceImport) => allOf(await parts.core.deviceImports.secrets(operator, _id));
const keyOf = async (identity: string) => (await parts.core.devices.pskOf(identity))?.key.toString('hex') ?? null;

test('R-DEV-6 R-FLOW-7 rows bring endpoint names and up to two keys; a key without an identity has the endpoint name', async () => {
  const made = await importOf([
    'deviceName,Endpoint Name,PSK identity,PSK key,pskIdentity2,psk2',
    `cell-1,urn:imei:1,one,${KEY},one-b,${OTHER.toUpperCase()}`,
    `cell-2,urn:imei:2,,${KEY},,`,
    `cell-3,,,${KEY},,`,
  ]);
  expect(made).toMatchObject({ status: 'FINISHED', created: 3, makesKeys: false });
  expect(await Promise.all(['one', 'one-b', 'urn:imei:2', 'cell-3'].map(keyOf))).toEqual([KEY, OTHER, KEY, KEY]);
  expect(await parts.core.devices.deviceOfEndpoint('urn:imei:1')).toMatchObject({ deviceId: 'cells.cell-1' });
  const secrets = await secretsOf(made);
  expect(secrets).toEqual(['cell-1', 'cell-2', 'cell-3'].map((deviceName) => ({ deviceName, secret: '', pskIdentity: '', pskKey: '' })));
});

test('R-DEV-6 R-FLOW-7 keys that are made are told with the secrets, and none where the product does without', async () => {
  const made = await importOf(['deviceName,endpoint', 'cell-1,ep-1', 'cell-2,']);
  const [first, second] = await secretsOf(made);
  expect([made.makesKeys, first, second]).toEqual([
    true,
    { deviceName: 'cell-1', secret: '', pskIdentity: 'ep-1', pskKey: await keyOf('ep-1') },
    { deviceName: 'cell-2', secret: '', pskIdentity: 'cell-2', pskKey: await keyOf('cell-2') },
  ]);
  expect(first?.pskKey).toMatch(/^[0-9a-f]{64}$/);
  await parts.core.products.update(operator, 'cells', { plainCoap: true });
  const plain = await importOf(['deviceName', 'cell-3']);
  expect([plain.makesKeys, (await secretsOf(plain))[0]?.pskKey, await keyOf('cell-3')]).toEqual([false, '', null]);
});

test('R-DEV-6 R-FLOW-7 a row may have another dialect than its product, whatever the case, and parents go by it', async () => {
  const made = await importOf(
    [
      'deviceName,dialect,parent',
      'cell-1,LwM2M,',
      'hub-1,iotda,',
      'dev-1,IOTDA,hub-1',
      'dev-2,,',
      'dev-3,,hub-1',
      'dev-4,,cell-1',
      'dev-5,lorawan,',
    ],
    { productKey: 'meter', skipInvalid: true },
  );
  expect(await problemsOf(made)).toEqual([
    [6, 'GATEWAY_DIALECT'],
    [7, 'GATEWAY_DIALECT'],
    [8, 'DIALECT'],
  ]);
  const found = await parts.core.devices.getMany(['cell-1', 'hub-1', 'dev-1', 'dev-2'].map((name) => `meter.${name}`));
  expect(found.map((device) => [device?.dialect, device?.lwm2m?.endpoint, device?.parentId])).toEqual([
    ['LWM2M', 'cell-1', undefined],
    ['IOTDA', undefined, undefined],
    ['IOTDA', undefined, 'meter.hub-1'],
    ['LINK', undefined, undefined],
  ]);
});

test('R-DEV-6 R-FLOW-7 each mistake is told with its row, and the others become devices when it is left out', async () => {
  await parts.core.devices.register(operator, 'cells', [
    { deviceName: 'known', lwm2m: { endpoint: 'ep-taken', psks: [{ identity: 'id-taken', key: KEY }] } },
    { deviceName: 'plain', lwm2m: { psks: [] } },
  ]);
  const lines = [
    'deviceName,dialect,endpoint,pskIdentity,pskKey,pskIdentity2,pskKey2,certificateFingerprints,parent',
    `good-1,,,,${KEY},,,,`,
    `bad-endpoint,,${'x'.repeat(129)},,${KEY},,,,`,
    `bad-key,,,,${KEY}0,,,,`,
    'bad-short-key,,,,abcd,,,,',
    'bad-no-key,,,someone,,,,,',
    `bad-same-identity,,,a,${KEY},a,${OTHER},,`,
    `bad-dialect,LINK,ep-of-link,,,,,,`,
    `bad-certificate,,,,${KEY},,,${'12'.repeat(32)},`,
    `bad-parent,,,,${KEY},,,,good-1`,
    `twice-endpoint,,good-1,other,${KEY},,,,`,
    `twice-psk,,ep-of-its-own,good-1,${KEY},,,,`,
    `taken-endpoint,,ep-taken,another,${KEY},,,,`,
    `taken-psk,,,id-taken,${KEY},,,,`,
    `plain,,,,${KEY},,,,`,
    `good-2,,plain-2,,${KEY},next,${OTHER},,`,
  ];
  const expected = [
    ...[
      [3, 'ENDPOINT'],
      [4, 'PSK'],
      [5, 'PSK'],
      [6, 'PSK'],
      [7, 'PSK'],
      [8, 'DIALECT'],
      [9, 'CERTIFICATES'],
    ],
    ...[
      [10, 'GATEWAY_DIALECT'],
      [11, 'ENDPOINT'],
      [12, 'PSK'],
      [13, 'ENDPOINT'],
      [14, 'PSK'],
      [15, 'EXISTS'],
    ],
  ];
  const refused = await importOf(lines);
  expect([refused.status, await problemsOf(refused)]).toEqual(['REFUSED', expected]);
  const made = await importOf(lines, { skipInvalid: true });
  expect(made).toMatchObject({ status: 'FINISHED', created: 2, problems: { ENDPOINT: 3, PSK: 6, DIALECT: 1, CERTIFICATES: 1, EXISTS: 1 } });
  expect(await problemsOf(made)).toEqual(expected);
  expect((await secretsOf(made)).map(({ deviceName }) => deviceName)).toEqual(['good-1', 'good-2']);
});

/** As its process left it, none of its pieces made. */
const left = ({ _id }: DeviceImport) =>
  store.collections.deviceImports.updateOne(
    { _id },
    { $set: { status: 'CREATING', piecesDone: 0, created: 0, endedAt: null, renewedAt: new Date(0) } },
  );
async function goesOn({ _id }: DeviceImport): Promise<DeviceImport> {
  const other = anotherCreation(store, {});
  expect(await other.resume()).toBe(1);
  const found = await ended(_id);
  await other.stop();
  return found;
}

test('R-DEV-6 R-FLOW-7 an import that was killed goes on with the keys it had made', async () => {
  const made = await importOf(['deviceName', 'cell-1', 'cell-2']);
  const secrets = await secretsOf(made);
  await store.collections.devices.deleteOne({ _id: 'cells.cell-2' });
  await left(made);
  expect(await goesOn(made)).toMatchObject({ status: 'FINISHED', created: 2 });
  expect(await secretsOf(made)).toEqual(secrets);
  expect(await keyOf('cell-2')).toBe(secrets[1]?.pskKey);
});

test('R-DEV-6 R-FLOW-7 a name that somebody took after the check is told, and the row’s key is shown to nobody', async () => {
  const made = await importOf(['deviceName,endpoint', 'cell-1,ep-1', 'cell-2,ep-2', 'cell-3,ep-3']);
  await parts.core.devices.delete(operator, ['cells.cell-1', 'cells.cell-2']);
  await parts.core.devices.register(operator, 'meter', [
    { deviceName: 'dev-1', dialect: 'LWM2M', lwm2m: { endpoint: 'ep-1', psks: [] } },
    { deviceName: 'dev-2', dialect: 'LWM2M', lwm2m: { psks: [{ identity: 'ep-2', key: KEY }] } },
  ]);
  await left(made);
  expect(await goesOn(made)).toMatchObject({ status: 'FINISHED', created: 1, problems: { ENDPOINT: 1, PSK: 1 } });
  expect(await problemsOf(made)).toEqual([
    [2, 'ENDPOINT'],
    [3, 'PSK'],
  ]);
  expect((await secretsOf(made)).map(({ deviceName }) => deviceName)).toEqual(['cell-3']);
});

test('R-UI-4 R-DEV-6 a row with a name that a device has says which one, but for a device of another product', async () => {
  await parts.core.products.create(operator, { key: 'others', name: 'Others', dialect: 'LWM2M' });
  await importOf(['deviceName,endpoint,pskIdentity,pskKey', `hidden-1,urn:imei:1,one,${KEY}`], { productKey: 'others' });
  await importOf(['deviceName,endpoint,pskIdentity,pskKey', `cell-1,urn:imei:2,two,${KEY}`]);
  const file = [
    'deviceName,endpoint,pskIdentity,pskKey',
    `cell-2,urn:imei:1,,${KEY}`,
    `cell-3,urn:3,one,${KEY}`,
    `cell-4,urn:4,two,${KEY}`,
  ];
  const { _id } = await importOf(file);
  expect((await allOf(await parts.core.deviceImports.problems(operator, _id))).map(({ text }) => text)).toEqual([
    'The endpoint name "urn:imei:1" is in use by the device of another product.',
    'The PSK identity "one" is in use by the device of another product.',
    'The PSK identity "two" is in use by the device "cells.cell-1".',
  ]);
});
