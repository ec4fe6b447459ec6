import { Writable } from 'node:stream';
import { connect, type MqttClient } from 'mqtt';
import type { Batch } from '../../schema/model/batch/batch';
import type { FirmwarePackage } from '../../schema/model/package/firmware-package';
import { createLogger } from '../../server/logging';
import { linkCredentials } from '../support/devices/link/link-identity';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

const CORRELATION_ID = 'abc-12345';

interface Answer {
  data: { createStaticBatch: { batch: { id: string } } };
}

interface Line {
  msg: string;
  correlationId?: string;
  workflow?: string;
}

describe('a batch that the API has created, over real MQTT, MongoDB and Temporal', () => {
  const lines: Line[] = [];
  const clients: MqttClient[] = [];
  let updraft: Updraft;
  beforeAll(async () => {
    const destination = new Writable({
      write(text, _encoding, done) {
        for (const line of String(text).trimEnd().split('\n')) lines.push(JSON.parse(line));
        done();
      },
    });
    updraft = await startUpdraft({}, { logger: createLogger({ level: 'debug', format: 'json', destination }) });
  });
  afterAll(async () => {
    await Promise.all(clients.map((client) => client.endAsync(true)));
    await updraft.stop();
  });

  /** What comes to a device that reports 1.0.0, as it comes. */
  async function device(deviceName: string): Promise<Buffer[]> {
    const { productKey, core, platform } = updraft;
    const [registered] = await core.devices.register(ADMIN, productKey, [{ deviceName }]);
    const credentials = linkCredentials({ productKey, deviceName, secret: registered?.secret ?? '' });
    const client = connect(platform.mqttUrl ?? '', { protocolVersion: 4, reconnectPeriod: 0, ...credentials });
    clients.push(client);
    const upgrades: Buffer[] = [];
    client.on('message', (topic, payload) => {
      if (topic.startsWith('/ota/device/upgrade/')) upgrades.push(payload);
    });
    const inform = { id: '1', params: { version: '1.0.0' } };
    await client.publishAsync(`/ota/device/inform/${productKey}/${deviceName}`, JSON.stringify(inform), { qos: 1 });
    await updraft.until(async () => (await core.devices.get(`${productKey}.${deviceName}`))?.modules.default);
    return upgrades;
  }

  async function createByApi({ _id: packageId }: FirmwarePackage, deviceNames: string[]): Promise<string> {
    const query = `mutation ($packageId: ID!, $deviceNames: [String!]) {
      createStaticBatch(input: { packageId: $packageId, scope: { deviceNames: $deviceNames }, pushRate: { perMinute: 10000 } }) {
        batch { id }
        userErrors { message }
      }
    }`;
    const { key } = await updraft.core.access.createKey(ADMIN, { name: 'test', role: 'OPERATOR' });
    const response = await fetch(`${updraft.platform.apiUrl}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}`, 'X-Request-Id': CORRELATION_ID },
      body: JSON.stringify({ query, variables: { packageId, deviceNames } }),
    });
    expect(response.headers.get('x-request-id')).toBe(CORRELATION_ID);
    return ((await response.json()) as Answer).data.createStaticBatch.batch.id;
  }

  const linesOf = (batchId: string, msg: string) => lines.filter((line) => line.msg === msg && line.workflow?.includes(batchId));

  test('R-UI-4: lines of worker and gateway about its start and its pushes have the id of the call, and its messages nothing of it', async () => {
    const [ofCall, ofNone] = [await device('of-call'), await device('of-none')];
    const firmware = await updraft.package('2.0.0');
    const called = await createByApi(firmware, ['of-call']);
    const uncalled: Batch = await updraft.push(firmware, {}, { scope: { kind: 'targeted', deviceNames: ['of-none'] } });
    const [message, plain] = await updraft.until(async () => ofCall[0] && ofNone[0] && [ofCall[0], ofNone[0]]);

    for (const msg of ['A batch has selected its devices', 'A share of a batch was pushed']) {
      const { first, second } = await updraft.until(async () => {
        const [first, second] = [linesOf(called, msg), linesOf(uncalled._id, msg)];
        return first.length > 0 && second.length > 0 && { first, second };
      });
      expect([msg, new Set(first.map(({ correlationId }) => correlationId))]).toEqual([msg, new Set([CORRELATION_ID])]);
      expect([msg, new Set(second.map(({ correlationId }) => correlationId))]).toEqual([msg, new Set([undefined])]);
    }
    expect(alike(message)).toBe(alike(plain));
    expect(String(message)).not.toContain(CORRELATION_ID);
  });
});

/** Without what differs from one notification to the next: its number, and what the token in its address says; its length stays. */
const alike = (message: Buffer | undefined): string =>
  String(message)
    .replace(/"id":"?\d+"?/, '"id":0')
    .replaceAll(/\/d\/[\w.-]+/g, (address) => `/d/${'x'.repeat(address.length - 3)}`);
