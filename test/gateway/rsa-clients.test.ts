import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import type { IClientOptions } from 'mqtt';
import { readConfig } from '../../server/config';
import { deviceCertificate } from '../../server/device-certificate';
import { connackOf, deviceOptions, type Running, startGateway } from './support';

/** The TLS that LinkSDK C bundles: 1.2 at most, RSA signatures only; by its build with or without curves for the exchange of keys. */
const LINK_SDK: ConnectionOptions = { maxVersion: 'TLSv1.2', sigalgs: 'RSA+SHA256:RSA+SHA1' };

describe('R-FLOW-1 clients that know RSA only, on the certificate that the first start makes (device-protocols §1.1)', () => {
  let dataDir: string;
  let ca: Buffer;
  let running: Running;
  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'updraft-rsa-'));
    const made = await deviceCertificate(readConfig({ UPDRAFT_DATA_DIR: dataDir }), { warn: () => undefined });
    ca = readFileSync(join(dataDir, 'tls/ca.pem'));
    running = await startGateway({}, {}, { tls: { ...made, port: 0 } });
  });
  afterAll(async () => {
    await running.stop();
    rmSync(dataDir, { recursive: true });
  });
  const code = (tls: ConnectionOptions) => connackOf(running.urls.mqttsUrl ?? '', { ...deviceOptions(), ca, ...(tls as IClientOptions) });

  test.each([
    'AES128-SHA',
    'AES256-SHA',
    'AES128-SHA256',
    'AES256-SHA256',
    'AES128-GCM-SHA256',
    'AES256-GCM-SHA384',
    'ECDHE-RSA-AES128-SHA',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES256-GCM-SHA384',
  ])('R-FLOW-1 with nothing but %s', async (ciphers) => {
    expect(await code({ ...LINK_SDK, ciphers })).toBe(0);
  });

  test('R-FLOW-1 with plain RSA and pre-shared keys side by side, as the SDK offers them', async () => {
    expect(await code({ ...LINK_SDK, ciphers: 'AES128-SHA:AES256-SHA:PSK-AES128-CBC-SHA' })).toBe(0);
  });

  test('R-FLOW-1 newer clients have TLS 1.3 as before', async () => {
    expect(await code({ minVersion: 'TLSv1.3' })).toBe(0);
    expect(await code({})).toBe(0);
  });
});
