import { randomBytes } from 'node:crypto';
import { textBody } from '../../../../gateways/coap/lwm2m/requests/operations';
import type { Outcome } from '../../../../gateways/coap/lwm2m/requests/outcome';
import type { Client } from '../../../support/devices/lwm2m/habits';
import type { Lwm2mDeviceDescription } from '../../../support/devices/lwm2m/lwm2m-description';
import { Lwm2mDevice } from '../../../support/devices/lwm2m/lwm2m-device';
import { createDtlsClient } from '../../../support/dtls/client';
import { startRegisteringServer } from './registering-server';

const TERMS = { waitMs: 30_000 };
const KEY = randomBytes(16);

describe('requests to devices whose messages node-coap reads and writes', () => {
  let server: Awaited<ReturnType<typeof startRegisteringServer>>;
  let device: Lwm2mDevice | null = null;
  beforeEach(async () => {
    server = await startRegisteringServer({ 'id-1': KEY });
  });
  afterEach(async () => {
    await device?.stop();
    await server.close();
  });

  async function started(client: Client, more: Partial<Lwm2mDeviceDescription> = {}): Promise<Lwm2mDevice> {
    const url = more.psk ? `coaps://127.0.0.1:${server.securePort}` : `coap://127.0.0.1:${server.port}`;
    device = new Lwm2mDevice(
      { dialect: 'LWM2M', deviceName: 'd1', version: '1.0.0', client, ...more },
      { server: url, pull: { retries: 0 } },
      undefined,
      createDtlsClient,
    );
    await device.start();
    return device;
  }

  const done = async <T>(asked: Promise<Outcome<T>>): Promise<T> => {
    const outcome = await asked;
    if ('failed' in outcome) throw new Error(JSON.stringify(outcome));
    return outcome.done;
  };
  const write = (uri: string) => server.requests.write('d1', '/5/0/1', textBody(uri), TERMS);

  const CLIENTS: Client[] = ['anjay2', 'anjay3', 'wakaama', 'leshan'];
  const SECURE = { psk: { identity: 'id-1', key: KEY.toString('hex') } };

  test.each(CLIENTS.flatMap((client) => [[client, 'plain', {}] as const, [client, 'DTLS', SECURE] as const]))(
    '%s over %s is read: one resource, and a whole object in the format that it has',
    async (client, _, more) => {
      await started(client, more);
      expect(await done(server.requests.read('d1', '/3/0/3', TERMS))).toMatchObject({ resources: [{ path: '/3/0/3', value: '1.0.0' }] });
      const firmware = await done(server.requests.read('d1', '/5/0', TERMS));
      expect(firmware.mistyped).toEqual([]);
      expect(firmware.resources).toEqual(
        expect.arrayContaining([
          { path: '/5/0/3', value: 0 },
          { path: '/5/0/5', value: 0 },
          { path: '/5/0/8/0', value: 0 },
        ]),
      );
      const radio = await done(server.requests.read('d1', '/4/0', TERMS));
      expect(radio.resources).toContainEqual({ path: '/4/0/2', value: -74 });
    },
  );

  test('a client that has SenML-JSON only is asked for that in the end', async () => {
    await started('leshan', { habits: { formats: [110] } });
    expect(await done(server.requests.read('d1', '/5/0', TERMS))).toMatchObject({
      resources: expect.arrayContaining([{ path: '/5/0/3', value: 0 }]),
      mistyped: [],
    });
  });

  test('objects that are below another root', async () => {
    await started('leshan', { habits: { rootPath: '/lwm2m' } });
    expect(server.state.root).toBe('/lwm2m');
    expect(await done(server.requests.read('d1', '/3/0/3', TERMS))).toMatchObject({ resources: [{ value: '1.0.0' }] });
  });

  test.each(['piggybacked', 'separate'] as const)('what is answered %s', async (answers) => {
    const device = await started('leshan', { habits: { answers } });
    expect(await server.requests.execute('d1', '/5/0/2', TERMS)).toMatchObject({ failed: 'refused', code: '4.05' });
    expect(await write('nowhere')).toMatchObject({ failed: 'refused', code: '4.00' });
    expect(device.firmware.result).toBe(7);
  });

  test.each(['NON', 'CON'] as const)('notifications of state and result, %s, until they are canceled', async (notifications) => {
    const device = await started('leshan', { habits: { notifications } });
    expect(await done(server.requests.observe('d1', '/5/0/3', TERMS))).toMatchObject({ observed: true, resources: [{ value: 0 }] });
    device.firmware.to(1);
    device.firmware.to(2);
    await server.until(() => server.notifications.length === 2);
    expect(server.notifications.map(({ resources }) => resources)).toEqual([
      [{ path: '/5/0/3', value: 1 }],
      [{ path: '/5/0/3', value: 2 }],
    ]);
    await done(server.requests.cancelObserve('d1', '/5/0/3', TERMS));
    expect(device.client.observations.paths).toEqual([]);
  });

  test('attributes of notifications are written', async () => {
    await started('leshan');
    expect(await server.requests.writeAttributes('d1', '/5/0/3', { pmin: 0, pmax: 300 }, TERMS)).toEqual({ done: null });
  });

  test('with a connection id one session carries on from another port', async () => {
    const device = await started('leshan', SECURE);
    await device.rebind();
    await device.update();
    expect(await done(server.requests.read('d1', '/3/0/3', TERMS))).toMatchObject({ resources: [{ value: '1.0.0' }] });
    expect(server.state).toMatchObject({ handshakes: 1, registrations: 1, updates: 1 });
  });
});
