import { Readable } from 'node:stream';
import { systemClock } from '../../core/clock';
import type { CoreParts } from '../../core/core-parts';
import type { Batch } from '../../schema/model/batch/batch';
import { ownProof, type Proof } from '../../schema/model/device/generations';
import { deviceIdOf } from '../../schema/model/ids';
import type { Store } from '../../schema/mongo/connect';
import { aRunningTask } from '../support/builders';
import { administrator, handClock, operator, refusal, spectator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { emptyStore, testStore } from '../support/store';
import { POLICY } from '../support/updraft-driver';

const [FIRST, SECOND] = ['1'.repeat(64), '2'.repeat(64)];
const HUB = deviceIdOf('meter', 'hub-1');
const METER = deviceIdOf('meter', 'dev-1');

let store: Store;
let parts: CoreParts;
let clock: ReturnType<typeof handClock>;
beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  clock = handClock(systemClock());
  parts = await meters({ store, engine: quietEngine(), clock }, named(['dev-1', 'hub-1', 'hub-2']));
});
afterEach(async () => {
  await parts.close();
  await emptyStore(store);
});
afterAll(() => store.close());

const devices = () => parts.core.devices;
/** As a gateway remembers whoever has just shown the secret, or a certificate. */
async function signIn(deviceName: string, certificate?: string): Promise<Proof> {
  const known = await devices().credentials('meter', deviceName);
  if (known === null) throw new Error('no such device');
  return ownProof(known, certificate);
}
const behind = async (parent: string): Promise<Proof | undefined> =>
  (await devices().childrenOf(parent)).find(({ deviceId }) => deviceId === METER)?.proof;
const versionOf = async () => (await devices().get(METER))?.modules.default?.version ?? null;
const says = (version: string, proof?: Proof) =>
  parts.core.tasks.report(METER, { kind: 'version', module: 'default', version }, undefined, proof);
const isConnected = (proof: Proof, deviceId = METER) => devices().connected(deviceId, 'gw-1', 'session-1', proof);
const mayStay = async (proof: Proof, deviceId = METER) => (await devices().reviewConnected([{ deviceId, proof }])).notAllowed.length === 0;
const reset = (deviceId = METER, idempotencyKey?: string) => devices().resetSecret(operator, { deviceId, idempotencyKey });
async function batchOf(version: string): Promise<Batch> {
  const { packages, batches } = parts.core;
  const wanted = { productKey: 'meter', name: 'meter_fw', version };
  const firmware = await packages.create(administrator, wanted, { name: 'fw.bin', stream: Readable.from([Buffer.alloc(1_000, 7)]) });
  return batches.createStatic(operator, { packageId: firmware._id, scope: { kind: 'all' }, policy: POLICY });
}
/** Its task of the device, as it is while the device upgrades. */
const runs = ({ _id: batchId }: Batch) =>
  store.collections.tasks.insertOne(aRunningTask({ batchId, productKey: 'meter', deviceName: 'dev-1', attempt: 3 }));
async function again(deviceName = 'dev-1', parent?: string): Promise<void> {
  await devices().delete(operator, [deviceIdOf('meter', deviceName)]);
  await devices().register(operator, 'meter', [{ deviceName, ...(parent && { parent: { deviceName: parent } }) }]);
}

describe('sessions', () => {
  test.each([
    ['is deleted and another has its name', () => again()],
    ['has another secret', () => reset().then(() => undefined)],
  ])('R-SAFE-2 a session of a device that %s reports nothing, gets nothing and may not stay', async (_, change) => {
    const old = await signIn('dev-1');
    expect(await isConnected(old)).toBe(true);
    await says('1.0.0', old);
    expect(await versionOf()).toBe('1.0.0');
    await change();
    const before = await versionOf();
    await runs(await batchOf('2.0.0'));
    await says('6.6.6', old);
    await parts.core.tasks.report(METER, { kind: 'progress', module: 'default', percent: 66 }, undefined, old);
    expect(await versionOf()).toBe(before);
    expect((await store.collections.tasks.findOne({ deviceId: METER }))?.progress).toBe(10);
    expect(await parts.core.tasks.requested(METER, 'default', old)).toBeNull();
    expect(await mayStay(old)).toBe(false);
    expect(await isConnected(old)).toBe(false);
    await devices().stillConnected(METER, 'gw-1', 'session-1', old);
    expect(await devices().get(METER)).toMatchObject({ online: false, gatewayId: null });

    const present = await signIn('dev-1');
    expect([await isConnected(present), await mayStay(present)]).toEqual([true, true]);
    await parts.core.tasks.report(METER, { kind: 'progress', module: 'default', percent: 20 }, undefined, present);
    expect((await store.collections.tasks.findOne({ deviceId: METER }))?.progress).toBe(20);
    await says('2.0.0', present);
    expect(await versionOf()).toBe('2.0.0');
  });

  test('R-SAFE-2 the gateway is told at once in its process, and elsewhere finds the session at its next look', async () => {
    let told = 0;
    const unlisten = devices().onSessionEnds(() => {
      told += 1;
    });
    await isConnected(await signIn('dev-1'));
    await isConnected(await signIn('hub-1'), HUB);
    await reset();
    await again('hub-1');
    expect(told).toBe(2);
    expect((await devices().sessionEndsAt('gw-1')).sort()).toEqual([METER, HUB].sort());
    expect(await devices().sessionEndsAt('gw-1')).toEqual([]);
    unlisten();
    await reset();
    expect(told).toBe(2);
    // It has no connection.
    expect(await devices().sessionEndsAt('gw-1')).toEqual([]);
  });

  test('R-SAFE-2 a certificate that is taken away ends what it opened; another one, and the secret, stay', async () => {
    const PUMP = deviceIdOf('meter', 'pump-1');
    await devices().register(operator, 'meter', [{ deviceName: 'pump-1', dialect: 'IOTDA' }]);
    const reported = async () => (await devices().get(PUMP))?.modules.default?.version ?? null;
    const report = (version: string, proof: Proof) =>
      parts.core.tasks.report(PUMP, { kind: 'version', module: 'default', version }, undefined, proof);
    await devices().setCertificates(operator, [{ deviceId: PUMP, fingerprints: [FIRST, SECOND] }]);
    const [byFirst, bySecond, bySecret] = [await signIn('pump-1', FIRST), await signIn('pump-1', SECOND), await signIn('pump-1')];
    await isConnected(byFirst, PUMP);
    await devices().setCertificates(operator, [{ deviceId: PUMP, fingerprints: [SECOND] }]);
    expect(await devices().sessionEndsAt('gw-1')).toEqual([PUMP]);
    expect([await mayStay(byFirst, PUMP), await mayStay(bySecond, PUMP), await mayStay(bySecret, PUMP)]).toEqual([false, true, true]);
    await report('6.6.6', byFirst);
    expect(await reported()).toBeNull();
    await report('1.0.0', bySecond);
    expect(await reported()).toBe('1.0.0');
  });

  test('R-SAFE-2 a parent speaks for a device no longer once that is registered anew, taken away or made its child again', async () => {
    await devices().setParent(operator, [METER], HUB);
    const changes = [
      () => again('dev-1', 'hub-1'),
      () => devices().setParent(operator, [METER], null),
      () => devices().setParent(operator, [METER], HUB),
      () => devices().setParent(operator, [METER], deviceIdOf('meter', 'hub-2')),
      () => devices().setParent(operator, [METER], HUB),
      () => reset(HUB),
    ];
    const seen: Proof[] = [];
    for (const change of changes) {
      const proof = await behind(HUB);
      if (proof) seen.push(proof);
      await change();
      for (const old of seen) await says('6.6.6', old);
      expect(await versionOf()).toBeNull();
    }
    const present = await behind(HUB);
    await reset(METER);
    await says('1.0.0', present);
    expect([seen.length, await versionOf()]).toEqual([4, '1.0.0']);
  });
});

describe('resetDeviceSecret', () => {
  test('R-SAFE-2 the new secret is in the answer, and with the old one nobody gets in; the device and its tasks stay', async () => {
    const before = await devices().credentials('meter', 'dev-1');
    await says('1.0.0');
    const { secret, ...device } = await reset();
    expect(secret).toMatch(/^[0-9a-f]{32}$/);
    expect(secret).not.toBe(before?.secret);
    expect(device).toMatchObject({ deviceName: 'dev-1', modules: { default: { version: '1.0.0' } } });
    expect((await devices().credentials('meter', 'dev-1'))?.secret).toBe(secret);
  });

  test('R-SAFE-2 the same key gets the same secret and resets nothing, also when both come at once', async () => {
    const [one, other] = await Promise.all([reset(METER, 'a'), reset(METER, 'a')]);
    expect(one?.secret).toBe(other?.secret);
    const present = await signIn('dev-1');
    await isConnected(present);
    expect((await reset(METER, 'a')).secret).toBe(one?.secret);
    expect(await mayStay(present)).toBe(true);
    expect((await reset(METER, 'b')).secret).not.toBe(one?.secret);
    expect(await refusal(reset(METER, 'a'))).toEqual([{ code: 'SECRET_REPLACED', field: 'idempotencyKey' }]);
    expect(await refusal(reset(HUB, 'b'))).toEqual([{ code: 'IDEMPOTENCY_MISMATCH', field: 'idempotencyKey' }]);
    await again();
    expect(await refusal(reset(METER, 'b'))).toEqual([{ code: 'SECRET_REPLACED', field: 'idempotencyKey' }]);
    clock.advance(24 * 60 * 60 * 1_000 + 1);
    expect((await reset(METER, 'b')).secret).toMatch(/^[0-9a-f]{32}$/);
    expect((await devices().resetSecret(administrator, { deviceId: METER, idempotencyKey: 'b' })).secret).toMatch(/^[0-9a-f]{32}$/);
  });

  test('R-SAFE-2 it is for operators, a device that exists, and its own product', async () => {
    const code = (work: Promise<unknown>) => refusal(work).then(([first]) => first?.code);
    expect(await code(devices().resetSecret(spectator, { deviceId: METER }))).toBe('NOT_ALLOWED');
    expect(await code(reset('meter.none'))).toBe('DEVICE_UNKNOWN');
    expect(await code(devices().resetSecret(operator, { deviceId: METER, productKey: 'pump' }))).toBe('DEVICE_UNKNOWN');
    expect(await code(reset(METER, ''))).toBe('INVALID_FORMAT');
    expect(await code(reset(METER, 'x'.repeat(129)))).toBe('INVALID_FORMAT');
  });
});

describe('grants', () => {
  test('R-SAFE-2 an app key is for the device it was made for: not for another of that name, and for the same one with another secret', async () => {
    const { key } = await parts.core.access.createKey(administrator, { name: 'app', role: 'APP', deviceIds: [METER, HUB] });
    const mine = async () => (await parts.core.access.authenticate(key))?.deviceIds;
    expect(await mine()).toEqual([METER, HUB]);
    await reset();
    expect(await mine()).toEqual([METER, HUB]);
    await again();
    expect(await mine()).toEqual([HUB]);
    const viewer = await parts.core.access.authenticate(key);
    expect(viewer && (await refusal(parts.core.tasks.unfinished(viewer, METER, null, {})))).toEqual([{ code: 'NOT_ALLOWED' }]);
    const next = await parts.core.access.createKey(administrator, { name: 'app', role: 'APP', deviceIds: [METER] });
    expect((await parts.core.access.authenticate(next.key))?.deviceIds).toEqual([METER]);
  });

  test('R-SAFE-2 devices and keys from before there were generations go on, until a device is registered anew', async () => {
    await store.collections.devices.updateMany({}, { $unset: { generations: true, awaited: true } });
    const { key } = await parts.core.access.createKey(administrator, { name: 'app', role: 'APP', deviceIds: [METER] });
    await store.collections.apiKeys.updateMany({}, { $unset: { registrations: true } });
    const old = await signIn('dev-1');
    await says('1.0.0', old);
    expect([await isConnected(old), await mayStay(old), await versionOf()]).toEqual([true, true, '1.0.0']);
    const mine = async () => (await parts.core.access.authenticate(key))?.deviceIds;
    expect(await mine()).toEqual([METER]);
    await again();
    await says('6.6.6', old);
    expect([await isConnected(old), await mayStay(old), await versionOf(), await mine()]).toEqual([false, false, null, []]);
  });
});

describe('at a broker of its own', () => {
  const heard = (by?: 'HOOK') =>
    devices().heard({ deviceId: METER, dialect: 'LINK', gatewayId: 'broker/x', sessionId: `s-${Math.random()}`, by });

  test('R-SAFE-2 what comes in the name of a device counts once somebody has shown what it is known by now', async () => {
    expect(await heard('HOOK')).toBeNull();
    const first = await signIn('dev-1');
    expect(await devices().shown(METER, first)).toBe(true);
    const proof = await heard('HOOK');
    expect(proof).toMatchObject({ registration: first.registration });
    await says('1.0.0', proof ?? undefined);
    for (const change of [again, reset]) {
      await change();
      expect([await devices().awaits(METER), await heard('HOOK'), await devices().shown(METER, first)]).toEqual([true, null, false]);
      expect(await devices().connected(METER, 'broker/x', 't1', 'HOOK')).toBe(false);
      await says('6.6.6', proof ?? undefined);
      expect(await devices().shown(METER, await signIn('dev-1'))).toBe(true);
      expect(await heard('HOOK')).not.toBeNull();
    }
    expect(await versionOf()).toBeNull();
  });

  test('R-SAFE-2 where the broker does not ask Updraft, whoever it lets in is the device', async () => {
    expect(await heard()).not.toBeNull();
    expect(await devices().awaits(METER)).toBe(false);
  });

  test('R-SAFE-2 a gateway that has lost a device is ended there, since it stays subscribed to its topics', async () => {
    await devices().setParent(operator, [METER], HUB);
    await devices()
      .connected(HUB, 'broker/x', 't1', 'HOOK')
      .catch(() => false);
    await store.collections.devices.updateOne({ _id: HUB }, { $set: { online: true, gatewayId: 'broker/x', sessionId: 't1' } });
    await devices().setParent(operator, [METER], null);
    expect(await devices().sessionEndsAt('broker/x')).toEqual([HUB]);
  });
});
