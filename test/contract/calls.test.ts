import { inputHashOf } from '../../core/calls/call-id';
import type { CoreParts } from '../../core/core-parts';
import { createCore } from '../../core/create-core';
import { administrator, handClock, MASTER_KEY, operator, refusal, settingsWith } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const engine = quietEngine();
const HOUR = 60 * 60_000;

const store = useStore();
let core: CoreParts['core'];
beforeEach(async () => {
  ({ core } = await meters({ store, engine, clock }, named(['dev-a'])));
});
const create = (name: string, idempotencyKey = 'k') => core.groups.create(operator, { name, idempotencyKey });
const register = (names: string[], idempotencyKey = 'k') => core.devices.register(operator, 'meter', named(names), idempotencyKey);

test('R-UI-1 a refusal leaves the key free: the same call is carried out once nothing stands in its way', async () => {
  const { _id } = await core.groups.create(operator, { name: 'pilots' });
  expect(await refusal(create('pilots'))).toEqual([{ code: 'GROUP_EXISTS', field: 'name' }]);
  await core.groups.delete(operator, _id);
  expect(await create('pilots')).toMatchObject({ name: 'pilots' });
  expect(await refusal(core.batches.delete(operator, 'none', 'k'))).toEqual([{ code: 'BATCH_UNKNOWN', field: 'batchId' }]);
  expect(await store.collections.calls.countDocuments({ state: 'BEGUN' })).toBe(0);
});

test('R-UI-1 a key is free again after 24 hours, whether or not the record of it was removed', async () => {
  const first = await create('pilots');
  clock.advance(24 * HOUR - 1);
  expect(await create('pilots')).toEqual(first);
  clock.advance(1);
  expect((await create('others'))._id).not.toBe(first._id);
  expect(await store.collections.calls.countDocuments()).toBe(1);
});

test('R-UI-1 a key is for one mutation: the same one makes a product as well', async () => {
  await create('pilots');
  expect(await core.products.create(operator, { name: 'pilots', idempotencyKey: 'k' })).toMatchObject({ name: 'pilots' });
});

test('R-UI-1 the same input is the same in whichever order its fields come', () => {
  const hash = inputHashOf({ a: 1, b: [{ c: null, d: 'x' }] });
  expect(inputHashOf({ b: [{ d: 'x', c: null }], a: 1, e: undefined })).toBe(hash);
  for (const other of [
    { a: 1, b: [] },
    { a: '1', b: [{ c: null, d: 'x' }] },
    { a: 1, b: [{ c: null, d: 'x' }, null] },
  ])
    expect(inputHashOf(other)).not.toBe(hash);
});

test('R-DEV-6 R-SAFE-2 what a call told is in the store encrypted only, under the newest master key, and opens with it', async () => {
  const registered = await register(['dev-1', 'dev-2']);
  const made = await core.access.createKey(administrator, { name: 'line', role: 'OPERATOR', idempotencyKey: 'k' });
  const kept = JSON.stringify(await store.collections.calls.find().toArray());
  for (const secret of [made.key, ...registered.map(({ secret }) => secret), 'dev-1']) expect(kept).not.toContain(secret);
  const newest = Buffer.alloc(32, 9);
  const over = { store, files: fakePackageStore(), engine, settings: settingsWith(), clock };
  const both = await createCore({ ...over, masterKeys: [newest, MASTER_KEY] });
  await both.resealSecrets();
  await both.resealDevices(new AbortController().signal);
  const one = await createCore({ ...over, masterKeys: [newest] });
  expect(await one.core.devices.register(operator, 'meter', named(['dev-1', 'dev-2']), 'k')).toEqual(
    registered.map(({ sealedSecret: _, ...device }: (typeof registered)[number] & { sealedSecret?: string }) =>
      expect.objectContaining(device),
    ),
  );
  expect((await one.core.access.createKey(administrator, { name: 'line', role: 'OPERATOR', idempotencyKey: 'k' })).key).toBe(made.key);
});

test('R-DEV-6 a repeat tells no secret that is good for nothing any more, and registers nothing in its place', async () => {
  await register(['dev-1', 'dev-2']);
  const outdated = [{ code: 'ANSWER_OUTDATED', field: 'idempotencyKey' }];
  await core.devices.resetSecret(operator, { deviceId: 'meter.dev-1' });
  expect(await refusal(register(['dev-1', 'dev-2']))).toEqual(outdated);
  await core.devices.delete(operator, ['meter.dev-1']);
  expect(await refusal(register(['dev-1', 'dev-2']))).toEqual(outdated);
  await core.devices.register(operator, 'meter', named(['dev-1']));
  expect(await refusal(register(['dev-1', 'dev-2']))).toEqual(outdated);
});

test('R-DEV-6 a late repeat of a deletion leaves the devices that have the names since', async () => {
  const first = await core.devices.delete(operator, ['meter.dev-a'], 'k');
  await core.devices.register(operator, 'meter', named(['dev-a']));
  expect(await core.devices.delete(operator, ['meter.dev-a'], 'k')).toEqual(first);
  expect(await core.devices.get('meter.dev-a')).not.toBeNull();
});

test('R-UI-1 the largest registration is kept in a small part of what a document may have', async () => {
  await register(Array.from({ length: 1_000 }, (_, index) => `${'d'.repeat(28)}${String(index).padStart(4, '0')}`));
  const [call] = await store.collections.calls.find().toArray();
  expect(call?.sealed.length).toBeLessThan(1024 * 1024);
});
