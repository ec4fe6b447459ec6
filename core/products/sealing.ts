import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

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
}

export class SealedByOther extends Error {
  override readonly name = 'SealedByOther';
  constructor() {
    super('A secret in the store was encrypted under a master key that this process was not given (UPDRAFT_MASTER_KEY).');
  }
}

/** AES-256-GCM. The first master key seals; all of them open, so that a key can be changed while the platform runs. */
export function createSealing(masterKeys: readonly Uint8Array[]): Sealing {
  const keys = new Map(masterKeys.map((key) => [idOf(key), key]));
  const [first] = keys;
  if (!first || masterKeys.some((key) => key.length !== MASTER_KEY_BYTES)) throw new Error(`A master key has ${MASTER_KEY_BYTES} bytes.`);
  const [currentId, current] = first;
  return {
    seal(plain, context) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(CIPHER, current, nonce).setAAD(Buffer.from(context));
      const body = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return [FORM, currentId, Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64')].join('.');
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
    isCurrent: (sealed) => sealed.split('.')[1] === currentId,
  };
}

/** Says which key without saying what key. */
const idOf = (key: Uint8Array): string => createHash('sha256').update('updraft master key').update(key).digest('hex').slice(0, 16);
