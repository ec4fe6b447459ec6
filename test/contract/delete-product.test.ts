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
