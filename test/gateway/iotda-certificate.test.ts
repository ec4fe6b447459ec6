import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { connectAsync, type IClientOptions } from 'mqtt';
import { certificateFingerprint } from '../../schema/model/device/certificate';
import { type ClientCertificate, clientCertificate } from '../support/client-certificate';
import { iotdaOptions, NOW, startIotdaGateway, VECTOR } from './iotda-support';
import { connackOf, type Running } from './support';

const pem = (name: string) => readFileSync(join(__dirname, 'fixtures', `localhost-${name}.pem`));
const server = { cert: pem('cert'), key: pem('key') };

describe('R-FLOW-2 IoTDA devices that sign in with a certificate (device-protocols §2.1)', () => {
  let running: Running;
  let own: ClientCertificate;
  let next: ClientCertificate;
  let others: ClientCertificate;
  let expired: ClientCertificate;
  let early: ClientCertificate;
  beforeAll(async () => {
    [own, next, others, expired, early] = await Promise.all([
      clientCertificate('own', NOW),
      clientCertificate('next', NOW),
      clientCertificate('another device', NOW),
      clientCertificate('expired', NOW, [-30, -1]),
      clientCertificate('early', NOW, [1, 30]),
    ]);
    running = await startIotdaGateway({ tls: { ...server, port: 0 }, webSocket: { ...{ port: 0 }, tls: server } });
    const stored = (...certificates: ClientCertificate[]) =>
      certificates.map(({ fingerprint }) => certificateFingerprint(fingerprint) ?? '');
    for (const name of ['frozen', 'by-password']) running.core.iotda.add(name);
    running.core.disabled.add('frozen');
    running.core.certificates.set(VECTOR.deviceName, stored(own, next, expired, early));
    running.core.certificates.set('frozen', stored(own));
  });
  afterAll(() => running.stop());

  const byCertificate = (certificate: ClientCertificate | null, changes: IClientOptions & ConnectionOptions = {}): IClientOptions =>
    iotdaOptions({
      password: undefined,
      ca: pem('cert'),
      ...(certificate && { cert: certificate.cert, key: certificate.key }),
      ...changes,
    });
  const named = (name: string) => {
    const id = `${VECTOR.productKey}_${name}`;
    return { clientId: `${id}_0_0_${VECTOR.hour}`, username: id };
  };
  const code = (options: IClientOptions, url = running.urls.mqttsUrl ?? '') => connackOf(url, options);

  test('R-FLOW-2 with its certificate it needs no password, over TLS 1.2 and 1.3, and while it changes to the next one', async () => {
    expect(await code(byCertificate(own))).toBe(0);
    expect(await code(byCertificate(next))).toBe(0);
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
      expect(await code(byCertificate(own, { minVersion: version, maxVersion: version }))).toBe(0);
    expect(await code(byCertificate(own, { password: '' }))).toBe(0);
    expect(await code(byCertificate(own, { clientId: `${VECTOR.deviceName}_2_0_${VECTOR.hour}`, username: VECTOR.deviceName }))).toBe(0);
  });

  test('R-FLOW-2 over WebSocket too', async () => {
    expect(await code(byCertificate(own), running.urls.mqttWsUrl)).toBe(0);
    expect(await code(byCertificate(others), running.urls.mqttWsUrl)).toBe(4);
  });

  test.each<[string, number, () => IClientOptions]>([
    ['no certificate', 4, () => byCertificate(null)],
    ["another device's certificate", 4, () => byCertificate(others)],
    ['a certificate that has expired', 4, () => byCertificate(expired)],
    ['a certificate that is not good yet', 4, () => byCertificate(early)],
    ['a certificate of a device that has none registered', 4, () => byCertificate(own, named('by-password'))],
    ['an unknown device', 4, () => byCertificate(own, named('nobody'))],
    ['a user name other than the id', 4, () => byCertificate(own, { username: `${VECTOR.productKey}_other` })],
    ['an hour that is off, where it asks for the check', 4, () => byCertificate(own, { clientId: `${VECTOR.id}_0_1_2026112019` })],
    ['a disabled device with its certificate', 5, () => byCertificate(own, named('frozen'))],
    ["a disabled device with another's", 4, () => byCertificate(others, named('frozen'))],
  ])('R-FLOW-2 refused: %s → CONNACK %i', async (name, refusal, options) => {
    if (name === 'an unknown device') running.core.unknown.add('nobody');
    expect(await code(options())).toBe(refusal);
  });

  test('R-FLOW-2 over plain TCP there is nothing that could be proven', async () => {
    expect(await code(iotdaOptions({ password: undefined }), running.url)).toBe(4);
  });

  test('R-FLOW-2 with a password no certificate is needed, and one that is shown makes no difference', async () => {
    expect(await code(byCertificate(null, { password: VECTOR.password }))).toBe(0);
    expect(await code(byCertificate(others, { password: VECTOR.password }))).toBe(0);
    expect(await code(byCertificate(expired, { password: VECTOR.password }))).toBe(0);
  });

  /** As Go SDKs compute it beside a certificate: anybody can. */
  const ofEmptySecret = createHmac('sha256', VECTOR.hour).update('').digest('hex');
  const WRONG = '0'.repeat(64);

  test.each<[string, number, () => ClientCertificate | null, string | undefined]>([
    ['its certificate, the password of an empty secret', 0, () => own, ofEmptySecret],
    ['its certificate, a wrong password', 0, () => own, WRONG],
    ['its certificate, a password that is much too long', 0, () => own, WRONG.repeat(9)],
    ['its certificate, its password', 0, () => own, VECTOR.password],
    ["another's certificate, its password", 0, () => others, VECTOR.password],
    ['an expired certificate, its password', 0, () => expired, VECTOR.password],
    ["another's certificate, the password of an empty secret", 4, () => others, ofEmptySecret],
    ["another's certificate, a wrong password", 4, () => others, WRONG],
    ['an expired certificate, the password of an empty secret', 4, () => expired, ofEmptySecret],
    ['a certificate that is not good yet, a wrong password', 4, () => early, WRONG],
    ['no certificate, the password of an empty secret', 4, () => null, ofEmptySecret],
    ['no certificate, a wrong password', 4, () => null, WRONG],
    ["another's certificate, no password", 4, () => others, undefined],
  ])('R-FLOW-2 a certificate and a password, one of which has to be right: %s → CONNACK %i', async (_, expected, certificate, password) => {
    expect(await code(byCertificate(certificate(), { password }))).toBe(expected);
  });

  test('R-FLOW-2 a device without a secret is let in by no password', async () => {
    const { secret } = running.core;
    running.core.secret = '';
    try {
      expect(await code(byCertificate(null, { password: ofEmptySecret }))).toBe(4);
      expect(await code(byCertificate(others, { password: ofEmptySecret }))).toBe(4);
      expect(await code(byCertificate(own, { password: ofEmptySecret }))).toBe(0);
    } finally {
      running.core.secret = secret;
    }
  });

  test('R-FLOW-2 a session ends soon after the certificate that let it in was taken away, and no other one', async () => {
    const listeners = { tls: { ...server, port: 0 } };
    const checked = await startIotdaGateway(listeners, { sessionCheckMs: 20 });
    try {
      checked.core.certificates.set(
        VECTOR.deviceName,
        [own, next].map(({ fingerprint }) => certificateFingerprint(fingerprint) ?? ''),
      );
      for (const name of ['by-password', 'by-both']) checked.core.iotda.add(name);
      const url = checked.urls.mqttsUrl ?? '';
      const staying = await connectAsync(checked.url, iotdaOptions({ ...named('by-password'), reconnectPeriod: 0 }));
      // Who has shown a certificate that let it in, or one that did not because its password had done so already.
      const proven = await connectAsync(url, {
        ...byCertificate(others, { password: VECTOR.password, ...named('by-both') }),
        reconnectPeriod: 0,
      });
      const leaving = await connectAsync(url, { ...byCertificate(own, { password: ofEmptySecret }), reconnectPeriod: 0 });
      const end = new Promise<void>((resolve) => leaving.once('close', () => resolve()));
      checked.core.certificates.set(VECTOR.deviceName, [certificateFingerprint(next.fingerprint) ?? '']);
      await end;
      expect(await checked.counted('closed_total', { reason: 'not_allowed' })).toBe(1);
      expect([staying.connected, proven.connected]).toEqual([true, true]);
      expect(await code(byCertificate(own), url)).toBe(4);
      expect(await code(byCertificate(next), url)).toBe(0);
      staying.end(true);
      proven.end(true);
    } finally {
      await checked.stop();
    }
  });

  test('R-FLOW-2 a device that goes on with its TLS session has proven its certificate when that began', async () => {
    const { hostname: host, port } = new URL(running.urls.mqttsUrl ?? '');
    const first = connectTls({ host, port: Number(port), ca: pem('cert'), cert: own.cert, key: own.key, maxVersion: 'TLSv1.2' });
    await once(first, 'secureConnect');
    const session = first.getSession();
    first.destroy();
    expect(await code(byCertificate(null, { session, maxVersion: 'TLSv1.2' }))).toBe(0);
    expect(await code(byCertificate(null, { session, maxVersion: 'TLSv1.2', ...named('by-password') }))).toBe(4);
  });

  test('R-FLOW-2 the server names no authorities, so that a device with any certificate sends it and one without says so', async () => {
    const { hostname: host, port } = new URL(running.urls.mqttsUrl ?? '');
    const socket: TLSSocket = connectTls({ host, port: Number(port), ca: pem('cert'), maxVersion: 'TLSv1.2' });
    await once(socket, 'secureConnect');
    // The answer to CertificateRequest costs a few bytes, not a list of every authority there is.
    expect(socket.bytesRead).toBeLessThan(4_096);
    socket.destroy();
  });
});
