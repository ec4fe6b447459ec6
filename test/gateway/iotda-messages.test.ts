import {
  DOWN,
  DOWN_FIRMWARE_UPGRADE,
  DOWN_FIRMWARE_UPGRADE_V2,
  DOWN_SOFTWARE_UPGRADE,
  DOWN_SOFTWARE_UPGRADE_V2,
  DOWN_VERSION_QUERY,
  DROPPED,
  UP,
  UPS,
} from './fixtures/iotda';
import { iotdaNotification, iotdaOptions, startIotdaGateway, VECTOR } from './iotda-support';
import { inbox, type Running } from './support';

const [FILE] = iotdaNotification().files;
const SELF_SIGNED = FILE && { ...FILE, url: 'https://fw.example:8943/d/self-signed', access: { token: null, lifeSeconds: 86_400 } };

describe('R-FLOW-2 IoTDA messages, byte by byte (device-protocols §2.2, §2.3)', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startIotdaGateway();
  });
  afterEach(() => running.stop());
  const ignored = '{"services":[]}';

  test.each([
    ['firmware_upgrade', {}, DOWN_FIRMWARE_UPGRADE],
    ['software_upgrade', { module: 'software' }, DOWN_SOFTWARE_UPGRADE],
    ['firmware_upgrade_v2', { files: SELF_SIGNED && [SELF_SIGNED] }, DOWN_FIRMWARE_UPGRADE_V2],
    ['software_upgrade_v2', { files: SELF_SIGNED && [SELF_SIGNED], module: 'software' }, DOWN_SOFTWARE_UPGRADE_V2],
  ])('R-FLOW-2 %s, once, to a device that subscribed to nothing', async (_name, changes, payload) => {
    const device = await running.connect(iotdaOptions());
    const received = inbox(device);
    expect(await running.gateway.link.notify(iotdaNotification(changes))).toBe(true);
    await device.publishAsync(UP, ignored, { qos: 1 });
    expect(received).toEqual([{ topic: DOWN, payload, qos: 0 }]);
  });

  test('R-FLOW-2 version_query, once, with the QoS that the device subscribed with', async () => {
    const device = await running.connect(iotdaOptions());
    const received = inbox(device);
    await device.subscribeAsync([DOWN, `$oc/devices/${VECTOR.id}/sys/#`], { qos: 1 });
    expect(await running.gateway.link.queryVersion({ deviceId: VECTOR.deviceId, dialect: 'IOTDA' })).toBe(true);
    await device.publishAsync(UP, ignored, { qos: 1 });
    expect(received).toEqual([{ topic: DOWN, payload: DOWN_VERSION_QUERY, qos: 1 }]);
  });

  test('R-FLOW-2 version_query as the answer to a result', async () => {
    const device = await running.connect(iotdaOptions());
    const received = inbox(device);
    running.core.answer = 'VERSION_QUERY';
    const arrived = new Promise((resolve) => device.once('message', resolve));
    const [, result] = UPS.find(([name]) => name === 'upgrade_progress_report as documented') ?? ['', ''];
    await device.publishAsync(UP, result, { qos: 1 });
    await arrived;
    expect(received).toEqual([{ topic: DOWN, payload: DOWN_VERSION_QUERY, qos: 0 }]);
  });

  test.each(UPS)('R-FLOW-2 R-DEV-1 understood: %s', async (_name, payload, reports) => {
    const device = await running.connect(iotdaOptions());
    await device.publishAsync(UP, payload, { qos: 1 });
    await running.core.until(() => running.core.reports.length === reports.length);
    expect(running.core.reports).toEqual(reports);
    expect(await running.counted('dropped_total')).toBe(0);
  });

  test.each(DROPPED)('R-FLOW-2 dropped, and the session goes on: %s', async (_name, payload, reason) => {
    const device = await running.connect(iotdaOptions());
    await device.publishAsync(UP, payload, { qos: 1 });
    await device.publishAsync(UP, ignored, { qos: 1 });
    expect(running.core.reports).toEqual([]);
    expect(await running.counted('dropped_total')).toBe(reason === null ? 0 : 1);
    if (reason !== null) expect(await running.counted('dropped_total', { reason })).toBe(1);
    expect(device.connected).toBe(true);
  });

  test('R-FLOW-2 the answer to a version may be the notification; it goes to the connection that reported', async () => {
    const device = await running.connect(iotdaOptions());
    const received = inbox(device);
    running.core.answer = iotdaNotification();
    const arrived = new Promise((resolve) => device.once('message', resolve));
    await device.publishAsync(UP, UPS[1]?.[1] ?? '', { qos: 1 });
    await arrived;
    expect(received).toEqual([{ topic: DOWN, payload: DOWN_FIRMWARE_UPGRADE, qos: 0 }]);
  });

  test("R-FLOW-2 the package's own text comes as it is, in place of tags", async () => {
    const device = await running.connect(iotdaOptions());
    const received = inbox(device);
    const arrived = new Promise((resolve) => device.once('message', resolve));
    const tags = [{ key: 'wave', value: '2' }];
    await running.gateway.link.notify(iotdaNotification({ tags, customInfo: '{"ota_notice":"Fixes the clock."}' }));
    await arrived;
    expect(received[0]?.payload).toContain(',"custom_info":"{\\"ota_notice\\":\\"Fixes the clock.\\"}"}');
  });

  test('R-FLOW-2 R-BAT-17 the tags of a batch come as JSON in a text', async () => {
    const device = await running.connect(iotdaOptions());
    const received = inbox(device);
    await running.gateway.link.notify(iotdaNotification({ tags: [{ key: 'wave', value: '"2"' }] }));
    await device.publishAsync(UP, ignored, { qos: 1 });
    expect(JSON.parse(received[0]?.payload ?? '').services[0].paras.custom_info).toBe('{"wave":"\\"2\\""}');
  });

  test('R-FLOW-2 a file name that a device would make a path of is written without what makes one', async () => {
    const device = await running.connect(iotdaOptions());
    const received = inbox(device);
    await running.gateway.link.notify(iotdaNotification({ files: FILE && [{ ...FILE, name: '../a b.bin' }] }));
    await device.publishAsync(UP, ignored, { qos: 1 });
    expect(received[0]?.payload).toContain('"file_name":".._a_b.bin"');
  });

  test('R-FLOW-2 other topics of its own are taken and mean nothing; those of others are dropped', async () => {
    const device = await running.connect(iotdaOptions());
    await device.publishAsync(`$oc/devices/${VECTOR.id}/sys/properties/report`, '{}', { qos: 1 });
    await device.publishAsync(`$oc/devices/${VECTOR.id}/sys/messages/up`, 'anything', { qos: 1 });
    expect(await running.counted('dropped_total')).toBe(0);
    await device.publishAsync('$oc/devices/6500a1b2c3d4e5f60718293a_other/sys/events/up', UPS[0]?.[1] ?? '', { qos: 1 });
    expect(await running.counted('dropped_total', { reason: 'foreign_topic' })).toBe(1);
    await device.publishAsync('/ota/device/inform/a/b', '{"id":1,"params":{"version":"1"}}', { qos: 1 });
    expect(await running.counted('dropped_total', { reason: 'unknown_topic' })).toBe(1);
    expect(running.core.reports).toEqual([]);
  });

  test("R-FLOW-2 a filter that names another device is refused with 0x80; a hundred of one's own are granted", async () => {
    const device = await running.connect(iotdaOptions());
    const suback = (filters: string[]) =>
      new Promise<number[]>((resolve) => {
        device.once('packetreceive', (packet) => resolve(packet.cmd === 'suback' ? (packet.granted as number[]) : []));
        device.subscribe(filters, { qos: 1 }, () => undefined);
      });
    const others = '$oc/devices/6500a1b2c3d4e5f60718293a_other/#';
    expect(await suback([DOWN, `$oc/devices/${VECTOR.id}/#`, others, '$oc/devices/+/sys/events/down'])).toEqual([1, 1, 128, 1]);
    const own = Array.from({ length: 110 }, (_, index) => `$oc/devices/${VECTOR.id}/user/${index}`);
    expect((await suback(own)).filter((granted) => granted === 128)).toHaveLength(13);
  });
});
