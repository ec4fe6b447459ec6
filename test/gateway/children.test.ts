import { VERSION_QUERY } from '../../core/reports/contract';
import { CHILD_FIRMWARE_UPGRADE, CHILD_VERSION_QUERY, IOTDA_CHILD, linkGetReply, linkUpgrade } from './fixtures/children';
import { DOWN, UP } from './fixtures/iotda';
import { iotdaNotification, iotdaOptions, startIotdaGateway, VECTOR } from './iotda-support';
import { deviceId } from './recording-core';
import { inbox, notification, type Running, roundTrip, startGateway, topics } from './support';

const HUB = deviceId();
const PROBE = deviceId('probe-7');
const probe = topics('probe-7');
const version = (of: string) => `{"id":1,"params":{"version":"${of}"}}`;
const reportsOf = ({ core }: Running) => core.calls.flatMap((each) => (each.call === 'report' ? [[each.deviceId, each.report.kind]] : []));

describe('R-FLOW-1 children of a Link device (device-protocols §1.2)', () => {
  let running: Running;
  beforeEach(async () => {
    // So slow that nothing is saved up while a test runs, however long that takes; a child adds one a second.
    running = await startGateway({}, { messagesPerSecond: 0.01, messagesBurst: 20 });
    running.core.children.set(HUB, [PROBE]);
  });
  afterEach(() => running.stop());

  test('a notification goes to the parent, once, on the topic of the device', async () => {
    const hub = await running.connect();
    const received = inbox(hub);
    const { link } = running.gateway;
    expect(link.isConnected(PROBE)).toBe(false);
    const forProbe = notification({ deviceId: PROBE, deviceName: 'probe-7', dialect: 'LINK' });
    expect(await link.notify(forProbe, HUB)).toBe(true);
    await roundTrip(running, hub);
    expect(received.slice(0, -1)).toEqual([
      { topic: probe.upgrade, payload: linkUpgrade(JSON.parse(received[0]?.payload ?? '').id), qos: 0 },
    ]);
    expect(await link.notify(forProbe, deviceId('other'))).toBe(false);
    expect(await link.notify({ ...forProbe, dialect: 'IOTDA' }, HUB)).toBe(false);
  });

  test('a connection of its own goes before that of its parent', async () => {
    const [hub, own] = [await running.connect(), await running.connect({ deviceName: 'probe-7' })];
    const [byHub, byOwn] = [inbox(hub), inbox(own)];
    expect(await running.gateway.link.notify(notification({ deviceId: PROBE, deviceName: 'probe-7' }), HUB)).toBe(true);
    await roundTrip(running, own, 'probe-7');
    await roundTrip(running, hub);
    expect([byHub.length, byOwn.length]).toEqual([1, 2]);
  });

  test("reports, failures, questions and requests for blocks are the device's, answered over the parent's connection", async () => {
    const hub = await running.connect();
    const received = inbox(hub);
    running.core.task = notification({ deviceId: PROBE, deviceName: 'probe-7' });
    running.core.blocks = () => ({ kind: 'block', bytes: Buffer.from('UPDRAFT!'), fileLength: 12 });
    await hub.publishAsync(probe.inform, version('1.0.0'));
    await hub.publishAsync(probe.progress, '{"id":2,"params":{"step":"30","desc":""}}');
    await hub.publishAsync(probe.progress, '{"id":3,"params":{"step":"-2","desc":""}}');
    await hub.publishAsync(probe.get, '{"id":"4","params":{}}');
    await hub.publishAsync(probe.request, '{"id":5}');
    const block = { id: '7', params: { fileInfo: { streamId: 1, fileId: 1 }, fileBlock: { size: 8, offset: 0 } } };
    await hub.publishAsync(probe.download, JSON.stringify(block));
    await running.core.until(() => running.core.calls.filter(({ call }) => call === 'requested' || call === 'block').length === 3);
    await roundTrip(running, hub);
    const heard = running.core.calls.flatMap((each) => ('deviceId' in each && each.deviceId === PROBE ? [each.call] : []));
    expect(heard.toSorted()).toEqual(['block', 'report', 'report', 'report', 'requested', 'requested']);
    expect(reportsOf(running).map(([, kind]) => kind)).toEqual(['version', 'progress', 'failed']);
    const answered = new Map(received.map(({ topic, payload }) => [topic, payload]));
    expect(answered.get(probe.getReply)).toBe(linkGetReply('4'));
    expect(JSON.parse(answered.get(probe.upgrade) ?? '')).toMatchObject({ code: '1000', data: { version: '2.0.0' } });
    expect(answered.get(probe.downloadReply)).toContain('"bOffset":0');
  });

  test('for anybody else they are dropped and counted, whoever asks how often, and the store is not asked each time', async () => {
    const [hub, other] = [await running.connect(), await running.connect({ deviceName: 'other' })];
    const began = performance.now();
    for (const client of [hub, other])
      for (let count = 0; count < 8; count += 1) await client.publishAsync(topics('victim').inform, version('6.6.6'), { qos: 1 });
    await other.publishAsync(probe.inform, version('6.6.6'), { qos: 1 });
    await hub.publishAsync(probe.inform, version('1.0.0'), { qos: 1 });
    await running.core.until(() => running.core.reports.length === 1);
    await roundTrip(running, other, 'other');
    expect(reportsOf(running)).toEqual([[PROBE, 'version']]);
    expect(await running.counted('dropped_total', { reason: 'foreign_topic' })).toBe(17);
    // Once in two seconds for each connection: on a slow machine the messages may take longer than that.
    const periods = 1 + Math.floor((performance.now() - began) / 2_000);
    expect(running.core.familyLookups).toBeLessThanOrEqual(2 * periods);
  });

  test('one that comes to be its child while it is connected is spoken to and heard at once', async () => {
    running.core.children.clear();
    const hub = await running.connect();
    await hub.publishAsync(probe.inform, version('0.9.0'), { qos: 1 });
    await roundTrip(running, hub);
    running.core.children.set(HUB, [PROBE]);
    expect(await running.gateway.link.notify(notification({ deviceId: PROBE, deviceName: 'probe-7' }), HUB)).toBe(true);
    await hub.publishAsync(probe.inform, version('1.0.0'));
    await running.core.until(() => running.core.reports.length === 1);
    expect(running.core.reports).toEqual([{ kind: 'version', module: 'default', version: '1.0.0' }]);
  });

  test('while the store is away its messages wait, and come in their order', async () => {
    const hub = await running.connect();
    let failures = 3;
    running.core.fail = ({ call }) => {
      if (call !== 'childrenOf' || failures === 0) return null;
      failures -= 1;
      return new Error('no store');
    };
    for (let count = 0; count < 20; count += 1) await hub.publishAsync(probe.inform, version(`1.${count}`));
    await running.core.until(() => running.core.reports.length === 20);
    expect(running.core.reports.map((report) => 'version' in report && report.version)).toEqual(
      Array.from({ length: 20 }, (_, count) => `1.${count}`),
    );
  });

  test('messages that wait in vain are given up and counted', async () => {
    await running.stop();
    running = await startGateway({ retryForMs: 20 });
    running.core.fail = ({ call }) => (call === 'childrenOf' ? new Error('no store') : null);
    const hub = await running.connect();
    await hub.publishAsync(probe.inform, version('1.0'), { qos: 1 });
    const refused = await hub.subscribeAsync(probe.upgrade).catch(() => 'refused');
    expect(refused).toBe('refused');
    expect(await running.counted('lost_total', { kind: 'report' })).toBeGreaterThanOrEqual(2);
    expect(running.core.reports).toEqual([]);
  });

  test('its topics may be subscribed to by the parent, and by nobody else', async () => {
    const suback = async (deviceName: string, filters: string[]) => {
      const client = await running.connect({ deviceName });
      return new Promise((resolve) => {
        client.on('packetreceive', (packet) => packet.cmd === 'suback' && resolve(packet.granted));
        client.subscribe(filters, { qos: 1 }, () => undefined);
      });
    };
    const wildcard = `/sys/${PROBE.replace('.', '/')}/#`;
    expect(await suback('meter-0001', [probe.upgrade, wildcard, topics('victim').upgrade])).toEqual([1, 1, 128]);
    expect(await suback('other', [probe.upgrade, wildcard])).toEqual([128, 128]);
    expect(await running.counted('subscriptions_refused_total')).toBe(3);
  });

  test.each([
    ['exactly', () => probe.upgrade],
    ['by a wildcard', () => `/ota/device/+/${PROBE.replace('.', '/')}`],
  ])('what it subscribed to %s comes with the QoS that it got', async (_how, filter) => {
    const hub = await running.connect();
    const received = inbox(hub);
    await hub.subscribeAsync(filter(), { qos: 1 });
    await running.gateway.link.notify(notification({ deviceId: PROBE, deviceName: 'probe-7' }), HUB);
    await roundTrip(running, hub);
    expect(received.filter(({ topic }) => topic === probe.upgrade).map(({ qos }) => qos)).toEqual([1]);
  });

  test('a parent may send more: four messages at once for each of its children', async () => {
    const hub = await running.connect();
    // So many more than may be at once that what the child adds while they come is no matter.
    for (let count = 0; count < 100; count += 1) await hub.publishAsync(probe.inform, version(`1.${count}`), { qos: 1 });
    await running.core.until(() => running.core.reports.length >= 24);
    expect(await running.counted('dropped_total', { reason: 'too_fast' })).toBeGreaterThan(0);
    expect(running.core.reports.length).toBeLessThan(100);
  });
});

describe('R-FLOW-2 children of an IoTDA device (device-protocols §2.2, §2.6 H)', () => {
  const CHILD = `${VECTOR.productKey}.probe-7`;
  let running: Running;
  beforeEach(async () => {
    running = await startIotdaGateway();
    running.core.children.set(VECTOR.deviceId, [CHILD]);
  });
  afterEach(() => running.stop());

  const report = (about: string, type: string, paras: string) =>
    `{"object_device_id":"${about}","services":[{"service_id":"$ota","event_type":"${type}","event_time":"20261120T214000Z","paras":${paras}}]}`;
  const ignored = '{"services":[]}';

  test("the query and the upgrade come on the parent's topic and name the device", async () => {
    const hub = await running.connect(iotdaOptions());
    const received = inbox(hub);
    const { link } = running.gateway;
    expect(await link.queryVersion({ deviceId: CHILD, dialect: 'IOTDA' }, VECTOR.deviceId)).toBe(true);
    expect(await link.notify(iotdaNotification({ deviceId: CHILD, deviceName: 'probe-7', dialect: 'IOTDA' }), VECTOR.deviceId)).toBe(true);
    await hub.publishAsync(UP, ignored, { qos: 1 });
    expect(received).toEqual([
      { topic: DOWN, payload: CHILD_VERSION_QUERY, qos: 0 },
      { topic: DOWN, payload: CHILD_FIRMWARE_UPGRADE, qos: 0 },
    ]);
    expect(await link.queryVersion({ deviceId: CHILD, dialect: 'IOTDA' })).toBe(false);
  });

  test('what the parent says of it is taken as its own, and answered the same way', async () => {
    const hub = await running.connect(iotdaOptions());
    const received = inbox(hub);
    running.core.answer = iotdaNotification({ deviceId: CHILD, deviceName: 'probe-7', dialect: 'IOTDA' });
    const arrived = new Promise((resolve) => hub.once('message', resolve));
    await hub.publishAsync(UP, report(IOTDA_CHILD, 'version_report', '{"fw_version":"v1.0"}'));
    await hub.publishAsync(UP, report(IOTDA_CHILD, 'upgrade_progress_report', '{"result_code":0,"progress":80,"version":"v1.0"}'));
    await running.core.until(() => running.core.reports.length === 2);
    await arrived;
    expect(reportsOf(running)).toEqual([
      [CHILD, 'version'],
      [CHILD, 'result'],
    ]);
    expect(received[0]).toEqual({ topic: DOWN, payload: CHILD_FIRMWARE_UPGRADE, qos: 0 });
  });

  test('the question with which a result is confirmed comes the same way', async () => {
    const hub = await running.connect(iotdaOptions());
    const received = inbox(hub);
    running.core.answer = VERSION_QUERY;
    const arrived = new Promise((resolve) => hub.once('message', resolve));
    await hub.publishAsync(UP, report(IOTDA_CHILD, 'upgrade_progress_report', '{"result_code":0,"progress":100,"version":"v2.0"}'));
    await arrived;
    expect(received).toEqual([{ topic: DOWN, payload: CHILD_VERSION_QUERY, qos: 0 }]);
  });

  test('for anybody else it is dropped and counted; so is what comes on the topic of the device', async () => {
    const hub = await running.connect(iotdaOptions());
    for (const about of [`${VECTOR.productKey}_victim`, 'nobody', `other_probe-7`])
      await hub.publishAsync(UP, report(about, 'version_report', '{"fw_version":"v1.0"}'), { qos: 1 });
    await hub.publishAsync(UP.replace(VECTOR.id, IOTDA_CHILD), report(IOTDA_CHILD, 'version_report', '{"fw_version":"v1.0"}'), { qos: 1 });
    await hub.publishAsync(UP, report(IOTDA_CHILD, 'version_report', '{"fw_version":"v2.0"}'), { qos: 1 });
    await running.core.until(() => running.core.reports.length === 1);
    expect(running.core.reports).toEqual([{ kind: 'version', module: 'default', version: 'v2.0' }]);
    expect(await running.counted('dropped_total', { reason: 'foreign_topic' })).toBe(4);
    const filter = `$oc/devices/${IOTDA_CHILD}/sys/events/down`;
    expect(await hub.subscribeAsync(filter).catch(() => 'refused')).toBe('refused');
  });

  test('a message that cannot be read is dropped under the name of the device it is about', async () => {
    const hub = await running.connect(iotdaOptions());
    await hub.publishAsync(UP, report(IOTDA_CHILD, 'version_report', '{}'), { qos: 1 });
    await hub.publishAsync(UP, report(IOTDA_CHILD, 'version_report', '{"fw_version":"v1.0"}'), { qos: 1 });
    await running.core.until(() => running.core.reports.length === 1);
    expect(await running.counted('dropped_total', { reason: 'malformed' })).toBe(1);
    expect(running.log.some((line) => line.deviceId === CHILD)).toBe(true);
  });
});
