import { deviceId } from './recording-core';
import { inbox, notification, type Running, roundTrip, startGateway, topics } from './support';

describe('R-FLOW-1 delivery (device-protocols §0.2)', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startGateway();
  });
  afterEach(() => running.stop());

  const { upgrade, getReply } = topics();
  test.each<[string, string[], 0 | 1 | 2, number]>([
    ['no subscription', [], 0, 0],
    ['a subscription with QoS 0', [upgrade], 0, 0],
    ['a subscription with QoS 1', [upgrade], 1, 1],
    ['a subscription with QoS 2, granted 1', [upgrade], 2, 1],
    ['all topics', [upgrade, getReply], 1, 1],
    ['a wildcard', ['/ota/device/+/+/+'], 0, 0],
    ['everything', ['#'], 0, 0],
    ['overlapping subscriptions', [upgrade, '/ota/#', '#', '+/ota/device/upgrade/#'], 1, 1],
  ])('R-FLOW-1 a notification arrives exactly once with %s', async (_name, filters, qos, delivered) => {
    const device = await running.connect();
    const received = inbox(device);
    if (filters.length > 0) await device.subscribeAsync(filters, { qos });
    expect(await running.gateway.link.notify(notification())).toBe(true);
    await roundTrip(running, device);
    const upgrades = received.filter(({ topic }) => topic === upgrade);
    expect(upgrades).toHaveLength(1);
    expect(upgrades[0]?.qos).toBe(delivered);
    expect(JSON.parse(upgrades[0]?.payload ?? '')).toMatchObject({ code: '1000', data: { version: '2.0.0' }, message: 'success' });
    expect(received).toHaveLength(2);
  });

  test('R-FLOW-1 UNSUBSCRIBE is acknowledged and delivery goes on', async () => {
    const device = await running.connect();
    const received = inbox(device);
    await device.subscribeAsync(upgrade, { qos: 1 });
    await device.unsubscribeAsync(upgrade);
    expect(await running.gateway.link.notify(notification())).toBe(true);
    await roundTrip(running, device);
    expect(received.filter(({ topic }) => topic === upgrade)).toHaveLength(1);
  });

  test('R-FLOW-1 a device that subscribes to everything gets nothing of another device', async () => {
    const [listener, other] = await Promise.all([running.connect(), running.connect({ deviceName: 'other' })]);
    const received = inbox(listener);
    await listener.subscribeAsync(['#', '/sys/+/+/#', '/ota/device/+/+/+'], { qos: 1 });
    await other.publishAsync(topics('other').inform, '{"id":1,"params":{"version":"1"}}', { qos: 1, retain: true });
    await other.publishAsync(upgrade, '{"code":"1000"}', { qos: 1 });
    await other.publishAsync('/anything', 'hello', { qos: 1, retain: true });
    await other.publishAsync('/anything', 'hello', { qos: 2 });
    expect(await running.gateway.link.notify(notification({ deviceId: deviceId('other'), deviceName: 'other' }))).toBe(true);
    await listener.subscribeAsync('/ota/#');
    await roundTrip(running, listener);
    expect(received.map(({ topic }) => topic)).toEqual([getReply]);
  });

  test("R-FLOW-1 subscriptions to other devices' topics are refused with 0x80, own ones beside them are granted", async () => {
    const device = await running.connect();
    const filters = [
      upgrade,
      topics('other').upgrade,
      '/ota/device/+/+/other',
      '/sys/+/other/#',
      '/other/topic',
      `/sys/${deviceId().replace('.', '/')}/#`,
    ];
    const suback = await new Promise<unknown>((resolve) => {
      device.on('packetreceive', (packet) => packet.cmd === 'suback' && resolve(packet.granted));
      device.subscribe(filters, { qos: 1 }, () => undefined);
    });
    expect(suback).toEqual([1, 128, 128, 128, 128, 1]);
    expect(device.connected).toBe(true);
  });

  test('R-FLOW-1 a device has 32 subscriptions at most', async () => {
    const device = await running.connect();
    const suback = new Promise<(number | object)[]>((resolve) => {
      device.on('packetreceive', (packet) => packet.cmd === 'suback' && resolve(packet.granted as number[]));
    });
    const own = Array.from({ length: 40 }, (_, index) => `/sys/${deviceId().replace('.', '/')}/${index}`);
    device.subscribe(own, () => undefined);
    const granted = await suback;
    expect(granted.filter((qos) => qos === 128)).toHaveLength(8);
  });

  test('R-FLOW-1 firmware/get is answered: the task, nothing, and the id in its own type', async () => {
    const device = await running.connect();
    const received = inbox(device);
    const { get } = topics();
    const replies = () => received.filter(({ topic }) => topic === getReply).map(({ payload }) => payload);
    await device.publishAsync(get, '{"id":"123","version":"1.0","params":{"module":"MCU"},"method":"thing.ota.firmware.get"}');
    await roundTrip(running, device);
    running.core.task = notification();
    await device.publishAsync(get, '{"id":7,"params":{},}');
    await roundTrip(running, device);
    const data = `{"size":432945,"version":"2.0.0","url":"https://fw.example/f/token","md5":"${'a'.repeat(32)}","sign":"${'b'.repeat(64)}","signMethod":"SHA256","extData":{}}`;
    expect(replies()[0]).toBe('{"id":"123","code":200,"data":{}}');
    expect(replies()[2]).toBe(`{"id":7,"code":200,"data":${data}}`);
    expect(running.core.calls).toContainEqual({ call: 'requested', deviceId: deviceId(), module: 'MCU' });
    expect(running.core.calls).toContainEqual({ call: 'requested', deviceId: deviceId(), module: 'default' });
  });

  test('R-FLOW-1 the legacy request is answered on the upgrade topic, or by silence', async () => {
    const device = await running.connect();
    const received = inbox(device);
    await device.publishAsync(topics().request, '{"id":1}');
    await roundTrip(running, device);
    expect(received.filter(({ topic }) => topic === upgrade)).toHaveLength(0);
    running.core.task = notification();
    await device.publishAsync(topics().request, '');
    await roundTrip(running, device);
    expect(received.filter(({ topic }) => topic === upgrade)).toHaveLength(1);
  });

  test('R-FLOW-1 a device without a connection is not notified', async () => {
    expect(running.gateway.link.isConnected(deviceId())).toBe(false);
    expect(await running.gateway.link.notify(notification())).toBe(false);
  });
});
