import { once } from 'node:events';
import { createConnection } from 'node:net';
import { deviceId } from './recording-core';
import { type Running, roundTrip, startGateway, topics } from './support';

const QUEUES = { capacity: 8 };

describe('R-FLOW-1 reports of devices', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startGateway(QUEUES);
  });
  afterEach(() => running.stop());
  const { inform, progress } = topics();

  test('R-DEV-1 a version report names its module; without one it is the default module', async () => {
    const device = await running.connect();
    await device.publishAsync(inform, '{"id":"123","params":{"version":"1.0.1","module":"MCU"}}');
    await device.publishAsync(inform, Buffer.from('{"params":{"version":" 1.0.2 ",},"id":4,}\0'), { qos: 1 });
    await device.publishAsync(inform, '{"id":1,"params":{"version":3}}', { qos: 2 });
    await running.core.until(() => running.core.reports.length === 3);
    expect(running.core.reports).toEqual([
      { kind: 'version', module: 'MCU', version: '1.0.1' },
      { kind: 'version', module: 'default', version: '1.0.2' },
      { kind: 'version', module: 'default', version: '3' },
    ]);
  });

  test.each([
    ['"0"', { kind: 'progress', percent: 0 }],
    ['"35"', { kind: 'progress', percent: 35 }],
    ['100', { kind: 'progress', percent: 100 }],
    ['"-1"', { kind: 'failed', cause: 'FIRMWARE_UPDATE_FAILED' }],
    ['-2', { kind: 'failed', cause: 'DOWNLOAD_FAILED' }],
    ['"-3"', { kind: 'failed', cause: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE' }],
    ['"-4"', { kind: 'failed', cause: 'PACKAGE_INSTALLATION_FAILURE' }],
    ['"-99"', { kind: 'failed', cause: 'UNKNOWN_DEVICE_ERROR' }],
  ])('R-TASK-10 step %s', async (step, expected) => {
    const device = await running.connect();
    await device.publishAsync(progress, `{"id":"124","params":{"step":${step},"desc":"it is so","module":"MCU"}}`);
    await running.core.until(() => running.core.reports.length === 1);
    const text = expected.kind === 'failed' ? { text: 'it is so' } : {};
    expect(running.core.reports[0]).toEqual({ module: 'MCU', ...text, ...expected });
  });

  test('R-FLOW-1 reports arrive in the order they were sent, after the connection', async () => {
    const device = await running.connect();
    for (let step = 0; step <= 5; step += 1) device.publish(progress, `{"params":{"step":"${step}","module":"m${step % 2}"}}`);
    device.publish(inform, '{"params":{"version":"2"}}');
    await running.core.until(() => running.core.reports.length === 7);
    expect(running.core.calls.map((each) => each.call)).toEqual(['reset', 'connected', ...Array(7).fill('report')]);
    expect(running.core.reports.map((report) => (report.kind === 'progress' ? report.percent : report.kind))).toEqual([
      0,
      1,
      2,
      3,
      4,
      5,
      'version',
    ]);
  });

  test('R-FLOW-1 reports that core cannot take are tried again, and keep their order', async () => {
    let refusals = 3;
    running.core.fail = (call) => (call.call === 'report' && refusals-- > 0 ? new Error('no database') : null);
    const device = await running.connect();
    device.publish(inform, '{"params":{"version":"1"}}');
    device.publish(inform, '{"params":{"version":"2"}}');
    await running.core.until(() => running.core.reports.length === 2);
    expect(running.core.reports.map((report) => report.kind === 'version' && report.version)).toEqual(['1', '2']);
    expect(await running.counted('retried_total')).toBe(3);
  });

  test('R-TASK-7 progress whose connection has closed before core takes it is late', async () => {
    let release = () => {};
    const device = await running.connect();
    await running.core.until(() => running.core.calls.some((each) => each.call === 'connected'));
    running.core.hold = new Promise((resolve) => {
      release = resolve;
    });
    await device.publishAsync(inform, '{"params":{"version":"1"}}', { qos: 1 });
    await device.publishAsync(progress, '{"params":{"step":30}}', { qos: 1 });
    await device.endAsync();
    while ((await running.counted('sessions')) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    release();
    await running.core.until(() => running.core.reports.length === 2);
    expect(running.core.reports).toEqual([
      { kind: 'version', module: 'default', version: '1' },
      { kind: 'progress', module: 'default', percent: 30, late: true },
    ]);
  });

  test('R-FLOW-1 a waiting queue drops its oldest progress first and never a version', async () => {
    let release = () => {};
    const device = await running.connect();
    await running.core.until(() => running.core.calls.some((each) => each.call === 'connected'));
    running.core.hold = new Promise((resolve) => {
      release = resolve;
    });
    await device.publishAsync(inform, '{"params":{"version":"1"}}', { qos: 1 });
    for (let step = 1; step <= 20; step += 1)
      await device.publishAsync(progress, `{"params":{"step":${step},"module":"m${step % 2}"}}`, { qos: 1 });
    await device.publishAsync(inform, '{"params":{"version":"2"}}', { qos: 1 });
    release();
    await running.core.until(() => running.core.reports.length === 8);
    const seen = running.core.reports.map((report) => (report.kind === 'progress' ? report.percent : report.kind));
    expect(seen).toEqual(['version', 15, 16, 17, 18, 19, 20, 'version']);
    expect(await running.counted('dropped_total', { reason: 'queue_full' })).toBe(14);
  });

  test.each([
    ['no JSON', '{"id":'],
    ['an array', '[1,2]'],
    ['null', 'null'],
    ['no params', '{"id":1}'],
    ['params of a wrong type', '{"params":[]}'],
    ['a version of a wrong type', '{"params":{"version":{"$gt":""}}}'],
    ['an empty version', '{"params":{"version":""}}'],
    ['a version that is too long', `{"params":{"version":"${'9'.repeat(65)}"}}`],
    ['a module with a blank', '{"params":{"version":"1","module":"a b"}}'],
    ['a module with an operator', '{"params":{"version":"1","module":"$set"}}'],
    ['inherited members', '{"__proto__":{"params":{"version":"1"}}}'],
    ['brackets nested too deep', '['.repeat(17)],
    ['nothing', ''],
    ['bytes', Buffer.from([0xff, 0xfe, 0x00, 0x80])],
  ])('R-FLOW-1 malformed input is dropped, counted and the session stays: %s', async (_name, payload) => {
    const device = await running.connect();
    await device.publishAsync(inform, payload, { qos: 1 });
    await device.publishAsync(inform, '{"params":{"version":"after"}}', { qos: 1 });
    await running.core.until(() => running.core.reports.length > 0);
    expect(running.core.reports).toEqual([{ kind: 'version', module: 'default', version: 'after' }]);
    expect(await running.counted('dropped_total', { reason: 'malformed' })).toBe(1);
    expect(device.connected).toBe(true);
  });

  test.each(['"101"', '"abc"', 'true', '{}', 'null', '""', '1e300'])('R-TASK-10 step %s is malformed', async (step) => {
    const device = await running.connect();
    await device.publishAsync(progress, `{"params":{"step":${step}}}`);
    await roundTrip(running, device);
    expect(running.core.reports).toEqual([]);
    expect(await running.counted('dropped_total', { reason: 'malformed' })).toBe(1);
  });

  test('R-FLOW-1 malformed input of one device is logged once a minute, with its identity', async () => {
    const device = await running.connect();
    for (let count = 0; count < 5; count += 1) await device.publishAsync(inform, 'x');
    await roundTrip(running, device);
    const lines = running.log.filter(({ level }) => level >= 40);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.deviceId).toBe(deviceId());
    expect(await running.counted('dropped_total', { reason: 'malformed' })).toBe(5);
  });

  test("R-FLOW-1 a report on another device's topic is dropped, counted and logged; the session stays", async () => {
    const device = await running.connect();
    for (const topic of [topics('other').inform, topics('other').progress, topics('other').get]) {
      await device.publishAsync(topic, '{"id":1,"params":{"version":"1","step":1}}', { qos: 1 });
    }
    await roundTrip(running, device);
    expect(running.core.calls.every((each) => !('deviceId' in each) || each.deviceId === deviceId())).toBe(true);
    expect(running.core.reports).toEqual([]);
    expect(await running.counted('dropped_total', { reason: 'foreign_topic' })).toBe(3);
    expect(running.log.filter(({ level }) => level >= 40)).toHaveLength(1);
    expect(device.connected).toBe(true);
  });

  test('R-FLOW-1 remote configuration and unknown topics are accepted and ignored', async () => {
    const device = await running.connect();
    for (const topic of [topics().config, '/anything', '$SYS/x', `${topics().inform}/more`, '/ota/device', '/sys']) {
      await device.publishAsync(topic, 'whatever', { qos: 1 });
    }
    await roundTrip(running, device);
    expect(running.core.reports).toEqual([]);
    expect(device.connected).toBe(true);
  });

  test('R-FLOW-1 a payload over 64 KiB is dropped and counted', async () => {
    const device = await running.connect();
    await device.publishAsync(inform, Buffer.alloc(64 * 1024 + 1, 0x20), { qos: 1 });
    await roundTrip(running, device);
    expect(await running.counted('dropped_total', { reason: 'too_large' })).toBe(1);
    expect(device.connected).toBe(true);
  });

  test('R-FLOW-1 a packet far beyond the limit ends the connection before it is buffered', async () => {
    const device = await running.connect();
    const closed = new Promise((resolve) => device.once('close', () => resolve(true)));
    device.publish(inform, Buffer.alloc(1024 * 1024 + 1));
    expect(await closed).toBe(true);
    expect(await running.counted('dropped_total', { reason: 'too_large' })).toBe(1);
  });

  test('R-FLOW-1 a connection that announces a huge first packet is ended', async () => {
    const socket = createConnection(Number(new URL(running.url).port), '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f]));
    await once(socket, 'close');
    expect(await running.counted('dropped_total', { reason: 'too_large' })).toBe(1);
  });
});
