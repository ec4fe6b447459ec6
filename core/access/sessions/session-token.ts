import { createHash, randomBytes } from 'node:crypto';

/** 256 bits: of a browser session's cookie, and of a link that signs in. */
const FORM = /^[\w-]{43}$/;

export const newToken = (): string => randomBytes(32).toString('base64url');

/** What is stored of it, or null for what can be none. */
export const tokenHash = (token: string): string | null =>
  FORM.test(token) ? createHash('sha256').update(token).digest('base64url') : null;
