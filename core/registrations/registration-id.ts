import { randomBytes } from 'node:crypto';

/**
 * 72 random bits in 12 characters, so that nobody finds one of a million by trying. No more, because small clients keep what they are
 * answered in a few bytes: Zephyr has 12 for each option unless it is built otherwise.
 */
const BYTES = 9;

export const newRegistrationId = (): string => randomBytes(BYTES).toString('base64url');
