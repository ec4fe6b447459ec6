import { algorithmOf, type KeyFacts, signedMessage } from '../../../schema/model/package/signature';

test.each<[string, KeyFacts, string]>([
  ['Ed25519', { type: 'public', kind: 'ed25519' }, 'ED25519'],
  ['P-256', { type: 'public', kind: 'ec', curve: 'prime256v1' }, 'ECDSA_P256'],
  ['RSA of 2,048 bits', { type: 'public', kind: 'rsa', bits: 2_048 }, 'RSA_PSS'],
  ['RSA-PSS of 8,192 bits', { type: 'public', kind: 'rsa-pss', bits: 8_192 }, 'RSA_PSS'],
])('R-PKG-7 a key of %s is taken', (_name, key, algorithm) => {
  expect(algorithmOf(key)).toBe(algorithm);
});

test.each<[string, KeyFacts, string | undefined]>([
  ['RSA of 512 bits', { type: 'public', kind: 'rsa', bits: 512 }, '2048–8192 bits'],
  ['RSA of 2,047 bits', { type: 'public', kind: 'rsa', bits: 2_047 }, '2048–8192 bits'],
  ['RSA of 16,384 bits', { type: 'public', kind: 'rsa', bits: 16_384 }, '2048–8192 bits'],
  ['RSA of unknown length', { type: 'public', kind: 'rsa' }, '2048–8192 bits'],
  ['another curve', { type: 'public', kind: 'ec', curve: 'secp256k1' }, 'P-256'],
  ['DSA', { type: 'public', kind: 'dsa', bits: 2_048 }, expect.stringContaining('Ed25519')],
  ['a private key', { type: 'private', kind: 'ed25519' }, undefined],
])('R-PKG-7 a key of %s is refused', (_name, key, limit) => {
  expect(algorithmOf(key)).toMatchObject({ code: 'SIGNING_KEY_REFUSED', field: 'publicKeyPem', hint: expect.any(String) });
  expect(algorithmOf(key)).toHaveProperty('limit', limit);
});

test('R-PKG-7 what is signed are the lower-case digits of the digest', () => {
  expect(signedMessage('AB'.repeat(32))).toBe('ab'.repeat(32));
});
