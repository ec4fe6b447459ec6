import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

export interface ClientCertificate {
  /** PEM. */
  cert: string;
  key: string;
  /** As OpenSSL prints it, with colons. */
  fingerprint: string;
}

const DAY_MS = 86_400_000;

/** A certificate that a device signs for itself, by default good from yesterday to tomorrow. */
export async function clientCertificate(
  name: string,
  around = new Date(),
  days: [from: number, to: number] = [-1, 1],
): Promise<ClientCertificate> {
  const [notBeforeDate, notAfterDate] = days.map((day) => new Date(around.getTime() + day * DAY_MS));
  const common = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256', notBeforeDate, notAfterDate } as const;
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], common);
  return { cert, key, fingerprint: new X509Certificate(cert).fingerprint256 };
}
