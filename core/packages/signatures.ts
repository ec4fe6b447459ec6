import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { type SignatureAlgorithm, signedMessage } from '../../schema/model/package/signature';
import type { SigningKey } from '../../schema/model/package/signing-key';
import type { Collections } from '../../schema/mongo/connect';
import { signatureInvalid, signingKeyMissing } from './refusals';

/** Throws SIGNING_KEY_MISSING. */
export async function requireKeys(signingKeys: Collections['signingKeys'], productKey: string): Promise<SigningKey[]> {
  const keys = await signingKeys.find({ productKey }).toArray();
  if (keys.length === 0) throw signingKeyMissing();
  return keys;
}

/** R-PKG-7: the name of the key that made the signature. Throws SIGNATURE_INVALID. */
export function signerOf(keys: readonly SigningKey[], signature: Buffer, sha256: string): string {
  const message = Buffer.from(signedMessage(sha256), 'ascii');
  const signer = keys.find(({ algorithm, publicKeyPem }) => isSigned(algorithm, createPublicKey(publicKeyPem), message, signature));
  if (!signer) throw signatureInvalid();
  return signer.name;
}

function isSigned(algorithm: SignatureAlgorithm, key: KeyObject, message: Buffer, signature: Buffer): boolean {
  try {
    switch (algorithm) {
      case 'ED25519':
        return verify(null, message, key, signature);
      case 'ECDSA_P256':
        return verify('sha256', message, key, signature);
      case 'RSA_PSS': {
        const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_AUTO: saltLength } = constants;
        return verify('sha256', message, { key, padding, saltLength }, signature);
      }
    }
  } catch {
    // A key that allows other parameters only has not made it either.
    return false;
  }
}
