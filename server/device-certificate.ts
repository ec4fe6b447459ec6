import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';
import { generate } from 'selfsigned';
import type { Config } from './config';
import { StartError } from './embedded/start-error';

export interface Certificate {
  cert: Buffer;
  key: Buffer;
}

/** The TLS that LinkSDK C bundles knows no elliptic curves, neither in the certificate nor in that of its CA. */
const READ_BY_ALL = { keyType: 'rsa', keySize: 2048, algorithm: 'sha256' } as const;
const YEARS = 10;
const RENEW_BEFORE_MS = 30 * 86_400_000;

/**
 * What MQTT over TLS identifies itself with: the settings' files, or a certificate of a CA of our own, made on the first start.
 * The CA's key is not kept, so that nobody can issue anything else that the devices would trust.
 */
export async function deviceCertificate(
  { mqttsTls, tls, dataDir, host, publicBaseUrl }: Config,
  logger: Pick<Logger, 'warn'>,
): Promise<Certificate> {
  const files = mqttsTls ?? tls;
  if (files) return readPair(files.certFile, files.keyFile);
  const folder = join(dataDir, 'tls');
  const [certFile, keyFile, caFile] = [join(folder, 'server.pem'), join(folder, 'server-key.pem'), join(folder, 'ca.pem')];
  const there = await readPair(certFile, keyFile).catch(() => null);
  if (there && isGood(there)) return there;
  await makeFolder(folder, namesOf(host, publicBaseUrl));
  logger.warn(
    `A certificate for MQTT over TLS was made. Devices that are to trust it need ${caFile}; for production set UPDRAFT_MQTTS_CERT_FILE.`,
  );
  return readPair(certFile, keyFile);
}

async function readPair(certFile: string, keyFile: string): Promise<Certificate> {
  const read = (file: string) =>
    readFile(file).catch((error: NodeJS.ErrnoException) => {
      throw new StartError(
        `${file} could not be read: ${error.code ?? error.message}. It is named by a setting of TLS, see docs/settings.md.`,
      );
    });
  // One after the other: of two that are missing the same one is named each time.
  const cert = await read(certFile);
  const key = await read(keyFile);
  try {
    createSecureContext({ cert, key });
  } catch (error) {
    throw new StartError(`${certFile} and ${keyFile} are no certificate and its key in PEM: ${(error as Error).message}`);
  }
  return { cert, key };
}

function isGood({ cert }: Certificate): boolean {
  try {
    return Date.parse(new X509Certificate(cert).validTo) > Date.now() + RENEW_BEFORE_MS;
  } catch {
    return false;
  }
}

/** The whole folder at once: a crash leaves the old one, or none. */
async function makeFolder(folder: string, names: string[]): Promise<void> {
  const from = new Date(Date.now() - 86_400_000);
  const to = new Date(from);
  to.setFullYear(to.getFullYear() + YEARS);
  const common = { ...READ_BY_ALL, notBeforeDate: from, notAfterDate: to } as const;
  const ca = await generate([{ name: 'commonName', value: `Updraft ${hostname()}` }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: names[0] ?? 'localhost' }], {
    ...common,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      // Encipherment is for clients without curves: they send their secret encrypted to this key.
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })) },
    ],
  });
  const made = `${folder}.new`;
  await rm(made, { recursive: true, force: true });
  await mkdir(made, { recursive: true, mode: 0o700 });
  const files = { 'ca.pem': ca.cert, 'server.pem': server.cert, 'server-key.pem': server.private };
  for (const [name, text] of Object.entries(files)) await writeFile(join(made, name), text, { mode: 0o600 });
  await rm(folder, { recursive: true, force: true });
  await rename(made, folder);
}

/** What a device may call this machine by. */
function namesOf(host: string, publicBaseUrl: string | undefined): string[] {
  const known = ['localhost', '127.0.0.1', '::1', hostname(), host, ...(publicBaseUrl ? [new URL(publicBaseUrl).hostname] : [])];
  return [...new Set(known.filter((name) => name !== '0.0.0.0' && name !== '::'))];
}
