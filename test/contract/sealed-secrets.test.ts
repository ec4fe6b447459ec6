import { systemClock } from '../../core/clock';
import { createCore } from '../../core/create-core';
import { secretSeals } from '../../core/device-secrets/secret-seals';
import { openSecret } from '../../core/device-secrets/secrets';
import { SealedByOther } from '../../core/sealing';
import { noProblems } from '../../schema/model/device/device-import';
import type { Store } from '../../schema/mongo/connect';
import { importPieceId } from '../../schema/mongo/device-imports';
import { sealedSecrets } from '../../schema/mongo/migrations/0001-sealed-secrets';
import { MASTER_KEY, operator, SEALING, settingsWith } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { BY_ANOTHER_VERSION, emptyStore, testStore } from '../support/store';

const MANY = 2_500;
const SECRET = 'a-secret-of-its-own';

let store: Store;
beforeAll(async () => {
  store = await testStore({ isNew: true });
});
afterEach(() => emptyStore(store));
afterAll(() => store.close());

const core = async () => (await meters({ store, engine: quietEngine(), clock: systemClock }, [])).core;
const everything = async () => {
  const all = await Promise.all(
    Object.values(store.collections).map((collection) => (collection as Store['collections']['settings']).find().toArray()),
  );
  return JSON.stringify(all);
};

/** As versions before kept them. */
async function plainDevices(count: number): Promise<void> {
  await (await core()).devices.register(operator, 'meter', named(['template']));
  const [template] = await store.collections.devices.find().toArray();
  const { sealedSecret: _, generations: _g, awaited: _a, ...device } = template ?? ({} as never);
  await store.collections.devices.deleteMany({});
  const plain = Array.from({ length: count }, (_each, n) => ({
    ...device,
    _id: `meter.dev-${n}`,
    deviceName: `dev-${n}`,
    secret: `${SECRET}-${n}`,
  }));
  await store.collections.devices.insertMany(plain as never, BY_ANOTHER_VERSION);
}
const left = () => store.collections.devices.countDocuments({ secret: { $exists: true } } as never);
const tools = () => ({ collections: store.collections, ...secretSeals([MASTER_KEY]) });
const running = new AbortController().signal;

test('R-SAFE-2 no secret is in the store in the clear, wherever it came from', async () => {
  const { devices, deviceImports } = await core();
  const [given, made] = await devices.register(operator, 'meter', [{ deviceName: 'dev-1', secret: SECRET }, { deviceName: 'dev-2' }]);
  const { Readable } = await import('node:stream');
  const imported = await deviceImports.create(
    operator,
    { productKey: 'meter' },
    Readable.from([`deviceName,secret\ndev-3,${SECRET}-3\ndev-4,\n`]),
  );
  for (;;) if ((await deviceImports.get(imported._id))?.status === 'FINISHED') break;
  const { secret } = await devices.resetSecret(operator, { deviceId: 'meter.dev-2', idempotencyKey: 'a' });
  const told: string[] = [];
  for await (const row of await deviceImports.secrets(operator, imported._id)) told.push(row.secret);
  const stored = await everything();
  for (const each of [SECRET, given?.secret, made?.secret, secret, ...told])
    expect([each, stored.includes(String(each))]).toEqual([each, false]);
  expect(told[0]).toBe(`${SECRET}-3`);
  const of = async (name: string) => (await devices.credentials('meter', name))?.secret;
  expect(await Promise.all(['dev-1', 'dev-2', 'dev-3', 'dev-4'].map(of))).toEqual([SECRET, secret, ...told]);
});

test('R-SAFE-2 secrets that are stored in the clear are encrypted once, and devices sign in with them as before', async () => {
  await plainDevices(3);
  await sealedSecrets.run(tools(), running);
  expect(await left()).toBe(0);
  const parts = await createCore({
    ...{ store, files: fakePackageStore(), engine: quietEngine(), settings: settingsWith(), masterKeys: [MASTER_KEY] },
  });
  const { devices } = parts.core;
  expect((await devices.credentials('meter', 'dev-2'))?.secret).toBe(`${SECRET}-2`);
  const before = await store.collections.devices.find().toArray();
  await sealedSecrets.run(tools(), running);
  expect(await store.collections.devices.find().toArray()).toEqual(before);
  await parts.close();
});

test('R-SAFE-2 the migration goes on where a kill has left it, portion by portion', async () => {
  await plainDevices(MANY);
  const killed = new AbortController();
  let sealed = 0;
  const dying = {
    ...tools(),
    sealSecret: (id: string, secret: string) => (++sealed === 1_001 ? die(killed) : tools().sealSecret(id, secret)),
  };
  await expect(sealedSecrets.run(dying, killed.signal)).rejects.toThrow('killed');
  expect(await left()).toBe(MANY - 1_000);
  await sealedSecrets.run(tools(), running);
  expect(await left()).toBe(0);
  const found = await store.collections.devices.find().toArray();
  expect(found.every((device) => openSecret(SEALING, device) === `${SECRET}-${device.deviceName.slice(4)}`)).toBe(true);
});

function die(killed: AbortController): never {
  killed.abort();
  throw new Error('killed');
}

test('R-SAFE-2 an import that was under way goes on after the migration, and tells its secrets', async () => {
  await core();
  const at = systemClock();
  const of = { _id: 'f'.repeat(24), attempt: 1 };
  const counts = { rows: 2, valid: 2, problems: noProblems(), created: 0, pieces: 1, piecesDone: 0, gateways: false, digest: 'd' };
  const about = { productKey: 'meter', status: 'CREATING' as const, skipInvalid: false, createdBy: operator.actorId };
  await store.collections.deviceImports.insertOne({
    ...of,
    ...counts,
    ...about,
    createdAt: at,
    endedAt: null,
    expiresAt: at,
    renewedAt: new Date(0),
  });
  const rows = [1, 2].map((row) => ({ row, deviceName: `old-${row}`, secret: `${SECRET}-${row}` }));
  await store.collections.deviceImportPieces.insertOne(
    { _id: importPieceId(of, 0), rows: JSON.stringify(rows) } as never,
    BY_ANOTHER_VERSION,
  );
  await sealedSecrets.run(tools(), running);
  expect(await everything()).not.toContain(SECRET);
  const parts = await createCore({
    store,
    files: fakePackageStore(),
    engine: quietEngine(),
    settings: settingsWith(),
    masterKeys: [MASTER_KEY],
  });
  await parts.imports.resume();
  for (;;) if ((await parts.core.deviceImports.get(of._id))?.status === 'FINISHED') break;
  const told: string[] = [];
  for await (const { secret } of await parts.core.deviceImports.secrets(operator, of._id)) told.push(secret);
  expect(told).toEqual(rows.map(({ secret }) => secret));
  expect((await parts.core.devices.credentials('meter', 'old-2'))?.secret).toBe(`${SECRET}-2`);
  await parts.close();
});

test('R-SAFE-2 without the master key a secret does not open, and with it after another one it does and is encrypted anew', async () => {
  const first = await meters({ store, engine: quietEngine(), clock: systemClock }, named(['dev-1']));
  await first.resealSecrets();
  const withKeys = (...masterKeys: Buffer[]) =>
    createCore({ store, files: fakePackageStore(), engine: quietEngine(), settings: settingsWith(), masterKeys });
  const next = Buffer.alloc(32, 8);
  const without = await withKeys(next);
  await expect(without.core.devices.credentials('meter', 'dev-1')).rejects.toThrow(SealedByOther);
  await expect(without.resealSecrets()).rejects.toThrow('UPDRAFT_MASTER_KEY');
  const both = await withKeys(next, MASTER_KEY);
  const before = await both.core.devices.credentials('meter', 'dev-1');
  await both.resealSecrets();
  expect(await both.resealDevices(running)).toBe(1);
  expect(await without.core.devices.credentials('meter', 'dev-1')).toEqual(before);
  await without.resealSecrets();
  expect(await without.resealDevices(running)).toBe(0);
  await Promise.all([without.close(), both.close()]);
});

test('R-SAFE-2 R-FLOW-7 pre-shared keys are in the store sealed, whether they were given, made or imported, and are sealed anew', async () => {
  const { devices, deviceImports } = await core();
  const given = 'ab'.repeat(32);
  const identity = { identity: 'given', key: given };
  const [, made] = await devices.register(operator, 'meter', [
    { deviceName: 'cell-1', dialect: 'LWM2M', lwm2m: { psks: [identity] } },
    { deviceName: 'cell-2', dialect: 'LWM2M' },
    { deviceName: 'dev-1' },
  ]);
  const { Readable } = await import('node:stream');
  const rows = `deviceName,dialect,pskKey\ncell-3,lwm2m,${'cd'.repeat(32)}\ncell-4,lwm2m,\n`;
  const imported = await deviceImports.create(operator, { productKey: 'meter' }, Readable.from([rows]));
  for (;;) if ((await deviceImports.get(imported._id))?.status === 'FINISHED') break;
  const told: string[] = [];
  for await (const row of await deviceImports.secrets(operator, imported._id)) told.push(row.pskKey);
  await devices.setLwm2mIdentities(operator, [
    { deviceId: 'meter.cell-1', psks: [{ identity: 'given' }, { identity: 'next', key: '12'.repeat(16) }] },
  ]);
  const keys = [given, made?.psk?.key, 'cd'.repeat(32), told[1], '12'.repeat(16)];
  const stored = await everything();
  for (const key of keys) {
    expect(key).toMatch(/^[0-9a-f]{32,64}$/);
    expect(stored.includes(String(key)) || stored.includes(Buffer.from(String(key), 'hex').toString('base64'))).toBe(false);
  }

  const withKeys = (...masterKeys: Buffer[]) =>
    createCore({ store, files: fakePackageStore(), engine: quietEngine(), settings: settingsWith(), masterKeys });
  const next = Buffer.alloc(32, 8);
  const [both, after] = [await withKeys(next, MASTER_KEY), await withKeys(next)];
  await expect(after.core.devices.pskOf('given')).rejects.toThrow(SealedByOther);
  const identities = ['given', 'cell-2', 'cell-3', 'cell-4', 'next'];
  const known = (of: typeof both) => Promise.all(identities.map((name) => of.core.devices.pskOf(name)));
  const before = await known(both);
  expect(before.map((psk) => psk?.key.toString('hex'))).toEqual(keys);
  await both.resealSecrets();
  // Five secrets, four devices' keys, and a piece of the import.
  expect(await both.resealDevices(running)).toBe(10);
  expect(await known(after)).toEqual(before);
  expect(await both.resealDevices(running)).toBe(0);
  await Promise.all([both.close(), after.close()]);
});

test('R-SAFE-2 R-FLOW-7 where the master key is lost, a device gets new keys, but none beside one that nobody knows', async () => {
  const { devices } = await core();
  await devices.register(operator, 'meter', [{ deviceName: 'cell-1', dialect: 'LWM2M' }]);
  const after = await createCore({
    ...{ store, files: fakePackageStore(), engine: quietEngine(), settings: settingsWith(), masterKeys: [Buffer.alloc(32, 8)] },
  });
  const set = (...psks: { identity: string; key?: string }[]) =>
    after.core.devices.setLwm2mIdentities(operator, [{ deviceId: 'meter.cell-1', psks }]);
  const fresh = { identity: 'fresh', key: 'ab'.repeat(16) };
  await expect(set({ identity: 'cell-1' }, fresh)).rejects.toThrow(SealedByOther);
  await set(fresh);
  expect((await after.core.devices.pskOf('fresh'))?.key.toString('hex')).toBe(fresh.key);
  await after.close();
});

test('R-SAFE-2 R-FLOW-7 keys that were moved to another device open for nobody', async () => {
  const { devices } = await core();
  await devices.register(
    operator,
    'meter',
    ['cell-1', 'cell-2'].map((deviceName) => ({ deviceName, dialect: 'LWM2M' as const })),
  );
  const one = await store.collections.devices.findOne({ _id: 'meter.cell-1' });
  await store.collections.devices.updateOne({ _id: 'meter.cell-2' }, { $set: { 'lwm2m.sealedKeys': one?.lwm2m?.sealedKeys } });
  await expect(devices.pskOf('cell-2')).rejects.toThrow();
});
