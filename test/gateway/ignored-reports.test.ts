import { UP } from './fixtures/iotda';
import { iotdaOptions, startIotdaGateway, VECTOR } from './iotda-support';
import { deviceId } from './recording-core';
import { type Running, roundTrip, startGateway, topics } from './support';

const { inform, progress, get, download } = topics();

describe('R-DEV-1 a report that cannot be read is told on the device', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startGateway();
  });
  afterEach(() => running.stop());

  const rows: [name: string, topic: string, payload: string, reason: string, text: string][] = [
    ['a version with blanks', inform, '{"params":{"version":"1.0 rc 1"}}', 'VERSION_CHARACTERS', '1.0 rc 1'],
    ['a version with a control character', inform, '{"params":{"version":"1.0\\u0007"}}', 'VERSION_CHARACTERS', '1.0\u0007'],
    ['a version with a zero-width character', inform, '{"params":{"version":"1\\u200b0"}}', 'VERSION_CHARACTERS', '1\u200b0'],
    ['a version that is too long', inform, `{"params":{"version":"${'9'.repeat(65)}"}}`, 'VERSION_TOO_LONG', '9'.repeat(65)],
    ['an empty version', inform, '{"params":{"version":" "}}', 'VERSION_MISSING', ' '],
    ['no version', inform, '{"id":7,"params":{"module":"MCU"}}', 'VERSION_MISSING', '{"id":7,"params":{"module":"MCU"}}'],
    ['a version of a wrong type', inform, '{"params":{"version":{"$ne":1}}}', 'MALFORMED', '{"$ne":1}'],
    ['a module with a blank', inform, '{"params":{"version":"1","module":"a b"}}', 'MODULE_NAME', 'a b'],
    ['a module with an operator', inform, '{"params":{"version":"1","module":"$set"}}', 'MODULE_NAME', '$set'],
    ['a module of a wrong type', progress, '{"params":{"step":"1","module":["a"]}}', 'MODULE_NAME', '["a"]'],
    ['a step that is no number', progress, '{"params":{"step":"half"}}', 'STEP', 'half'],
    ['a question with a module nobody can have', get, '{"id":1,"params":{"module":"a/b"}}', 'MODULE_NAME', 'a/b'],
    ['no JSON', inform, 'version=1', 'MALFORMED', 'version=1'],
    ['no params', progress, '{"step":1}', 'MALFORMED', '{"step":1}'],
  ];
  test.each(rows)('R-DEV-1 %s', async (_name, topic, payload, reason, text) => {
    const device = await running.connect();
    await device.publishAsync(topic, payload, { qos: 1 });
    await roundTrip(running, device);
    expect(running.core.ignored).toEqual([{ deviceId: deviceId(), reason, text }]);
    expect(running.core.reports).toEqual([]);
    expect(device.connected).toBe(true);
  });

  test('R-DEV-1 it is told of the device that the topic names, a child included', async () => {
    running.core.children.set(deviceId(), [deviceId('child-1')]);
    const device = await running.connect();
    await device.publishAsync(topics('child-1').inform, '{"params":{"version":"a b"}}', { qos: 1 });
    await roundTrip(running, device);
    expect(running.core.ignored).toEqual([{ deviceId: deviceId('child-1'), reason: 'VERSION_CHARACTERS', text: 'a b' }]);
  });

  test.each([
    ['a byte more than a message may have', 64 * 1_024 + 1],
    ['more than is let in at all', 300_000],
  ])('R-DEV-1 one that is too long is told by its beginning: %s', async (_name, length) => {
    running.core.children.set(deviceId(), [deviceId('child-1')]);
    const device = await running.connect();
    const payload = '{"params":{"version":"1"}}'.padEnd(length, ' ');
    const reports = [inform, progress, get, topics('child-1').inform];
    for (const topic of reports) device.publish(topic, payload);
    // No report of its upgrade, and not its own.
    for (const topic of [download, '/anything', topics('other').inform]) device.publish(topic, payload);
    await roundTrip(running, device);
    await running.core.until(() => running.core.ignored.length >= reports.length);
    const own = { deviceId: deviceId(), reason: 'TOO_LONG', text: expect.stringMatching(/^\{"params":\{"version":"1"\}\}/) };
    expect(running.core.ignored).toEqual([own, own, own, { ...own, deviceId: deviceId('child-1') }]);
    expect(running.core.reports).toEqual([]);
    expect(await running.counted('dropped_total', { reason: 'too_large' })).toBe(7);
    expect(device.connected).toBe(true);
  });

  test('R-DEV-1 a block that nobody can read the request of is no report', async () => {
    const device = await running.connect();
    await device.publishAsync(download, '[1]', { qos: 1 });
    await roundTrip(running, device);
    expect(running.core.ignored).toEqual([]);
  });

  test('R-PKG-3 every module and version that may be named is taken, and the module as it was written', async () => {
    const device = await running.connect();
    const reported: [string, string][] = [
      ['MCU', '1.0.0+build.5'],
      ['wifi.fw', '1.2.3~rc'],
      ['__proto__', '$ne'],
      ['constructor', '{}'],
      ['barcodeScanner', '版本1'],
    ];
    for (const [module, version] of reported) await device.publishAsync(inform, JSON.stringify({ params: { module, version } }));
    await roundTrip(running, device);
    expect(running.core.reports).toEqual(reported.map(([module, version]) => ({ kind: 'version', module, version })));
    expect(running.core.ignored).toEqual([]);
  });
});

describe('R-DEV-1 R-FLOW-2 an IoTDA report that cannot be read is told on the device', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startIotdaGateway();
  });
  afterEach(() => running.stop());
  const versions = (paras: object) => JSON.stringify({ services: [{ service_id: '$ota', event_type: 'version_report', paras }] });
  const result = (paras: object) => JSON.stringify({ services: [{ service_id: '$ota', event_type: 'upgrade_progress_report', paras }] });
  const said = async (payload: string) => {
    const device = await running.connect(iotdaOptions());
    await device.publishAsync(UP, payload, { qos: 1 });
    await device.publishAsync(UP, versions({ fw_version: 'after' }), { qos: 1 });
    await running.core.until(() => running.core.reports.some((report) => report.kind === 'version' && report.version === 'after'));
    return { reports: running.core.reports.slice(0, -1), ignored: running.core.ignored.map(({ reason, text }) => [reason, text]) };
  };

  test('R-DEV-1 of two versions the one that can be read is taken', async () => {
    expect(await said(versions({ fw_version: '1.0 beta', sw_version: '2.0.0+b5' }))).toEqual({
      reports: [{ kind: 'version', module: 'software', version: '2.0.0+b5' }],
      ignored: [['VERSION_CHARACTERS', '1.0 beta']],
    });
    expect(running.core.ignored[0]?.deviceId).toBe(VECTOR.deviceId);
  });

  test('R-DEV-1 one that is too long is told', async () => {
    expect(await said('{"services":'.padEnd(65_600, ' '))).toMatchObject({ reports: [], ignored: [['TOO_LONG', expect.any(String)]] });
  });

  test('R-DEV-1 an empty version beside another is none, and nothing is ignored', async () => {
    expect(await said(versions({ fw_version: '1.0', sw_version: '' }))).toEqual({
      reports: [{ kind: 'version', module: 'default', version: '1.0' }],
      ignored: [],
    });
  });

  test.each([
    [versions({ fw_version: '', sw_version: null }), 'VERSION_MISSING'],
    [versions({}), 'VERSION_MISSING'],
    [versions({ fw_version: 'x'.repeat(65) }), 'VERSION_TOO_LONG'],
    ['{"services":', 'MALFORMED'],
    [result({ version: '1' }), 'MALFORMED'],
    [result({ result_code: 0, version: '1 0' }), 'VERSION_CHARACTERS'],
  ])('R-DEV-1 %s', async (payload, reason) => {
    expect(await said(payload)).toMatchObject({ reports: [], ignored: [[reason, expect.any(String)]] });
  });
});
