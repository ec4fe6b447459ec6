import { FIXED_LIMITS } from '../limits';
import type { Violation } from '../violation';

const FINGERPRINT = /^(?:[0-9a-f]{64}|(?:[0-9a-f]{2}:){31}[0-9a-f]{2})$/i;

/** A certificate's SHA-256 as it is stored, 64 lower-case hex digits; null when it is none. Digits may come in any case, and with colons. */
export const certificateFingerprint = (text: unknown): string | null =>
  typeof text === 'string' && FINGERPRINT.test(text) ? text.replaceAll(':', '').toLowerCase() : null;

/** As they are stored, each once. What is none is left out: it has been refused. */
export const certificateFingerprints = (texts: readonly unknown[]): string[] => [
  ...new Set(texts.map(certificateFingerprint).filter((fingerprint) => fingerprint !== null)),
];

export function certificateViolations(texts: readonly unknown[], field: string): Violation[] {
  const { certificatesPerDevice } = FIXED_LIMITS;
  const limit = `${certificatesPerDevice} certificates`;
  if (texts.length > certificatesPerDevice) {
    const message = `The device has ${texts.length} certificates.`;
    return [{ code: 'TOO_MANY', field, message, hint: 'Keep the one it uses, and the next one.', limit }];
  }
  return texts.flatMap((text, index) => {
    if (certificateFingerprint(text) !== null) return [];
    const hint = 'Give 64 hex digits, with or without colons, as `openssl x509 -noout -fingerprint -sha256` prints them.';
    return [
      { code: 'INVALID_FORMAT' as const, field: `${field}[${index}]`, message: 'This is no SHA-256 fingerprint of a certificate.', hint },
    ];
  });
}

/** What TLS has proven of a connection: its peer has the private key of this certificate. */
export interface ProvenCertificate {
  /** SHA-256 of its DER, 64 lower-case hex digits. */
  fingerprint: string;
  validFrom: Date;
  validTo: Date;
}

export const isCurrent = ({ validFrom, validTo }: ProvenCertificate, now: Date): boolean => validFrom <= now && now <= validTo;
