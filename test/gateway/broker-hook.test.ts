import pino from 'pino';
import type { DeviceUrls } from '../../gateways/transport';
import { createBrokerGateway, type MqttGateway } from '../support/mqtt-gateway';
import { knowsIotda } from './broker-support';
import { iotdaOptions, NOW, VECTOR } from './iotda-support';
import { deviceId, PRODUCT_KEY, RecordingCore } from './recording-core';
import { deviceOptions, topics } from './support';

const SECRET = 'sixteen-or-more-characters';
const ACCOUNT = { username: 'updraft', password: 'gateway-password' };

describe("R-FLOW-1 R-FLOW-2 the broker's questions", () => {
  const started: MqttGateway<DeviceUrls>[] = [];
  afterEach(() => Promise.all(started.splice(0).map((gateway) => gateway.stop())));

  async function hook(core = new RecordingCore(), secret: string | null = SECRET) {
    const gateway = await createBrokerGateway({
      core,
      gatewayId: 'gateway-1',
      settings: {
        // Nobody listens there: the hook answers all the same, since the broker may wait for it.
        broker: { url: 'mqtt://127.0.0.1:1', ...ACCOUNT, name: 'test', presence: 'emqx' },
        hook: { host: '127.0.0.1', port: 0, ...(secret !== null && { secret }) },
        stopWithinMs: 100,
      },
      logger: pino({ level: 'silent' }),
      clock: () => NOW,
    });
    started.push(gateway);
    const { hookUrl } = await gateway.start();
    return async (path: string, body: unknown, headers: Record<string, string> = { 'X-Updraft-Secret': SECRET }) => {
      const init = { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) };
      const response = await fetch(`${hookUrl}${path}`, init);
      return { status: response.status, ...((await response.json()) as object) };
    };
  }
  const connect = ({ clientId: clientid, username, password }: ReturnType<typeof deviceOptions>) => ({ clientid, username, password });
  const link = connect(deviceOptions());
  const iotda = connect(iotdaOptions());
  const allowed = { status: 200, result: 'allow' };
  const denied = { status: 200, result: 'deny' };

  test('R-FLOW-1 a Link device with the right password may connect; a wrong one, an unknown and a disabled device may not', async () => {
    const core = new RecordingCore();
    const ask = await hook(core);
    expect(await ask('/mqtt/authenticate', link)).toEqual(allowed);
    expect(await ask('/mqtt/authenticate', { ...link, password: 'wrong' })).toEqual(denied);
    expect(await ask('/mqtt/authenticate', { ...link, username: undefined })).toEqual(denied);
    expect(await ask('/mqtt/authenticate', { ...link, clientid: 'plain' })).toEqual(denied);
    core.disabled.add('meter-0001');
    expect(await ask('/mqtt/authenticate', link)).toEqual(denied);
    core.disabled.clear();
    core.unknown.add('meter-0001');
    expect(await ask('/mqtt/authenticate', link)).toEqual(denied);
  });

  test('R-FLOW-2 an IoTDA device likewise, and not with the credentials of another dialect', async () => {
    const core = new RecordingCore();
    const ask = await hook(core);
    knowsIotda(core);
    expect(await ask('/mqtt/authenticate', iotda)).toEqual(allowed);
    expect(await ask('/mqtt/authenticate', { ...iotda, username: 'other' })).toEqual(denied);
    core.iotda.clear();
    expect(await ask('/mqtt/authenticate', iotda)).toEqual(denied);
  });

  test("R-FLOW-1 the gateways' own account is let in, as who may subscribe to everything, with its password only", async () => {
    const ask = await hook();
    expect(await ask('/mqtt/authenticate', { clientid: 'any', ...ACCOUNT })).toEqual({ ...allowed, is_superuser: true });
    expect(await ask('/mqtt/authenticate', { clientid: 'any', ...ACCOUNT, password: 'guessed' })).toEqual(denied);
  });

  test.each<[string, string, 'allow' | 'deny']>([
    ['publish', topics().inform, 'allow'],
    ['publish', topics().get, 'allow'],
    ['publish', `/${PRODUCT_KEY}/meter-0001/user/data`, 'allow'],
    ['publish', topics('other').inform, 'deny'],
    ['publish', `/ota/device/inform/${PRODUCT_KEY}/+`, 'deny'],
    ['publish', 'updraft/gateways/main', 'deny'],
    ['publish', '$SYS/brokers', 'deny'],
    ['subscribe', topics().upgrade, 'allow'],
    ['subscribe', `/ota/device/+/${PRODUCT_KEY}/meter-0001`, 'allow'],
    ['subscribe', `/sys/${PRODUCT_KEY}/meter-0001/#`, 'allow'],
    ['subscribe', topics('other').upgrade, 'deny'],
    ['subscribe', `/ota/device/upgrade/${PRODUCT_KEY}/+`, 'deny'],
    ['subscribe', `/ext/ntp/${PRODUCT_KEY}/meter-0001/response`, 'allow'],
    ['subscribe', `/ext/rrpc/+/sys/${PRODUCT_KEY}/meter-0001/#`, 'allow'],
    ['subscribe', `/broadcast/${PRODUCT_KEY}/news`, 'allow'],
    ['publish', `/broadcast/${PRODUCT_KEY}/news`, 'deny'],
    ['subscribe', `/ext/ntp/${PRODUCT_KEY}/other/response`, 'deny'],
    ['subscribe', `/ext/ntp/${PRODUCT_KEY}/+/response`, 'deny'],
    ['subscribe', '/ota/#', 'deny'],
    ['subscribe', '#', 'deny'],
    ['subscribe', `$share/group/${topics('other').upgrade}`, 'deny'],
    ['listen', topics().upgrade, 'deny'],
    ['publish', `/sys/${PRODUCT_KEY}/meter-0001/${'x'.repeat(300)}`, 'deny'],
  ])('R-FLOW-1 a Link device that wants to %s %s: %s', async (action, topic, result) => {
    const ask = await hook();
    const { clientid, username } = link;
    expect(await ask('/mqtt/authorize', { clientid, username, topic, action })).toEqual({ status: 200, result });
  });

  test.each<[string, string, 'allow' | 'deny']>([
    ['publish', `$oc/devices/${VECTOR.id}/sys/events/up`, 'allow'],
    ['subscribe', `$oc/devices/${VECTOR.id}/sys/#`, 'allow'],
    ['publish', '$oc/devices/other/sys/events/up', 'deny'],
    ['subscribe', '$oc/devices/+/sys/events/down', 'deny'],
    ['subscribe', '$oc/devices/#', 'deny'],
    ['subscribe', topics().upgrade, 'deny'],
  ])('R-FLOW-2 an IoTDA device that wants to %s %s: %s', async (action, topic, result) => {
    const core = new RecordingCore();
    knowsIotda(core);
    const ask = await hook(core);
    const { clientid, username } = iotda;
    expect(await ask('/mqtt/authorize', { clientid, username, topic, action })).toEqual({ status: 200, result });
  });

  test.each<[string, string, 'allow' | 'deny']>([
    ['publish', topics('probe-7').inform, 'allow'],
    ['subscribe', topics('probe-7').upgrade, 'allow'],
    ['subscribe', `/sys/${PRODUCT_KEY}/probe-7/#`, 'allow'],
    ['subscribe', `/ext/ntp/${PRODUCT_KEY}/probe-7/response`, 'allow'],
    ['subscribe', `/ext/ntp/${PRODUCT_KEY}/victim/response`, 'deny'],
    ['publish', topics('victim').inform, 'deny'],
    ['subscribe', topics('victim').upgrade, 'deny'],
    ['subscribe', `/ota/device/upgrade/${PRODUCT_KEY}/+`, 'deny'],
  ])('R-FLOW-1 a Link gateway that wants to %s %s: %s', async (action, topic, result) => {
    const core = new RecordingCore();
    core.children.set(deviceId(), [deviceId('probe-7')]);
    core.children.set(deviceId('other'), [deviceId('victim')]);
    const ask = await hook(core);
    const { clientid, username } = link;
    expect(await ask('/mqtt/authorize', { clientid, username, topic, action })).toEqual({ status: 200, result });
  });

  test('R-FLOW-1 who does not show the secret gets no answer, and nobody does where none is set', async () => {
    const ask = await hook();
    const refused = { status: 401, result: 'deny' };
    expect(await ask('/mqtt/authenticate', link, {})).toEqual(refused);
    expect(await ask('/mqtt/authenticate', link, { 'X-Updraft-Secret': `${SECRET}x` })).toEqual(refused);
    expect(await ask('/mqtt/authorize', { ...link, topic: topics().inform, action: 'publish' }, {})).toEqual(refused);
    const without = await hook(new RecordingCore(), null);
    expect(await without('/mqtt/authenticate', link)).toEqual(refused);
    expect(await without('/mqtt/authenticate', link, { 'X-Updraft-Secret': '' })).toEqual(refused);
  });

  test('R-FLOW-1 what is no question is refused, and a core that does not answer lets nobody in', async () => {
    const ask = await hook();
    expect(await ask('/mqtt/authenticate', '{"clientid":')).toEqual({ status: 400, result: 'deny' });
    expect(await ask('/mqtt/authenticate', `"${'x'.repeat(20_000)}"`)).toEqual({ status: 400, result: 'deny' });
    expect(await ask('/mqtt/authenticate', '[]')).toEqual(denied);
    expect(await ask('/mqtt/other', link)).toEqual({ status: 404, result: 'deny' });
    expect(await ask('/mqtt/authenticate', connect(deviceOptions({ deviceName: 'no-database' })))).toEqual(denied);
  });

  test('R-DEV-2 /readyz tells whether the broker can be used', async () => {
    const ask = await hook();
    expect(await ask('/readyz', {}, {})).toEqual({ status: 503, ready: false });
  });
});
