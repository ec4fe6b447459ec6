import type { CoreParts } from '../../core/core-parts';
import { UserError, UserErrors } from '../../core/errors';
import { ERROR_CODES, type ErrorCode } from '../../schema/model/error-codes';
import { aPackage } from '../support/builders';
import { handClock, operator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const clock = handClock();
const store = useStore();
let core: CoreParts['core'];
beforeEach(async () => {
  ({ core } = await meters({ store, engine: quietEngine(), clock }, named(['dev-a'])));
});

const PEM = `-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=
-----END PUBLIC KEY-----`;
const POLICY = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null } as const;
const lwm2m = (deviceName: string) =>
  core.devices.register(operator, 'meter', [{ deviceName, dialect: 'LWM2M', lwm2m: { endpoint: 'urn:1', psks: [] } }]);
const withKey = (deviceName: string) =>
  core.devices.register(operator, 'meter', [
    { deviceName, dialect: 'LWM2M', lwm2m: { psks: [{ identity: 'id-1', key: '0'.repeat(32) }] } },
  ]);
async function dynamicBatch() {
  const { _id } = await core.batches.createDynamic(operator, {
    ...{ packageId: 'package1', scope: { kind: 'all' }, policy: POLICY, sourceVersions: ['1.0.0'] },
  });
  return _id;
}

/** Of each code that says that something exists: what makes it, and its id; done twice. */
const CASES: Partial<Record<ErrorCode, () => Promise<string>>> = {
  PRODUCT_EXISTS: async () => (await core.products.create(operator, { key: 'pump', name: 'p' }))._id,
  DEVICE_EXISTS: async () => (await core.devices.register(operator, 'meter', named(['dev-1'])))[0]?._id ?? '',
  ENDPOINT_EXISTS: async () => (await lwm2m(`dev-${Math.random().toString(36).slice(2)}`))[0]?._id ?? '',
  PSK_IDENTITY_EXISTS: async () => (await withKey(`dev-${Math.random().toString(36).slice(2)}`))[0]?._id ?? '',
  GROUP_EXISTS: async () => (await core.groups.create(operator, { name: 'pilots' }))._id,
  SIGNING_KEY_EXISTS: async () =>
    (await core.products.addSigningKey(operator, { productKey: 'meter', name: 'line', publicKeyPem: PEM })).name,
  DYNAMIC_BATCH_EXISTS: async () => {
    await store.collections.packages.updateOne({ _id: 'package1' }, { $set: aPackage({ productKey: 'meter' }) }, { upsert: true });
    return dynamicBatch();
  },
};
/** What takes a file to meet is in test/contract/packages.test.ts. */
const ELSEWHERE = ['PACKAGE_EXISTS'];

test('R-UI-1 every code that says that something exists has a case here', () => {
  const codes = Object.keys(ERROR_CODES).filter((code) => code.endsWith('_EXISTS'));
  expect([...Object.keys(CASES), ...ELSEWHERE].sort()).toEqual(codes.sort());
});

test.each(Object.entries(CASES))('R-UI-1 %s names what exists', async (code, make) => {
  const id = await make();
  const error = await make().then(
    () => null,
    (caught: unknown) => caught,
  );
  const errors = error instanceof UserErrors ? error.errors : [error as UserError];
  expect(errors.map((one) => ({ code: one.code, conflictingId: one.conflictingId }))).toContainEqual({ code, conflictingId: id });
});

test('R-UI-1 a group that is renamed to another one’s name is told which that is', async () => {
  const { _id } = await core.groups.create(operator, { name: 'pilots' });
  const other = await core.groups.create(operator, { name: 'others' });
  const error = await core.groups.update(operator, other._id, { name: 'pilots' }).catch((caught: unknown) => caught);
  expect((error as UserError).conflictingId).toBe(_id);
});
