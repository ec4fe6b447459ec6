import type { MqttClient } from 'mqtt';
import { iotdaOptions, startIotdaGateway } from './iotda-support';
import { deviceId, PRODUCT_KEY } from './recording-core';
import { inbox, notification, type Running, roundTrip, startGateway, topics } from './support';

/** The QoS that was granted, or 128. */
const granted = (client: MqttClient, filter: string): Promise<number | undefined> =>
  new Promise((resolve) => {
    client.once('packetreceive', (packet) => resolve(packet.cmd === 'suback' ? (packet.granted[0] as number) : undefined));
    client.subscribe(filter, { qos: 1 }, () => undefined);
  });

/** What SDKs subscribe to in the vendor's other services, as found in their sources; `device` is product key and device name. */
const filtersOf = (device: string): string[] => [
  `/ext/ntp/${device}/response`,
  `/ext/error/${device}`,
  `/ext/session/${device}/combine/login_reply`,
  `/ext/rrpc/+/${device}/user/get`,
  `/ext/rrpc/+/sys/${device}/thing/service/+`,
  `/shadow/get/${device}`,
  `/${device}/user/get`,
  `/sys/${device}/rrpc/request/+`,
  `/sys/${device}/thing/topo/add/notify`,
];

describe("R-FLOW-1 topics of the vendor's other services", () => {
  let running: Running;
  beforeEach(async () => {
    running = await startGateway();
  });
  afterEach(() => running.stop());
  const own = `${PRODUCT_KEY}/meter-0001`;

  test.each([
    ...filtersOf(own),
    `/broadcast/${PRODUCT_KEY}/news`,
    `/broadcast/${PRODUCT_KEY}/#`,
    '/ext/#',
    '/ext/rrpc/+/sys/+/+/thing/service/+',
    '/shadow/get/+/+',
  ])('R-FLOW-1 a device that subscribes to its own %s is granted it, and gets nothing by it', async (filter) => {
    const device = await running.connect();
    const received = inbox(device);
    expect(await granted(device, filter)).toBe(1);
    expect(await running.counted('subscriptions_refused_total')).toBe(0);
    const other = await running.connect({ deviceName: 'other' });
    await other.publishAsync(filter.replaceAll(/[+#]/g, 'x'), 'hello', { qos: 1 });
    await roundTrip(running, other, 'other');
    await roundTrip(running, device);
    expect(received.map(({ topic }) => topic)).toEqual([topics().getReply]);
  });

  test.each([
    ...filtersOf(`${PRODUCT_KEY}/other`),
    ...filtersOf('strangers/meter-0001'),
    '/broadcast/strangers/news',
    '/ext/ntp',
    '/shadow',
    '$SYS/#',
  ])('R-FLOW-1 one that names somebody else is refused: %s', async (filter) => {
    const device = await running.connect();
    expect(await granted(device, filter)).toBe(128);
    expect(await running.counted('subscriptions_refused_total')).toBe(1);
  });

  test('R-FLOW-1 a parent subscribes to them for its children, and for no others', async () => {
    running.core.children.set(deviceId(), [deviceId('probe-7')]);
    const hub = await running.connect();
    for (const filter of filtersOf(`${PRODUCT_KEY}/probe-7`)) expect([filter, await granted(hub, filter)]).toEqual([filter, 1]);
    for (const filter of filtersOf(`${PRODUCT_KEY}/probe-8`)) expect([filter, await granted(hub, filter)]).toEqual([filter, 128]);
  });

  test('R-FLOW-1 the notification comes once all the same', async () => {
    const device = await running.connect();
    const received = inbox(device);
    for (const filter of [...filtersOf(own), topics().upgrade, `/broadcast/${PRODUCT_KEY}/#`]) await granted(device, filter);
    expect(await running.gateway.link.notify(notification())).toBe(true);
    await roundTrip(running, device);
    expect(received.map(({ topic }) => topic)).toEqual([topics().upgrade, topics().getReply]);
  });
});

test("R-FLOW-2 an IoTDA device may subscribe to the cloud's broadcasts, and gets nothing by it", async () => {
  const running = await startIotdaGateway();
  const device = await running.connect(iotdaOptions());
  expect(await granted(device, '$oc/broadcast/news')).toBe(1);
  expect(await granted(device, '$oc/bridges/b1/devices/+/sys/events/down')).toBe(128);
  await running.stop();
});
