import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../server/config';
import { deviceCertificate } from '../../../server/device-certificate';
import { clientCertificate } from '../../support/client-certificate';

let dataDir: string;
const warnings: string[] = [];
const logger = { warn: (message: unknown) => void warnings.push(String(message)) };
const made = (overrides: Record<string, string> = {}) => deviceCertificate(readConfig({ UPDRAFT_DATA_DIR: dataDir, ...overrides }), logger);
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'updraft-certificate-'));
  warnings.length = 0;
});
afterEach(() => rmSync(dataDir, { recursive: true }));

test('R-FLOW-1 the first start makes a certificate for this machine, signed by a CA whose key is not kept, and says which file devices need', async () => {
  const { cert } = await made({ UPDRAFT_PUBLIC_BASE_URL: 'https://fw.example.com' });
  const [server, ca] = [new X509Certificate(cert), new X509Certificate(readFileSync(join(dataDir, 'tls/ca.pem')))];
  expect(server.checkIssued(ca) && server.verify(ca.publicKey)).toBe(true);
  expect([server.ca, ca.ca]).toEqual([false, true]);
  for (const name of ['localhost', 'fw.example.com']) expect(server.checkHost(name)).toBe(name);
  expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(statSync(join(dataDir, 'tls/server-key.pem')).mode & 0o777).toBe(0o600);
  expect(warnings).toEqual([expect.stringContaining(join(dataDir, 'tls/ca.pem'))]);
});

/** sha256WithRSAEncryption, as a certificate names what it is signed with. */
const SHA256_WITH_RSA = Buffer.from('06092a864886f70d01010b', 'hex');

test('R-FLOW-1 it is RSA-2048 with SHA-256, and so is its CA, good for ten years from yesterday', async () => {
  await made();
  for (const file of ['server.pem', 'ca.pem']) {
    const certificate = new X509Certificate(readFileSync(join(dataDir, 'tls', file)));
    expect(certificate.publicKey.asymmetricKeyType).toBe('rsa');
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    // Once where it says what will sign it, and once beside the signature.
    expect(certificate.raw.indexOf(SHA256_WITH_RSA)).not.toBe(certificate.raw.lastIndexOf(SHA256_WITH_RSA));
    const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
    expect(to.getUTCFullYear() - from.getUTCFullYear()).toBe(10);
    expect(from.getTime()).toBeLessThan(Date.now());
  }
});

test('R-FLOW-1 one of elliptic curves from an earlier version stays, key and CA', async () => {
  const { cert, key } = await clientCertificate('localhost', new Date(), [-1, 365]);
  mkdirSync(join(dataDir, 'tls'));
  const files = { 'server.pem': cert, 'server-key.pem': key, 'ca.pem': cert };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dataDir, 'tls', name), text);
  expect(await made()).toEqual({ cert: Buffer.from(cert), key: Buffer.from(key) });
  for (const [name, text] of Object.entries(files)) expect(readFileSync(join(dataDir, 'tls', name), 'utf8')).toBe(text);
  expect(warnings).toEqual([]);
});

test('R-FLOW-1 the next start finds it, also when the first was killed before it had finished', async () => {
  mkdirSync(join(dataDir, 'tls.new'));
  writeFileSync(join(dataDir, 'tls.new/ca.pem'), 'half a');
  const first = await made();
  expect(await made()).toEqual(first);
  expect(warnings).toHaveLength(1);
  expect(existsSync(join(dataDir, 'tls.new'))).toBe(false);
});

test('R-FLOW-1 files that are missing, or no certificate and its key, stop the start by name', async () => {
  const [cert, key] = [join(dataDir, 'cert.pem'), join(dataDir, 'key.pem')];
  const set = { UPDRAFT_MQTTS_CERT_FILE: cert, UPDRAFT_MQTTS_KEY_FILE: key };
  await expect(made(set)).rejects.toThrow(`${cert} could not be read: ENOENT`);
  for (const file of [cert, key]) writeFileSync(file, 'no PEM');
  await expect(made(set)).rejects.toThrow(`${cert} and ${key} are no certificate and its key in PEM`);
  expect(() => readConfig({ UPDRAFT_MQTTS_CERT_FILE: cert })).toThrow('UPDRAFT_MQTTS_KEY_FILE is not set');
});
