import type { IClientOptions } from 'mqtt';
import { deviceId, PRODUCT_KEY } from './recording-core';
import { connackOf, deviceOptions, hex, inbox, type Running, roundTrip, startGateway, topics } from './support';

/** What is counted, by name and labels. */
type Counter = readonly [string, Record<string, string>?];
const dropped = (reason: string): Counter => ['dropped_total', { reason }];
const connects = (result: string): Counter => ['connects_total', { result }];

describe('R-FLOW-1 bad input: refused or ignored without harm, and counted', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startGateway();
    running.core.disabled.add('disabled');
    running.core.unknown.add('unknown');
  });
  afterEach(() => running.stop());

  const { inform, progress, get, upgrade, download } = topics();
  const others = topics('other');
  const signed = (timestamp: string): IClientOptions => {
    const id = `${PRODUCT_KEY}.meter-0001`;
    const clientId = `${id}|timestamp=${timestamp},securemode=3,signmethod=hmacsha256|`;
    return { clientId, password: hex('sha256', `clientId${id}deviceNamemeter-0001productKey${PRODUCT_KEY}timestamp${timestamp}`) };
  };
  const yesterday = String(Date.now() - 86_400_000);

  test.each<[string, IClientOptions, number, Counter]>([
    ['a wrong signature', { password: '0'.repeat(64) }, 4, connects('bad_credentials')],
    ['an unknown device', deviceOptions({ deviceName: 'unknown' }), 4, connects('bad_credentials')],
    ['a disabled device', deviceOptions({ deviceName: 'disabled' }), 5, connects('disabled')],
    ["another device's user name, its own client id", { username: `other&${PRODUCT_KEY}` }, 4, connects('bad_credentials')],
    [
      "another device's client id, signed for its own",
      { clientId: deviceOptions({ deviceName: 'other' }).clientId },
      4,
      connects('bad_credentials'),
    ],
    ['a client id of another dialect', { clientId: '6500a1_meter-0001_0_0_2026112021' }, 4, connects('bad_credentials')],
    ['a client id of no dialect', { clientId: 'paho-1234' }, 2, connects('unreadable')],
    [
      'a timestamp that was not signed',
      { ...signed('2524608000000'), clientId: signed(yesterday).clientId },
      4,
      connects('bad_credentials'),
    ],
    ['a clock off by a day, which this dialect does not ask', signed(yesterday), 0, connects('accepted')],
  ])('R-FLOW-1 CONNECT with %s', async (_name, changes, code, [counter, labels]) => {
    expect(await connackOf(running.url, { ...deviceOptions(), ...changes })).toBe(code);
    expect(await running.counted(counter, labels)).toBe(1);
    expect(running.core.calls.some(({ call }) => call === 'connected')).toBe(code === 0);
  });

  test.each<[string, string, string | Buffer, Counter]>([
    ['two commas too many', inform, '{"id":1,"params":{"version":"2.0.0",,}}', dropped('malformed')],
    ['17 levels of brackets', inform, `{"params":{"version":"2","x":${'['.repeat(15)}${']'.repeat(15)}}}`, dropped('malformed')],
    ['a thousand levels of brackets', progress, '['.repeat(1_000), dropped('malformed')],
    ['a version that is an object', inform, '{"id":1,"params":{"version":{"$ne":null}}}', dropped('malformed')],
    ['a version that is a list', inform, '{"id":1,"params":{"version":["2.0.0"]}}', dropped('malformed')],
    ['a module that is a number with a sign', inform, '{"id":1,"params":{"version":"2.0.0","module":1e30}}', dropped('malformed')],
    ['an id that is an object, where it would be echoed', get, '{"id":{},"params":{}}', dropped('malformed')],
    ['a block request that is a list', download, '[1]', dropped('malformed')],
    ['params that are text', progress, '{"id":1,"params":"step"}', dropped('malformed')],
    ['step "101"', progress, '{"id":1,"params":{"step":"101"}}', dropped('malformed')],
    ['step "1e2"', progress, '{"id":1,"params":{"step":"1e2"}}', dropped('malformed')],
    ['a payload of 64 KiB and a byte', inform, Buffer.alloc(64 * 1_024 + 1, 0x20), dropped('too_large')],
    ["another device's topic", others.inform, '{"id":1,"params":{"version":"6.6.6"}}', dropped('foreign_topic')],
    ["another device's question", others.get, '{"id":1,"params":{}}', dropped('foreign_topic')],
    ["another device's down-topic", others.upgrade, '{"code":"1000","data":{}}', dropped('foreign_topic')],
    ['a topic that only the platform sends on', upgrade, '{"code":"1000","data":{}}', dropped('unknown_topic')],
    ['an unknown event', `/sys/${PRODUCT_KEY}/meter-0001/thing/event/reboot/post`, '{"id":1,"params":{}}', dropped('unknown_topic')],
  ])('R-FLOW-1 %s', async (_name, topic, payload, [counter, labels]) => {
    const device = await running.connect();
    const received = inbox(device);
    await device.publishAsync(topic, payload, { qos: 1 });
    expect(await running.counted(counter, labels)).toBe(1);
    await roundTrip(running, device);
    expect(running.core.reports).toEqual([]);
    expect(running.core.calls.every((each) => !('deviceId' in each) || each.deviceId === deviceId())).toBe(true);
    expect(received).toHaveLength(1);
    expect(device.connected).toBe(true);
  });

  test('R-FLOW-1 a comma too many is read, because the SDK sends it', async () => {
    const device = await running.connect();
    await device.publishAsync(inform, '{"id":1,"params":{"version":"2.0.0",}}');
    await running.core.until(() => running.core.reports.length === 1);
    expect(running.core.reports).toEqual([{ kind: 'version', module: 'default', version: '2.0.0' }]);
    expect(await running.counted(...dropped('malformed'))).toBe(0);
  });

  test('R-FLOW-1 300 KB in one message are left out on the way in; the session and what comes after stay', async () => {
    const device = await running.connect();
    device.publish(inform, Buffer.alloc(300_000, 0x20));
    await device.publishAsync(inform, '{"id":1,"params":{"version":"2.0.0"}}', { qos: 1 });
    await running.core.until(() => running.core.reports.length === 1);
    expect(await running.counted(...dropped('too_large'))).toBe(1);
    expect(device.connected).toBe(true);
  });

  test.each([
    ['progress', '{"id":1,"params":{"step":"50"}}'],
    ['a failure', '{"id":1,"params":{"step":"-1"}}'],
    ['100 %', '{"id":1,"params":{"step":"100"}}'],
  ])('R-FLOW-1 %s for no task, or for one that has ended', async (_name, payload) => {
    running.core.hasTask = false;
    const device = await running.connect();
    await device.publishAsync(progress, payload, { qos: 1 });
    await roundTrip(running, device);
    expect(await running.counted('ignored_reports_total')).toBe(1);
    expect(device.connected).toBe(true);
  });

  test.each([
    ['#', 0],
    ['+/+/+/+/+/+', 0],
    ['/ota/device/upgrade/+/+', 0],
    ['/sys/+/+/thing/#', 0],
    ['$SYS/#', 1],
    ['/ota/device/+/+/other', 1],
    [others.upgrade, 1],
    ['$share/group/#', 1],
  ])('R-FLOW-1 a subscription to %s yields nothing of others', async (filter, refused) => {
    const [listener, other] = await Promise.all([running.connect(), running.connect({ deviceName: 'other' })]);
    const received = inbox(listener);
    await listener.subscribeAsync(filter).catch(() => undefined);
    expect(await running.counted('subscriptions_refused_total')).toBe(refused);
    await other.publishAsync(others.inform, '{"id":1,"params":{"version":"1"}}', { qos: 1, retain: true });
    await other.publishAsync('/anything', 'hello', { qos: 1, retain: true });
    await roundTrip(running, other, 'other');
    await roundTrip(running, listener);
    expect(received.map(({ topic }) => topic)).toEqual([topics().getReply]);
  });
});
