import { createHmac } from 'node:crypto';

const TOKEN_BYTES = 8;

/**
 * The token of an observation (RFC 7641 §3.1). It is computed, so that every gateway that has the installation's secret knows what a
 * notification is about, and so that nobody else can make one up.
 */
export const observeToken = (secret: Uint8Array, registrationId: string, path: string): Buffer =>
  createHmac('sha256', secret).update(`${registrationId}\n${path}`).digest().subarray(0, TOKEN_BYTES);
