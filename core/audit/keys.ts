import { createHmac, createPrivateKey, createPublicKey, hkdfSync, randomBytes, sign, timingSafeEqual, verify } from 'node:crypto';
import type { Collections } from '../../schema/mongo/connect';
import { isDuplicateKey } from '../duplicate-key';
import type { Sealing } from '../sealing';

export interface AuditKeys {
  /** PEM, for whoever checks signatures without Updraft. */
  publicKeyPem: string;
  sign(text: string): string;
  isSigned(text: string, signature: string): boolean;
  mac(text: string): string;
  isMac(text: string, mac: string): boolean;
}

const RECORD = 'audit-key';
const BYTES = 32;
/** DER of a PKCS #8 Ed25519 private key up to its 32 bytes (RFC 8410, 7). */
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * The keys of the installation, made when they are first needed: one secret, sealed by the master key, so that whoever has the database
 * alone can neither sign nor write an entry that passes. Sealed anew when an older master key has sealed it. Throws SealedByOther.
 */
export async function auditKeys({ settings }: Pick<Collections, 'settings'>, sealing: Sealing): Promise<AuditKeys> {
  const kept = await settings.findOne({ _id: RECORD });
  if (!kept) {
    const value = sealing.seal(randomBytes(BYTES).toString('base64'), RECORD);
    await settings.insertOne({ _id: RECORD, value }).catch((error) => {
      if (!isDuplicateKey(error)) throw error;
    });
    return auditKeys({ settings }, sealing);
  }
  const sealed = String(kept.value);
  const secret = sealing.open(sealed, RECORD);
  if (!sealing.isCurrent(sealed)) {
    await settings.updateOne({ _id: RECORD, value: sealed }, { $set: { value: sealing.seal(secret, RECORD) } });
  }
  return keysOf(Buffer.from(secret, 'base64'));
}

export function keysOf(secret: Uint8Array): AuditKeys {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, secret]), format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(privateKey);
  const macKey = Buffer.from(hkdfSync('sha256', secret, '', 'updraft audit entries', BYTES));
  const mac = (text: string): Buffer => createHmac('sha256', macKey).update(text).digest();
  return {
    publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign: (text) => sign(null, Buffer.from(text), privateKey).toString('base64url'),
    isSigned: (text, signature) => verify(null, Buffer.from(text), publicKey, Buffer.from(signature, 'base64url')),
    mac: (text) => mac(text).toString('base64url'),
    isMac(text, given) {
      const [one, other] = [mac(text), Buffer.from(given, 'base64url')];
      return one.length === other.length && timingSafeEqual(one, other);
    },
  };
}
