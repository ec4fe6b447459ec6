import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientCertificate, clientCertificate } from '../support/client-certificate';
import { missingForSdk, runSdkDevice } from '../support/iotda-sdk/iotda-sdk';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

const missing = missingForSdk();
if (missing) console.warn(`NOT PROVEN here: that devices on the vendor's IoTDA SDK for Java are upgraded. It needs ${missing}.`);

(missing ? describe.skip : describe)("a device on the vendor's own SDK for Java, unmodified", () => {
  let updraft: Updraft;
  const directory = mkdtempSync(join(tmpdir(), 'updraft-iotda-sdk-'));
  beforeAll(async () => {
    updraft = await startUpdraft({ UPDRAFT_MQTTS_PORT: '0' });
  });
  afterAll(async () => {
    await updraft.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const SIZE = 300_000;
  const LOW_SPACE = 5;

  async function run(deviceName: string, version: string, over: 'tcp' | 'ssl', result = 0, certificate?: ClientCertificate) {
    const { core, platform, productKey } = updraft;
    const certificateFingerprints = certificate && [certificate.fingerprint];
    const [registered] = await core.devices.register(ADMIN, productKey, [{ deviceName, dialect: 'IOTDA', certificateFingerprints }]);
    const firmware = await updraft.package(version, SIZE);
    const batch = await updraft.push(firmware, {}, { scope: { kind: 'targeted', deviceNames: [deviceName] } });
    const url = new URL((over === 'ssl' ? platform.mqttsUrl : platform.mqttUrl) ?? '');
    const file = join(directory, deviceName);
    const ca = over === 'ssl' ? updraft.caFile : null;
    const known = certificate ? { secret: '', certificate } : { secret: registered?.secret ?? '' };
    const server = `${over}://${url.host}`;
    const told = await runSdkDevice({ server, ca, deviceId: `${productKey}_${deviceName}`, ...known, file, result });
    await updraft.settled(batch);
    expect(readFileSync(file)).toHaveLength(SIZE);
    expect(told).toEqual([
      { connected: 0 },
      { asked: 'version' },
      { version, size: SIZE, expires: 86_400, token: true },
      { downloaded: SIZE, digestIsRight: true },
    ]);
    return updraft.task(batch, deviceName);
  }

  test('R-FLOW-2 over TCP it is asked, notified, downloads with its token and reports success', async () => {
    expect(await run('over-tcp', '2.0.0', 'tcp')).toMatchObject({ status: 'SUCCEEDED', sourceVersion: '1.0.0' });
  });

  test('R-FLOW-2 over TLS, trusting the CA that the first start made', async () => {
    expect(await run('over-tls', '2.1.0', 'ssl')).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('R-FLOW-2 by its certificate, without a secret', async () => {
    const certificate = await clientCertificate('by-certificate');
    expect(await run('by-certificate', '2.3.0', 'ssl', 0, certificate)).toMatchObject({ status: 'SUCCEEDED' });
  });

  test('R-FLOW-2 R-TASK-10 a result code of the SDK is the cause', async () => {
    expect(await run('no-space', '2.2.0', 'tcp', LOW_SPACE)).toMatchObject({
      status: 'FAILED',
      cause: 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE',
    });
  });
});
