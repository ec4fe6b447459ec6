import { Readable } from 'node:stream';
import type { Viewer } from '../../core/access/viewer';
import type { CoreParts } from '../../core/core-parts';
import { UserError } from '../../core/errors';
import { aBatch, aPackage } from '../support/builders';
import { administrator, handClock, operator, refusal, spectator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const store = useStore();
let core: CoreParts['core'];
beforeEach(async () => {
  ({ core } = await meters({ store, engine: quietEngine(), clock }, []));
});
const remove = (key = 'meter') => core.products.delete(administrator, key);
const NOT_EMPTY = [{ code: 'PRODUCT_NOT_EMPTY', field: 'key' }];
const PEM = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----`;

test('R-UI-1 an empty product is deleted with its keys, by administrators, and its key may be given again', async () => {
  await core.products.addSigningKey(operator, { productKey: 'meter', name: 'line', publicKeyPem: PEM });
  await core.products.setSecureUpdate(operator, { productKey: 'meter', active: true });
  for (const viewer of [operator, spectator])
    expect(await refusal(core.products.delete(viewer, 'meter'))).toEqual([{ code: 'NOT_ALLOWED' }]);
  expect(await remove()).toEqual({ _id: 'meter' });
  expect(await refusal(remove())).toEqual([{ code: 'PRODUCT_UNKNOWN', field: 'key' }]);
  await core.products.create(operator, { key: 'meter', name: 'Another' });
  expect([await core.products.signingKeys('meter'), await core.products.secureUpdate('meter')]).toEqual([[], null]);
  expect(await store.collections.settings.countDocuments({ _id: /^product-in-use/ })).toBe(0);
});

test('R-UI-4 keys for a product that was deleted are not for the next one of its key', async () => {
  await core.products.create(operator, { key: 'pump', name: 'Pump' });
  const { createKey, keys } = core.access;
  const both = await createKey(administrator, { name: 'both', role: 'OPERATOR', products: ['meter', 'pump'] });
  const alone = await createKey(administrator, { name: 'alone', role: 'OPERATOR', products: ['meter'] });
  await remove();
  await core.products.create(operator, { key: 'meter', name: 'Another' });
  const known = new Map((await keys(administrator, {})).rows.map(({ node }) => [node._id, node.products]));
  expect([known.get(both.apiKey._id), known.get(alone.apiKey._id)]).toEqual([['pump'], []]);
  const limited = { ...administrator, products: ['meter'] };
  expect((await keys(limited, {})).rows).toEqual([]);
});

test('R-UI-4 R-SAFE-2 what a key for a product has open ends with the product, and the next of its name is not its at once', async () => {
  const { createKey, authenticate, hold } = core.access;
  const { key } = await createKey(administrator, { name: 'alone', role: 'VIEWER', products: ['meter'] });
  const viewer = (await authenticate(key)) as Viewer;
  expect(viewer.products).toEqual(['meter']);
  let ended = 0;
  hold(key, viewer, () => {
    ended += 1;
  });
  await remove();
  await core.products.create(operator, { key: 'meter', name: 'Another' });
  expect(await authenticate(key)).toMatchObject({ products: [] });
  expect(ended).toBe(1);
});

test('R-UI-4 R-DEV-6 imports and lists of a product that was deleted are not those of the next one of its key', async () => {
  const file = () => Readable.from(['deviceName\nold-1\n'], { objectMode: false });
  const { _id: imported } = await core.deviceImports.create(operator, { productKey: 'meter' }, file());
  while (!(await core.deviceImports.get(imported))?.endedAt) await new Promise(setImmediate);
  const { _id: listed } = await core.deviceLists.create(operator, 'meter', file());
  await core.devices.delete(operator, ['meter.old-1']);
  expect([await core.deviceImports.get(imported), await core.deviceLists.get(listed)]).not.toContain(null);
  await remove();
  await core.products.create(operator, { key: 'meter', name: 'Another' });
  const limited = { ...administrator, products: ['meter'] };
  expect([await core.deviceImports.get(imported), await core.deviceLists.get(listed)]).toEqual([null, null]);
  expect((await core.deviceImports.list(limited, {}, {})).rows).toEqual([]);
  expect(await refusal(core.deviceImports.secrets(limited, imported))).toEqual([expect.objectContaining({ code: 'NOT_FOUND' })]);
});

test('R-UI-1 the refusal says what is still there', async () => {
  const { collections } = store;
  await core.devices.register(operator, 'meter', named(['dev-a', 'dev-b']));
  await collections.packages.insertOne(aPackage({ productKey: 'meter' }));
  await collections.batches.insertMany([1, 2].map((n) => aBatch({ _id: `batch${n}`, productKey: 'meter', status: 'FINISHED' })));
  await core.groups.createDynamic(operator, { name: 'swiss', rule: { none: [{ field: 'PRODUCT', values: ['pump', 'meter'] }] } });
  await core.groups.createDynamic(operator, { name: 'others', rule: { field: 'PRODUCT', values: ['pump'] } });
  const error = await remove().catch((caught: UserError) => caught);
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).message).toBe('The product still has 2 devices, 1 package, 2 batches and 1 dynamic group that names it.');
  expect(await core.products.get('meter')).not.toBeNull();
});

test('R-UI-1 R-SAFE-5 of a deletion and a registration at the same moment one is refused', async () => {
  for (let round = 0; round < 10; round++) {
    const key = `race${round}`;
    await core.products.create(operator, { key, name: key });
    const [deleted, registered] = await Promise.allSettled([remove(key), core.devices.register(operator, key, named(['dev-a']))]);
    const isThere = (await core.products.get(key)) !== null;
    expect([deleted.status, registered.status]).toEqual(isThere ? ['rejected', 'fulfilled'] : ['fulfilled', 'rejected']);
    expect(await store.collections.devices.countDocuments({ productKey: key })).toBe(isThere ? 1 : 0);
    if (isThere) expect(await refusal(remove(key))).toEqual(NOT_EMPTY);
  }
});

test('R-UI-1 who registers many at once into one product does not wait for each other for long', async () => {
  const all = await Promise.all(Array.from({ length: 20 }, (_, n) => core.devices.register(operator, 'meter', named([`dev-${n}`]))));
  expect(all).toHaveLength(20);
});
