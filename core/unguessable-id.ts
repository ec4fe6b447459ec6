import { createHmac, randomBytes } from 'node:crypto';

/** Bytes of an id that nobody finds by trying. */
const BYTES = 16;

export const unguessableId = (): string => randomBytes(BYTES).toString('hex');

/** The same for the same parts, and known to nobody who does not have the secret. */
export const unguessableIdOf = (secret: Uint8Array, ...parts: string[]): string =>
  createHmac('sha256', secret)
    .update(JSON.stringify(parts))
    .digest('hex')
    .slice(0, 2 * BYTES);
