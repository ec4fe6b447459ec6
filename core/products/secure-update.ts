import { constants, createHash, createPublicKey, generateKeyPair, privateEncrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { LRUCache } from 'lru-cache';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import type { SecureUpdate } from '../../schema/model/package/secure-update';
import type { Collections } from '../../schema/mongo/connect';
import type { StoredKeyPair, StoredSecureUpdate } from '../../schema/mongo/secure-updates';
import type { Clock } from '../clock';
import { isDuplicateKey } from '../duplicate-key';
import type { Sealing } from '../sealing';
import type { KeyPairStep } from './contract';

export interface SecureUpdateDeps {
  collections: Pick<Collections, 'secureUpdates' | 'packages'>;
  sealing: Sealing;
  clock: Clock;
}

/** Between two looks at a product's settings: a push to a million devices asks for them a million times. */
const KEPT_MS = 5_000;
const KEPT = 1_000;

/** R-PKG-8. The pair is RSA-2048, because that is what the verifiers in devices of this dialect read. */
export function createSecureUpdates({ collections, sealing, clock }: SecureUpdateDeps) {
  const { secureUpdates, packages } = collections;
  const known = new LRUCache<string, Promise<StoredSecureUpdate | null>>({ max: KEPT, ttl: KEPT_MS });
  const signed = new LRUCache<string, Promise<string[]>>({ max: KEPT });

  function settingsOf(productKey: string): Promise<StoredSecureUpdate | null> {
    const kept = known.get(productKey);
    if (kept) return kept;
    const settings = secureUpdates.findOne({ _id: productKey });
    settings.catch(() => known.delete(productKey));
    known.set(productKey, settings);
    return settings;
  }

  async function newPair(productKey: string): Promise<StoredKeyPair> {
    const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2_048 });
    const publicKeyPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const sealedPrivateKey = sealing.seal(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), productKey);
    return { keyId: keyIdOf(publicKeyPem), publicKeyPem, sealedPrivateKey, createdAt: clock() };
  }

  /** The stored signatures where this pair made them, new ones otherwise; those are kept for every other process. */
  async function sign({ _id, files }: FirmwarePackage, { _id: productKey, current }: StoredSecureUpdate): Promise<string[]> {
    const { keyId, sealedPrivateKey } = current;
    let privateKey: string | null = null;
    const signatures: string[] = [];
    for (const [index, { sha256, digestSign }] of files.entries()) {
      if (digestSign?.keyId === keyId) {
        signatures.push(digestSign.value);
        continue;
      }
      privateKey ??= sealing.open(sealedPrivateKey, productKey);
      const value = signDigest(privateKey, sha256);
      await packages.updateOne({ _id }, { $set: { [`files.${index}.digestSign`]: { keyId, value } } });
      signatures.push(value);
    }
    return signatures;
  }

  return {
    async get(productKey: string): Promise<SecureUpdate | null> {
      const stored = await secureUpdates.findOne({ _id: productKey });
      if (stored === null) return null;
      const { active, current, next } = stored;
      const { publicKeyPem, createdAt } = current;
      return { productKey, active, publicKeyPem, nextPublicKeyPem: next?.publicKeyPem ?? null, createdAt };
    },
    /** PREPARE makes the next pair, once; SWITCH puts it in the place of the current one, and does nothing when there is none. */
    async set(productKey: string, active: boolean, step: KeyPairStep | null): Promise<void> {
      const stored = await secureUpdates.findOne({ _id: productKey });
      if (stored === null) {
        if (active) await insert(secureUpdates, { _id: productKey, active, current: await newPair(productKey), next: null });
      } else {
        if (step === 'PREPARE' && stored.next === null) {
          await secureUpdates.updateOne({ _id: productKey, next: null }, { $set: { next: await newPair(productKey) } });
        }
        if (step === 'SWITCH' && stored.next !== null) {
          const { keyId } = stored.next;
          await secureUpdates.updateOne({ _id: productKey, 'next.keyId': keyId }, { $set: { current: stored.next, next: null } });
        }
        await secureUpdates.updateOne({ _id: productKey }, { $set: { active } });
      }
      known.delete(productKey);
    },
    /** A signature for each file of the package, in order; none while the product's Secure Update is off. */
    async digestSigns(firmware: FirmwarePackage): Promise<readonly string[]> {
      const settings = await settingsOf(firmware.productKey);
      if (!settings?.active) return [];
      const key = `${firmware._id} ${settings.current.keyId}`;
      const kept = signed.get(key);
      if (kept) return kept;
      const signatures = sign(firmware, settings);
      signatures.catch(() => signed.delete(key));
      signed.set(key, signatures);
      return signatures;
    },
    /** After a change of the master key: encrypts anew what an older one encrypted. Returns how many. May run in several processes. */
    async reseal(): Promise<number> {
      let resealed = 0;
      for await (const { _id, current, next } of secureUpdates.find()) {
        for (const [place, pair] of Object.entries({ current, next })) {
          if (pair === null || sealing.isCurrent(pair.sealedPrivateKey)) continue;
          const again = sealing.seal(sealing.open(pair.sealedPrivateKey, _id), _id);
          const field = `${place}.sealedPrivateKey`;
          const { modifiedCount } = await secureUpdates.updateOne({ _id, [field]: pair.sealedPrivateKey }, { $set: { [field]: again } });
          resealed += modifiedCount;
        }
      }
      return resealed;
    },
  };
}
export type SecureUpdates = ReturnType<typeof createSecureUpdates>;

/** DER of `DigestInfo { sha256, NULL }` up to the digest (RFC 8017 §9.2). */
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/**
 * RSASSA-PKCS1-v1_5 with SHA-256 over the file, made from the digest alone, so that no byte of the file is read again:
 * `openssl dgst -sha256 -verify public.pem -signature sig.bin fw.bin` says yes. Base64. The same input gives the same signature.
 */
const signDigest = (privateKeyPem: string, sha256: string): string =>
  privateEncrypt(
    { key: privateKeyPem, padding: constants.RSA_PKCS1_PADDING },
    Buffer.concat([DIGEST_INFO, Buffer.from(sha256, 'hex')]),
  ).toString('base64');

const keyIdOf = (publicKeyPem: string): string =>
  createHash('sha256')
    .update(createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' }))
    .digest('hex');

/** Two first activations at once: the first pair stays. */
async function insert(secureUpdates: Collections['secureUpdates'], document: StoredSecureUpdate): Promise<void> {
  try {
    await secureUpdates.insertOne(document);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await secureUpdates.updateOne({ _id: document._id }, { $set: { active: document.active } });
  }
}
