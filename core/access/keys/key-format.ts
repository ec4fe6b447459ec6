import { createHash, randomBytes } from 'node:crypto';

/** `updraft_<id>_<secret>`: recognizable to secret scanners; the id finds the record, the secret is 256 bits. */
const FORM = /^updraft_([0-9a-f]{16})_([A-Za-z0-9_-]{43})$/;

export interface KeyParts {
  id: string;
  secret: string;
}

export function newKey(): KeyParts & { key: string } {
  const id = randomBytes(8).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, secret, key: `updraft_${id}_${secret}` };
}

export function parseKey(key: string | null | undefined): KeyParts | null {
  const [, id, secret] = FORM.exec(key ?? '') ?? [];
  return id && secret ? { id, secret } : null;
}

export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();
