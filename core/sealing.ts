import { createCipheriv, createDecipheriv, createHash, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { randomBytesPooled } from './random-bytes';

const CIPHER = 'aes-256-gcm';
const NONCE = 12;
const TAG = 16;
const FORM = 'v1';

export const MASTER_KEY_BYTES = 32;

/** Keeps secrets at rest. `context` binds a sealed text to where it belongs: moved elsewhere it does not open. */
export interface Sealing {
  seal(plain: string, context: string): string;
  /** Throws SealedByOther when none of the master keys made it. */
  open(sealed: string, context: string): string;
  /** Whether the newest master key made it. */
  isCurrent(sealed: string): boolean;
  /** Begins what the newest master key seals. */
  readonly currentPrefix: string;
  /** Of the master keys, the newest first. */
  readonly keyIds: readonly string[];
}

export class SealedByOther extends Error {
  override readonly name = 'SealedByOther';
  constructor() {
    super(
      'A secret in the store was encrypted under a master key that this process was not given. Give the earlier key too, after the newest one (UPDRAFT_MASTER_KEY), or put the file master.key of that time back into the data directory.',
    );
  }
}

/**
 * AES-256-GCM. The first master key seals; all of them open, so that a key can be changed while the platform runs. With a `purpose` the keys
 * are derived from the master keys, so that what is sealed for one opens for no other.
 */
export function createSealing(masterKeys: readonly Uint8Array[], purpose?: string): Sealing {
  const keys = new Map(masterKeys.map((key) => [masterKeyId(key), keyFor(key, purpose)]));
  const [first] = keys;
  if (!first || masterKeys.some((key) => key.length !== MASTER_KEY_BYTES)) throw new Error(`A master key has ${MASTER_KEY_BYTES} bytes.`);
  const [currentId, current] = first;
  const currentPrefix = `${FORM}.${currentId}.`;
  return {
    currentPrefix,
    keyIds: [...keys.keys()],
    seal(plain, context) {
      const nonce = randomBytesPooled(NONCE);
      const sealed = Buffer.allocUnsafe(NONCE + TAG + Buffer.byteLength(plain));
      nonce.copy(sealed);
      const cipher = createCipheriv(CIPHER, current, nonce).setAAD(Buffer.from(context));
      cipher.update(plain, 'utf8').copy(sealed, NONCE + TAG);
      cipher.final();
      cipher.getAuthTag().copy(sealed, NONCE);
      return currentPrefix + sealed.toString('base64');
    },
    open(sealed, context) {
      const [form, keyId = '', text = ''] = sealed.split('.');
      const key = keys.get(keyId);
      if (form !== FORM || !key) throw new SealedByOther();
      const bytes = Buffer.from(text, 'base64');
      const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE), { authTagLength: TAG })
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString('utf8');
    },
    isCurrent: (sealed) => sealed.startsWith(currentPrefix),
  };
}

const keyFor = (key: Uint8Array, purpose: string | undefined): KeyObject =>
  createSecretKey(purpose === undefined ? key : Buffer.from(hkdfSync('sha256', key, '', purpose, MASTER_KEY_BYTES)));

/** Says which key without saying what key. */
const masterKeyId = (key: Uint8Array): string => createHash('sha256').update('updraft master key').update(key).digest('hex').slice(0, 16);
