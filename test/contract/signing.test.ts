import { spawnSync } from 'node:child_process';
import { constants, createHash, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createPackageService } from '../../core/packages/service';
import { createSecureUpdates } from '../../core/products/secure-update';
import { createProductService } from '../../core/products/service';
import { createSealing } from '../../core/sealing';
import { handClock, MASTER_KEY, operator, productParts, refusal, settingsWith, spectator } from '../support/core-parts';
import { fakePackageStore } from '../support/fakes/package-store';
import { useStore } from '../support/store';

const clock = handClock();
const image = Buffer.from('a firmware image');
const digest = createHash('sha256').update(image).digest('hex');

const store = useStore();
let files: ReturnType<typeof fakePackageStore>;
let packages: ReturnType<typeof createPackageService>;
let products: ReturnType<typeof createProductService>;
let parts: ReturnType<typeof productParts>;
beforeEach(async () => {
  files = fakePackageStore();
  parts = productParts(store, clock);
  const deps = { collections: store.collections, settings: settingsWith({ signingKeys: 3 }), clock };
  products = createProductService({ ...deps, ...parts });
  packages = createPackageService({
    ...deps,
    connection: store.connection,
    calls: parts.calls,
    files,
    presign: parts.secureUpdates.digestSigns,
  });
  for (const _id of ['meter', 'valve']) await store.collections.products.insertOne({ _id, name: _id, dialect: 'LINK', createdAt: clock() });
});

let version = 1;
const upload = (signature?: string, productKey = 'meter') =>
  packages.create(
    operator,
    { productKey, name: 'meter_fw', version: `${version++}` },
    { name: 'fw.bin', stream: Readable.from([image], { objectMode: false }), signature },
  );

interface Pair {
  publicKey: KeyObject;
  privateKey: KeyObject;
}
const KEYS = {
  ED25519: generateKeyPairSync('ed25519'),
  ECDSA_P256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  RSA_PSS: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
} satisfies Record<string, Pair>;
type Algorithm = keyof typeof KEYS;
const ALGORITHMS = Object.keys(KEYS) as Algorithm[];

const publicPem = ({ publicKey }: Pair): string => publicKey.export({ type: 'spki', format: 'pem' }).toString();
const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };

function signedByNode(algorithm: Algorithm, { privateKey }: Pair, message: string): string {
  const key = algorithm === 'RSA_PSS' ? { key: privateKey, ...pss } : privateKey;
  return sign(algorithm === 'ED25519' ? null : 'sha256', Buffer.from(message), key).toString('base64');
}

/** As `docs/signing.md` says. */
const OPENSSL: Record<Algorithm, (key: string, message: string) => string[]> = {
  ED25519: (key, message) => ['pkeyutl', '-sign', '-inkey', key, '-rawin', '-in', message],
  ECDSA_P256: (key, message) => ['dgst', '-sha256', '-sign', key, message],
  RSA_PSS: (key, message) => ['dgst', '-sha256', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:32', '-sign', key, message],
};

function signedByOpenssl(algorithm: Algorithm, { privateKey }: Pair, message: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'updraft-signing-'));
  try {
    const [key, text] = [join(folder, 'key.pem'), join(folder, 'digest')];
    writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    writeFileSync(text, message);
    const { status, stdout, stderr } = spawnSync('openssl', OPENSSL[algorithm](key, text));
    if (status !== 0) throw new Error(stderr.toString());
    return stdout.toString('base64');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** LibreSSL signs no raw message; a machine without the program has node's signatures to check. */
const signers = spawnSync('openssl', ['version']).stdout?.toString().startsWith('OpenSSL 3')
  ? [signedByNode, signedByOpenssl]
  : [signedByNode];

test.each(ALGORITHMS.flatMap((algorithm) => signers.map((signer) => [algorithm, signer.name, signer] as const)))(
  'R-PKG-7 a package signed with %s, %s, is taken, and the key is named',
  async (algorithm, _name, signer) => {
    await products.addSigningKey(operator, { productKey: 'meter', name: 'other', publicKeyPem: publicPem(generateKeyPairSync('ed25519')) });
    const key = await products.addSigningKey(operator, { productKey: 'meter', name: 'release', publicKeyPem: publicPem(KEYS[algorithm]) });
    expect(key).toMatchObject({ algorithm, fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect((await upload(signer(algorithm, KEYS[algorithm], digest))).files[0]?.signedBy).toBe('release');
  },
);

test('R-PKG-7 without a key, with another product’s, by another key, or of another file, nothing is kept', async () => {
  const good = signedByNode('ED25519', KEYS.ED25519, digest);
  expect(await refusal(upload(good))).toEqual([{ code: 'SIGNING_KEY_MISSING', field: 'signature' }]);
  await products.addSigningKey(operator, { productKey: 'valve', name: 'release', publicKeyPem: publicPem(KEYS.ED25519) });
  expect(await refusal(upload(good))).toEqual([{ code: 'SIGNING_KEY_MISSING', field: 'signature' }]);
  await products.addSigningKey(operator, { productKey: 'meter', name: 'release', publicKeyPem: publicPem(KEYS.RSA_PSS) });
  const wrong = [
    good,
    signedByNode('RSA_PSS', KEYS.RSA_PSS, digest.toUpperCase()),
    Buffer.alloc(256, 1).toString('base64'),
    'no base64!',
    '',
  ];
  for (const signature of wrong) expect(await refusal(upload(signature))).toEqual([{ code: 'SIGNATURE_INVALID', field: 'signature' }]);
  expect(files.fileIds()).toEqual([]);
  expect(await store.collections.packages.countDocuments()).toBe(0);
  expect(await store.collections.uploads.countDocuments()).toBe(0);
});

test('R-PKG-7 an unsigned package names no key', async () => {
  expect((await upload()).files[0]).not.toHaveProperty('signedBy');
});

const rsa512 =
  '-----BEGIN PUBLIC KEY-----\nMFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKj34GkxFhD90vcNLYLInFEX6Ppy1tPf\n9Cnzj4p4WGeKLs1Pt8QuKUpRKfFLfRYC9AIKjbJTWit+CqvjWYzvQwECAwEAAQ==\n-----END PUBLIC KEY-----\n';

test.each<[string, string, RegExp]>([
  ['RSA of 512 bits', rsa512, /512 bits/],
  ['a private key', KEYS.ED25519.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), /private/],
  ['a key on P-384', publicPem(generateKeyPairSync('ec', { namedCurve: 'P-384' })), /P-256/],
  ['no key', 'hello', /PEM/],
  ['damaged PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', /PEM/],
  ['far too much text', `${publicPem(KEYS.ED25519)}${' '.repeat(5_000)}`, /PEM/],
])('R-PKG-7 %s is refused as a signing key', async (_name, publicKeyPem, words) => {
  const added = products.addSigningKey(operator, { productKey: 'meter', name: 'release', publicKeyPem });
  await expect(added).rejects.toMatchObject({
    errors: [{ code: 'SIGNING_KEY_REFUSED', field: 'publicKeyPem', message: expect.stringMatching(words) }],
  });
  expect(await products.signingKeys('meter')).toEqual([]);
});

test('R-PKG-7 keys are added and listed, never changed, and few', async () => {
  const add = (name: string, pair: Pair = generateKeyPairSync('ed25519')) =>
    products.addSigningKey(operator, { productKey: 'meter', name, publicKeyPem: publicPem(pair) });
  await add('first', KEYS.ED25519);
  expect(await refusal(add('first'))).toEqual([{ code: 'SIGNING_KEY_EXISTS', field: 'name' }]);
  expect(await refusal(add('again', KEYS.ED25519))).toEqual([{ code: 'SIGNING_KEY_EXISTS', field: 'name' }]);
  expect(await refusal(add('a name'))).toEqual([{ code: 'INVALID_FORMAT', field: 'name' }]);
  clock.advance(1);
  for (const name of ['second', 'third']) await add(name);
  expect((await products.signingKeys('meter')).map(({ name }) => name)).toEqual(['first', 'second', 'third']);
  expect(await refusal(add('fourth'))).toEqual([{ code: 'TOO_MANY', field: 'productKey' }]);
  expect(await refusal(products.addSigningKey(operator, { productKey: 'nobody', name: 'x', publicKeyPem: '' }))).toEqual([
    { code: 'PRODUCT_UNKNOWN', field: 'productKey' },
  ]);
  expect(await refusal(products.addSigningKey(spectator, { productKey: 'meter', name: 'x', publicKeyPem: '' }))).toEqual([
    { code: 'NOT_ALLOWED' },
  ]);
});

const signatureGood = (publicKeyPem: string, value: string, bytes = image): boolean =>
  verify('sha256', bytes, publicKeyPem, Buffer.from(value, 'base64'));

test('R-PKG-8 while Secure Update is on, each file is signed, those uploaded before it as well', async () => {
  const before = await upload();
  expect(await parts.secureUpdates.digestSigns(before)).toEqual([]);
  expect(await products.secureUpdate('meter')).toBeNull();
  await products.setSecureUpdate(operator, { productKey: 'meter', active: true });
  const { publicKeyPem, active } = (await products.secureUpdate('meter')) ?? { publicKeyPem: '', active: false };
  expect(active).toBe(true);
  const [value = ''] = await parts.secureUpdates.digestSigns(before);
  expect(signatureGood(publicKeyPem, value)).toBe(true);
  expect(signatureGood(publicKeyPem, value, Buffer.from('another'))).toBe(false);
  const after = await packages.get((await upload())._id);
  expect(after?.files[0]?.digestSign?.value).toBe(value);
  await products.setSecureUpdate(operator, { productKey: 'meter', active: false });
  expect(await parts.secureUpdates.digestSigns(before)).toEqual([]);
});

test('R-PKG-8 switching off and on keeps the pair; a pair is changed in two steps', async () => {
  const set = (active: boolean, keyPair?: 'PREPARE' | 'SWITCH') =>
    products.setSecureUpdate(operator, { productKey: 'meter', active, keyPair });
  const nextKey = async () => (await products.secureUpdate('meter'))?.nextPublicKeyPem;
  const keyNow = async () => (await products.secureUpdate('meter'))?.publicKeyPem ?? '';
  await Promise.all([set(true), set(true)]);
  const first = await keyNow();
  const made = await upload();
  await set(false);
  await set(true);
  expect(await keyNow()).toBe(first);
  await set(true, 'SWITCH');
  expect([await keyNow(), await nextKey()]).toEqual([first, null]);
  await set(true, 'PREPARE');
  const second = (await nextKey()) ?? '';
  await set(true, 'PREPARE');
  expect([await keyNow(), await nextKey()]).toEqual([first, second]);
  expect(signatureGood(first, (await parts.secureUpdates.digestSigns(made))[0] ?? '')).toBe(true);
  await set(true, 'SWITCH');
  expect([await keyNow(), await nextKey()]).toEqual([second, null]);
  const [value = ''] = await parts.secureUpdates.digestSigns(made);
  expect([signatureGood(first, value), signatureGood(second, value)]).toEqual([false, true]);
  expect(await refusal(products.setSecureUpdate(spectator, { productKey: 'meter', active: true }))).toEqual([{ code: 'NOT_ALLOWED' }]);
  expect(await refusal(products.setSecureUpdate(operator, { productKey: 'nobody', active: true }))).toEqual([
    { code: 'PRODUCT_UNKNOWN', field: 'productKey' },
  ]);
});

test('R-PKG-8 the private key is at rest under the master key only, and moves to a new one', async () => {
  for (const keyPair of [null, 'PREPARE'] as const)
    await products.setSecureUpdate(operator, { productKey: 'meter', active: true, keyPair });
  const stored = await store.collections.secureUpdates.findOne({ _id: 'meter' });
  expect(JSON.stringify(stored)).not.toContain('PRIVATE');
  expect(JSON.stringify(await products.secureUpdate('meter'))).not.toContain(stored?.current.sealedPrivateKey);
  const newKey = Buffer.alloc(32, 9);
  const withKeys = (...keys: Buffer[]) => createSecureUpdates({ collections: store.collections, sealing: createSealing(keys), clock });
  await expect(withKeys(newKey).reseal()).rejects.toThrow('UPDRAFT_MASTER_KEY');
  expect(await withKeys(newKey, MASTER_KEY).reseal()).toBe(2);
  expect(await withKeys(newKey).reseal()).toBe(0);
  expect(await withKeys(newKey).digestSigns(await upload())).toHaveLength(1);
});

test('R-PKG-8 a sealed secret opens where it belongs, and nowhere else, and not when it was changed', () => {
  const sealing = createSealing([MASTER_KEY]);
  const sealed = sealing.seal('secret', 'meter');
  expect(sealing.open(sealed, 'meter')).toBe('secret');
  expect(sealing.seal('secret', 'meter')).not.toBe(sealed);
  expect(() => sealing.open(sealed, 'valve')).toThrow();
  expect(() => sealing.open(`${sealed.slice(0, -6)}AAAA==`, 'meter')).toThrow();
  expect(() => createSealing([Buffer.alloc(31)])).toThrow('32 bytes');
});
