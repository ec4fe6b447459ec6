import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { certificateFingerprint, type ProvenCertificate } from '../../../../schema/model/device/certificate';
import type { DeviceId } from '../../../../schema/model/ids';

/** What the transport has proven of the other end, before it has said anything. */
export interface ProvenPeer {
  /** It has the private key of this certificate. */
  certificate?: ProvenCertificate;
  /** It knows the secret of this device. */
  deviceId?: DeviceId;
  /** Where it comes from. */
  address?: string;
}

/** Who has a certificate may show it, and nobody has to: a device without one answers that it has none. */
export const ASK_FOR_CERTIFICATE = { requestCert: true, rejectUnauthorized: false } as const;

/**
 * The certificate whose key the other end of a connection has shown that it holds; undefined over plain TCP, and of a peer that has none.
 * Nobody has looked who signed it: a device's certificate is known by its fingerprint, or not at all.
 */
export function provenCertificate(socket: Duplex): ProvenCertificate | undefined {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  const fingerprint = certificateFingerprint(certificate?.fingerprint256);
  if (certificate === undefined || fingerprint === null) return undefined;
  return { fingerprint, validFrom: new Date(certificate.validFrom), validTo: new Date(certificate.validTo) };
}
