import { generateKeyPairSync } from 'node:crypto';
import { operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'pkgA', name: 'Meters' });
  await api.core.devices.register(operator, 'pkgA', [{ deviceName: 'meter-1' }, { deviceName: 'meter-2' }]);
  for (const [name, version] of [
    ['meter-1', '1.0.0'],
    ['meter-2', '1.1.0'],
  ])
    await api.core.tasks.report(`pkgA.${name}`, { kind: 'version', module: 'default', version: version ?? '' });
});
afterAll(() => api.stop());

type Payload = Record<string, unknown> & {
  userErrors: { code: string; field: string; conflictingId: string | null; limit: string | null }[];
};
/** A mutation's payload: every mutation names its errors. */
async function mutate(name: string, input: object, fields: string, key = api.keys.operator): Promise<Payload> {
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { code field message hint limit conflictingId } } }`;
  const { data, errors } = await api.ask(query, { input }, key);
  if (errors) throw new Error(errors[0]?.message);
  return data[name] as Payload;
}

async function upload(version: string, fields: Record<string, string> = {}): Promise<string> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ productKey: 'pkgA', name: 'meter_fw', version, ...fields })) form.set(name, value);
  form.set('file', new Blob(['firmware']), 'fw.bin');
  const response = await fetch(`${api.url}/packages`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Bearer ${api.keys.operator}` },
  });
  return ((await response.json()) as { id: string }).id;
}

test('R-PKG-4 R-PKG-11 a package shows its kind and source versions, and is found by them', async () => {
  const id = await upload('1.9.0', { kind: 'DIFFERENTIAL', sourceVersions: '1.0.0', name: 'delta_fw' });
  const query =
    'query ($filter: PackageFilterInput) { packages(filter: $filter) { edges { node { id kind sourceVersions verification { required state } files { signedBy } } } } }';
  const { data } = await api.ask(query, {
    filter: { kind: 'DIFFERENTIAL', namePrefix: 'delta', verification: 'UNVERIFIED', verificationRequired: false },
  });
  const node = {
    id,
    kind: 'DIFFERENTIAL',
    sourceVersions: ['1.0.0'],
    verification: { required: false, state: 'UNVERIFIED' },
    files: [{ signedBy: null }],
  };
  expect(data.packages).toEqual({ edges: [{ node }] });
});

test('R-PKG-9 a verification is begun, seen among the runs, and stands between the package and its batches', async () => {
  const packageId = await upload('2.0.0', { verification: 'REQUIRED' });
  const batch = { packageId, scope: { all: true }, pushRate: { perMinute: 60 } };
  const refused = await mutate('createStaticBatch', batch, 'batch { id }');
  expect(refused).toMatchObject({ batch: null, userErrors: [{ code: 'PACKAGE_UNVERIFIED', field: 'packageId' }] });
  const run = await mutate(
    'verifyPackage',
    { packageId, deviceNames: ['meter-1'], timeoutMinutes: 10 },
    'batch { id kind policy { timeoutMinutes } }',
  );
  expect(run).toMatchObject({ batch: { kind: 'VERIFICATION', policy: { timeoutMinutes: 10 } }, userErrors: [] });
  const { data } = await api.ask(
    'query ($id: ID!) { package(id: $id) { verification { required state verifiedAt runs { edges { node { id } } } } } }',
    { id: packageId },
  );
  const { id } = run.batch as { id: string };
  expect(data.package).toEqual({
    verification: { required: true, state: 'UNVERIFIED', verifiedAt: null, runs: { edges: [{ node: { id } }] } },
  });
  const tooMany = await mutate('verifyPackage', { packageId, deviceNames: Array(11).fill('meter-1') }, 'batch { id }');
  expect(tooMany.userErrors).toMatchObject([{ code: 'TOO_MANY', field: 'deviceNames', limit: '1–10' }]);
  const late = await mutate('verifyPackage', { packageId, deviceNames: ['meter-1'], timeoutMinutes: 1_441 }, 'batch { id }');
  expect(late.userErrors).toMatchObject([{ code: 'OUT_OF_RANGE', field: 'timeoutMinutes' }]);
});

test('R-PKG-14 a package in use is not deleted, and one that is not is', async () => {
  const [used, free] = [await upload('3.0.0'), await upload('3.1.0')];
  const batch = await mutate('createStaticBatch', { packageId: used, scope: { all: true }, pushRate: { perMinute: 60 } }, 'batch { id }');
  const refused = await mutate('deletePackage', { packageId: used }, 'packageId');
  expect(refused).toMatchObject({
    packageId: null,
    userErrors: [{ code: 'PACKAGE_IN_USE', conflictingId: (batch.batch as { id: string }).id }],
  });
  expect(await mutate('updatePackage', { packageId: free, description: 'old' }, 'package { description }')).toEqual({
    package: { description: 'old' },
    userErrors: [],
  });
  expect(await mutate('deletePackage', { packageId: free }, 'packageId')).toEqual({ packageId: free, userErrors: [] });
  expect((await mutate('deletePackage', { packageId: free }, 'packageId')).userErrors).toMatchObject([
    { code: 'PACKAGE_UNKNOWN', field: 'packageId' },
  ]);
});

test('R-PKG-7 a signing key is added, listed, and refused when it is weak', async () => {
  const pem = (pair: { publicKey: { export(options: { type: 'spki'; format: 'pem' }): string | Buffer } }) =>
    pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const good = { productKey: 'pkgA', name: 'release', publicKeyPem: pem(generateKeyPairSync('ed25519')) };
  expect(await mutate('addSigningKey', good, 'signingKey { name algorithm }')).toEqual({
    signingKey: { name: 'release', algorithm: 'ED25519' },
    userErrors: [],
  });
  const weak = { ...good, name: 'weak', publicKeyPem: pem(generateKeyPairSync('rsa', { modulusLength: 1_024 })) };
  expect((await mutate('addSigningKey', weak, 'signingKey { name }')).userErrors).toMatchObject([
    { code: 'SIGNING_KEY_REFUSED', limit: '2048–8192 bits' },
  ]);
  const { data } = await api.ask('{ product(key: "pkgA") { signingKeys { name fingerprint publicKeyPem } } }');
  expect(data.product).toEqual({ signingKeys: [{ name: 'release', fingerprint: expect.any(String), publicKeyPem: good.publicKeyPem }] });
});

test('R-PKG-8 Secure Update is switched on, and its public key can be read', async () => {
  const off = await api.ask('{ product(key: "pkgA") { secureUpdate { active } } }');
  expect(off.data.product).toEqual({ secureUpdate: null });
  const on = await mutate('setSecureUpdate', { productKey: 'pkgA', active: true }, 'product { secureUpdate { active publicKeyPem } }');
  expect(on).toMatchObject({
    product: { secureUpdate: { active: true, publicKeyPem: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----/) } },
    userErrors: [],
  });
  await expect(mutate('setSecureUpdate', { productKey: 'pkgA', active: false }, 'product { key }', api.keys.viewer)).rejects.toThrow();
});

test('R-PKG-11 versions and modules are counted', async () => {
  const { data } = await api.ask(
    '{ moduleVersions(productKey: "pkgA") { edges { node { version devices } } } product(key: "pkgA") { modules { edges { node { name devices } } } } }',
  );
  expect(data.moduleVersions).toEqual({ edges: [{ node: { version: '1.0.0', devices: 1 } }, { node: { version: '1.1.0', devices: 1 } }] });
  expect(data.product).toEqual({ modules: { edges: [{ node: { name: 'default', devices: 2 } }] } });
});
