import { readFileSync } from 'node:fs';
import { deviceIdOf } from '../../schema/model/ids';
import { clientCertificate } from '../support/client-certificate';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

let updraft: Updraft;
beforeAll(async () => {
  updraft = await startUpdraft({ UPDRAFT_MQTTS_PORT: '0' });
});
afterAll(() => updraft.stop());

test('R-FLOW-2 a device that signs in with its certificate alone is upgraded, changes to the next one, and has no way in without', async () => {
  const [certificate, next] = [await clientCertificate('meter-x509'), await clientCertificate('meter-x509')];
  const ca = readFileSync(updraft.caFile, 'utf8');
  const secure = { mqttUrl: updraft.platform.mqttsUrl, ca };
  const described = { deviceName: 'x509', dialect: 'IOTDA' as const, certificate };
  const fleet = await updraft.fleet([{ ...described, certificateFingerprints: [certificate.fingerprint] }], secure);
  const batch = await updraft.push(await updraft.package('2.0.0'));
  expect(await updraft.settled(batch)).toEqual({ x509: 'SUCCEEDED' });
  expect(fleet.stats()).toMatchObject({ connected: 1, problems: 0 });
  await fleet.stop();

  const deviceId = deviceIdOf(updraft.productKey, 'x509');
  const set = (fingerprints: string[]) => updraft.core.devices.setCertificates(ADMIN, [{ deviceId, fingerprints }]);
  await set([certificate.fingerprint, next.fingerprint]);
  await fleet.start();
  await fleet.stop();
  await set([next.fingerprint]);
  // A connection that is closed at once may be gone before its last word is read: the device asks again.
  const refused = await updraft.until(async () => {
    const { failed } = await fleet.start();
    return failed[0]?.message !== 'closed before CONNACK' && failed;
  });
  expect(refused).toEqual([{ deviceName: 'x509', message: 'CONNACK 4' }]);
});
