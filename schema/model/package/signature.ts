import { FIXED_LIMITS } from '../limits';
import type { Violation } from '../violation';

/** R-PKG-7: the kinds of key a package may be signed with. */
export const SIGNATURE_ALGORITHMS = ['ED25519', 'ECDSA_P256', 'RSA_PSS'] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

const { rsaBitsMinimum, rsaBitsMaximum, publicKeyLength } = FIXED_LIMITS;
/** Bytes; those of RSA are the longest. */
export const SIGNATURE_BYTES = rsaBitsMaximum / 8;

/** What a key is, as a reader of keys tells it. */
export interface KeyFacts {
  type: 'public' | 'private';
  /** `ed25519`, `ec`, `rsa`, `rsa-pss`, … */
  kind: string;
  curve?: string;
  bits?: number;
}

const refused = (message: string, hint: string, limit?: string): Violation => ({
  code: 'SIGNING_KEY_REFUSED',
  field: 'publicKeyPem',
  message,
  hint,
  limit,
});

const bits = (count: number): string => count.toLocaleString('en');
const TAKEN = `Ed25519, ECDSA on P-256, or RSA of ${bits(rsaBitsMinimum)} to ${bits(rsaBitsMaximum)} bits`;

/** R-PKG-7: the algorithm a key is used with, or why it is not taken. */
export function algorithmOf(key: KeyFacts): SignatureAlgorithm | Violation {
  if (key.type === 'private') {
    return refused(
      'The key is a private one, which nobody but its owner may have.',
      'Upload the public key, and make a new pair: this one has left its owner.',
    );
  }
  if (key.kind === 'ed25519') return 'ED25519';
  if (key.kind === 'ec') {
    if (key.curve === 'prime256v1') return 'ECDSA_P256';
    return refused('The key is on another curve than P-256.', 'Make one with `openssl ecparam -name prime256v1 -genkey`.', 'P-256');
  }
  if (key.kind !== 'rsa' && key.kind !== 'rsa-pss') return refused('The key is of a kind that is not taken.', `Use ${TAKEN}.`, TAKEN);
  const bits = key.bits ?? 0;
  if (bits >= rsaBitsMinimum && bits <= rsaBitsMaximum) return 'RSA_PSS';
  return refused(
    `The key has ${bits} bits.`,
    `Make an RSA key of ${rsaBitsMinimum} to ${rsaBitsMaximum} bits, or an Ed25519 one.`,
    `${rsaBitsMinimum}–${rsaBitsMaximum} bits`,
  );
}

export const keyNotRead = (): Violation =>
  refused(
    'The key is not a public key in PEM.',
    'Give what `openssl pkey -in key.pem -pubout` prints, from BEGIN to END.',
    `${publicKeyLength} characters`,
  );

/**
 * R-PKG-7: what is signed of a file: the 64 lower-case hex digits of its SHA-256, as ASCII, without a line end. One rule for
 * every algorithm, also for those that want the whole message at once.
 */
export const signedMessage = (sha256: string): string => sha256.toLowerCase();

/** Base64 of either alphabet, line ends allowed as `base64` prints them; null when it is not. */
export function signatureOf(text: string): Buffer | null {
  const compact = text.length > 4 * SIGNATURE_BYTES ? '' : text.replace(/\s+/g, '');
  if (!/^[\w+/-]+={0,2}$/.test(compact)) return null;
  const bytes = Buffer.from(compact, 'base64');
  return bytes.length > 0 && bytes.length <= SIGNATURE_BYTES ? bytes : null;
}

export const signatureViolation = (): Violation => ({
  code: 'SIGNATURE_INVALID',
  field: 'signature',
  message: 'A signature is base64.',
  hint: 'Give what `openssl … | base64 -w0` prints, or leave it out.',
  limit: `${SIGNATURE_BYTES} bytes`,
});
