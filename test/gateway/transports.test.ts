import { setTimeout as delay } from 'node:timers/promises';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { readBlockFrame } from '../support/devices/download/block-frame';
import { describeWithMosquitto } from '../support/mosquitto';
import { knowsIotda, type RunningGateway, startAtMosquitto } from './broker-support';
import { iotdaNotification, iotdaOptions, NOW, VECTOR } from './iotda-support';
import { deviceId } from './recording-core';
import { deviceOptions, inbox, notification, startGateway, topics } from './support';

const embedded = (): Promise<RunningGateway> => startGateway({}, { clock: () => NOW });

describe('R-FLOW-1 R-FLOW-2 devices over the embedded broker', () => devicesOver(embedded));

describeWithMosquitto('that devices over an external broker are served as over the embedded one')(
  'R-FLOW-1 R-FLOW-2 devices over an external one (Mosquitto)',
  () => devicesOver(startAtMosquitto),
);

/** What holds for both. */
function devicesOver(start: () => Promise<RunningGateway>): void {
  let running: RunningGateway;
  const clients: MqttClient[] = [];
  beforeEach(async () => {
    running = await start();
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    await running.stop();
  });

  async function device(options: IClientOptions, subscriptions: string[]): Promise<MqttClient> {
    const client = connect(running.url, { protocolVersion: 4, reconnectPeriod: 0, ...options });
    clients.push(client);
    client.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      client.once('connect', () => resolve());
      client.once('close', () => reject(new Error('not connected')));
    });
    await client.subscribeAsync(subscriptions);
    return client;
  }
  const link = (deviceName = 'meter-0001') =>
    device(deviceOptions({ deviceName }), [topics(deviceName).upgrade, topics(deviceName).getReply]);
  const iotda = () => {
    knowsIotda(running.core);
    return device(iotdaOptions(), [`$oc/devices/${VECTOR.id}/sys/events/down`]);
  };
  const received = async (messages: unknown[], count = 1): Promise<void> => {
    while (messages.length < count) await delay(5);
  };
  const calls = () => running.core.calls.filter(({ call }) => call !== 'reset' && call !== 'unheard');
  const version = (text: string) => `{"id":"1","params":{"version":"${text}"}}`;

  test('R-DEV-2 a version is reported after its device is on-line', async () => {
    const client = await link();
    await client.publishAsync(topics().inform, version('1.0.0'));
    await running.core.until(() => running.core.reports.length === 1);
    expect(calls()).toEqual([
      { call: 'connected', deviceId: deviceId(), sessionId: expect.any(String) },
      { call: 'report', deviceId: deviceId(), report: { kind: 'version', module: 'default', version: '1.0.0' } },
    ]);
  });

  test('R-FLOW-1 the messages of a device come in their order, each once', async () => {
    const client = await link();
    for (let step = 0; step < 50; step += 1) await client.publishAsync(topics().inform, version(`${step}`), { qos: 1 });
    await running.core.until(() => running.core.reports.length >= 50);
    expect(running.core.reports.map((report) => 'version' in report && report.version)).toEqual(
      Array.from({ length: 50 }, (_, step) => `${step}`),
    );
  });

  test('R-DL-3 blocks come in their order, those that were asked for too fast as well', async () => {
    const client = await device(deviceOptions(), [topics().downloadReply]);
    const offsets: (number | string)[] = [];
    client.on('message', (_topic, payload) => {
      const frame = readBlockFrame(payload);
      offsets.push(frame.kind === 'block' ? frame.offset : frame.kind);
    });
    running.core.blocks = (_device, { offset }) => ({ kind: 'block', bytes: Buffer.alloc(1), fileLength: 100_000 + offset });
    const blocks = Array.from({ length: 25 }, (_, n) => n);
    for (const offset of blocks) {
      const params = { fileInfo: { streamId: 1, fileId: 1 }, fileBlock: { size: 1, offset } };
      await client.publishAsync(topics().download, JSON.stringify({ id: '1', params }), { qos: 1 });
      await received(offsets, offset + 1);
    }
    expect(offsets).toEqual(blocks);
  });

  test('R-FLOW-1 a notification reaches its device, and it alone, once', async () => {
    const [client, other] = [await link(), await link('other')];
    const [mine, theirs] = [inbox(client), inbox(other)];
    expect(await running.gateway.link.notify(notification())).toBe(true);
    await received(mine);
    expect(await running.gateway.link.notify(notification({ deviceId: deviceId('other'), deviceName: 'other', version: '3.0.0' }))).toBe(
      true,
    );
    await received(theirs);
    expect(mine.map(({ topic }) => topic)).toEqual([topics().upgrade]);
    expect(JSON.parse(mine[0]?.payload ?? '')).toMatchObject({ code: '1000', data: { version: '2.0.0' } });
    expect(theirs.map(({ payload }) => JSON.parse(payload).data.version)).toEqual(['3.0.0']);
  });

  test('R-FLOW-1 firmware/get is answered to who asked', async () => {
    const client = await link();
    const replies = inbox(client);
    running.core.task = notification();
    await client.publishAsync(topics().get, '{"id":7,"params":{},}');
    await received(replies);
    expect(replies.map(({ topic }) => topic)).toEqual([topics().getReply]);
    expect(JSON.parse(replies[0]?.payload ?? '')).toMatchObject({ id: 7, code: 200, data: { version: '2.0.0' } });
  });

  test('R-DEV-2 a device that is not there is not notified, and one that left is off-line', async () => {
    expect(await running.gateway.link.notify(notification())).toBe(false);
    const client = await link();
    await client.publishAsync(topics().inform, version('1.0.0'));
    await running.core.until(() => running.core.reports.length === 1);
    await client.endAsync();
    while (await running.gateway.link.notify(notification())) await delay(5);
    await running.core.until(() => running.core.calls.some(({ call }) => call === 'disconnected'));
    expect(calls().map(({ call }) => call)).toEqual(['connected', 'report', 'disconnected']);
  });

  test("R-FLOW-1 what a device writes to another one's topic is not taken as that one's", async () => {
    const client = await link();
    await client.publishAsync(topics('other').inform, version('6.6.6'), { qos: 1 });
    await client.publishAsync(topics().inform, version('1.0.0'), { qos: 1 });
    await running.core.until(() => running.core.reports.length === 1);
    expect(calls().every((each) => 'deviceId' in each && each.deviceId === deviceId())).toBe(true);
    expect(running.core.reports).toEqual([{ kind: 'version', module: 'default', version: '1.0.0' }]);
  });

  test('R-FLOW-2 an IoTDA device is asked, answers, and gets its notification as the answer to that', async () => {
    const client = await iotda();
    const messages = inbox(client);
    running.core.answer = iotdaNotification();
    expect(await running.gateway.link.queryVersion({ deviceId: VECTOR.deviceId, dialect: 'IOTDA' })).toBe(true);
    await received(messages);
    const event = { service_id: '$ota', event_type: 'version_report', paras: { fw_version: 'v1.0' } };
    await client.publishAsync(`$oc/devices/${VECTOR.id}/sys/events/up`, JSON.stringify({ services: [event] }));
    await received(messages, 2);
    expect(messages.map(({ payload }) => JSON.parse(payload).services[0].event_type)).toEqual(['version_query', 'firmware_upgrade']);
    expect(running.core.reports).toEqual([{ kind: 'version', module: 'default', version: 'v1.0' }]);
  });

  test('R-DL-3 a block of a file comes by the broker, bytes as they are', async () => {
    const client = await link();
    await client.subscribeAsync(topics().downloadReply);
    running.core.blocks = () => ({ kind: 'block', bytes: Buffer.from('UPDRAFT!'), fileLength: 12 });
    const reply = new Promise<Buffer>((resolve) => client.once('message', (_topic, payload) => resolve(payload)));
    const request = { id: '7', params: { fileToken: 'default', fileInfo: { streamId: 1, fileId: 1 }, fileBlock: { size: 8, offset: 0 } } };
    await client.publishAsync(topics().download, JSON.stringify(request));
    const frame = await reply;
    expect(frame).toHaveLength(102);
    expect(frame.subarray(-10)).toEqual(Buffer.concat([Buffer.from('UPDRAFT!'), Buffer.from([0x28, 0xbf])]));
  });

  test('R-FLOW-1 what cannot be read is dropped, and what follows is taken', async () => {
    const client = await link();
    await client.publishAsync(topics().inform, '{"id":');
    await client.publishAsync(topics().inform, version('1.0.0'));
    await running.core.until(() => running.core.reports.length === 1);
    expect(running.core.reports).toEqual([{ kind: 'version', module: 'default', version: '1.0.0' }]);
  });
}
