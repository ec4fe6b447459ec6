import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSdkDevice, type SdkDevice } from '../support/link-sdk/link-sdk';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

describe("a device on the vendor's own SDK, unmodified", () => {
  let updraft: Updraft;
  const directory = mkdtempSync(join(tmpdir(), 'updraft-link-sdk-'));
  beforeAll(async () => {
    updraft = await startUpdraft({ UPDRAFT_MQTTS_PORT: '0' });
  });
  afterAll(async () => {
    await updraft.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const portOf = (url = '') => Number(new URL(url).port);
  const SIZE = 300_000;
  const success = { status: 'SUCCEEDED', attempt: 1 };

  async function upgraded(deviceName: string, version: string, how: Partial<SdkDevice>, policy = {}) {
    const { core, productKey } = updraft;
    const [registered] = await core.devices.register(ADMIN, productKey, [{ deviceName }]);
    const firmware = await updraft.package(version, SIZE);
    const batch = await updraft.push(firmware, policy, { scope: { kind: 'targeted', deviceNames: [deviceName] } });
    const file = join(directory, deviceName);
    const device = {
      port: portOf(updraft.platform.mqttUrl),
      ca: null,
      productKey,
      deviceName,
      secret: registered?.secret ?? '',
      ask: false,
      file,
    };
    const told = await runSdkDevice({ ...device, ...how });
    expect(await updraft.settled(batch)).toEqual({ [deviceName]: 'SUCCEEDED' });
    expect(readFileSync(file)).toHaveLength(SIZE);
    return { told, task: await updraft.task(batch, deviceName) };
  }

  test('R-FLOW-1 over TCP it is notified without having subscribed, downloads, finds the digest right and reports', async () => {
    const { told, task } = await upgraded('over-tcp', '2.0.0', {});
    expect(told).toEqual([
      { connected: 0 },
      { notice: 'push', version: '2.0.0', size: SIZE, signMethod: 'SHA256', module: 'default' },
      { download: 'SUCCESS' },
    ]);
    expect(task).toMatchObject(success);
  });

  test('R-FLOW-1 over TLS, trusting the CA that the first start made', async () => {
    const ca = readFileSync(updraft.caFile, 'utf8');
    const { told, task } = await upgraded('over-tls', '2.1.0', { port: portOf(updraft.platform.mqttsUrl), ca });
    expect(told).toContainEqual({ download: 'SUCCESS' });
    expect(task).toMatchObject(success);
  });

  test('R-FLOW-1 R-BAT-7 it asks for an upgrade that is not pushed', async () => {
    const { told, task } = await upgraded('asking', '2.2.0', { ask: true }, { proactivePush: false });
    expect(told).toContainEqual({ notice: 'reply', version: '2.2.0', size: SIZE, signMethod: 'SHA256', module: 'default' });
    expect(task).toMatchObject(success);
  });
});
