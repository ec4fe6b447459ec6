import { setTimeout as delay } from 'node:timers/promises';
import { type BlockFrame, readBlockFrame } from '../support/devices/download/block-frame';
import { deviceId } from './recording-core';
import { notification, type Running, roundTrip, startGateway, topics } from './support';

const FILE = Buffer.from('UPDRAFT! and more than that');
const request = (offset: number, size: number, streamId = 12_332, id = '1') =>
  `{"id":"${id}","version":"1.0","params":{"fileToken":"default","fileInfo":{"streamId":${streamId},"fileId":1,},"fileBlock":{"size":${size},"offset":${offset}}}}`;

describe('R-DL-3 download over MQTT (device-protocols §1.4)', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startGateway();
    running.core.blocks = (_device, { streamId, offset, size }) => {
      if (streamId !== 12_332) return { kind: 'unknown' };
      if (offset >= FILE.length) return { kind: 'beyond', fileLength: FILE.length };
      return { kind: 'block', fileLength: FILE.length, bytes: FILE.subarray(offset, offset + size) };
    };
  });
  afterEach(() => running.stop());

  /** A device, the replies it got, and a wait for so many of them. */
  async function device() {
    const client = await running.connect();
    const replies: BlockFrame[] = [];
    const others: string[] = [];
    client.on('message', (topic, payload) => {
      if (topic === topics().downloadReply) replies.push(readBlockFrame(payload));
      else others.push(topic);
    });
    const until = async (count: number): Promise<void> => {
      while (replies.length < count) await new Promise((resolve) => client.once('message', resolve));
    };
    return { client, replies, others, until, ask: (text: string | Buffer) => client.publishAsync(topics().download, text) };
  }

  test.each([['no subscription'], ['a subscription']])('R-DL-3 a block comes back once, with %s', async (how) => {
    const { client, replies, others, ask } = await device();
    if (how !== 'no subscription') await client.subscribeAsync([topics().downloadReply, '#'], { qos: 0 });
    await ask(request(0, 8));
    await roundTrip(running, client);
    await ask(request(8, 65_536));
    await roundTrip(running, client);
    expect(replies).toEqual([
      { kind: 'block', offset: 0, fileLength: FILE.length, bytes: Buffer.from('UPDRAFT!') },
      { kind: 'block', offset: 8, fileLength: FILE.length, bytes: FILE.subarray(8) },
    ]);
    expect(others).toHaveLength(2);
    expect(running.core.calls).toContainEqual({
      call: 'block',
      deviceId: deviceId(),
      request: { streamId: 12_332, fileId: 1, offset: 0, size: 8 },
    });
  });

  test('R-DL-3 duplicates and overlaps are answered again', async () => {
    const { replies, until, ask } = await device();
    for (const text of [request(0, 8), request(0, 8), request(4, 8)]) await ask(text);
    await until(3);
    expect(replies.map((reply) => reply.kind === 'block' && reply.bytes.toString())).toEqual(['UPDRAFT!', 'UPDRAFT!', 'AFT! and']);
  });

  test.each([
    ['offset = length', request(FILE.length, 1), 460],
    ['an offset far beyond', request(999_999_999, 1), 460],
    ['a size of 0', request(0, 0), 460],
    ['no parameters', '{"id":"1"}', 460],
    ['an unknown stream', request(0, 1, 1), 404],
  ])('R-DL-3 %s is answered with an error', async (_name, text, code) => {
    const { replies, until, ask } = await device();
    await ask(text);
    await until(1);
    expect(replies).toEqual([{ kind: 'refused', code, message: expect.any(String) }]);
  });

  test('R-DL-3 what comes faster than 20 blocks a second is answered later, in its order, and nothing of it is dropped', async () => {
    const { replies, until, ask } = await device();
    for (let n = 0; n < 25; n += 1) {
      await ask(request(n, 1));
      await until(n + 1);
    }
    expect(replies.map((reply) => reply.kind === 'block' && reply.offset)).toEqual(Array.from({ length: 25 }, (_, n) => n));
    expect(await running.counted('dropped_total')).toBe(0);
  });

  test('R-DL-3 more than 20 open requests of a device are met with silence, and counted', async () => {
    const { replies, until, ask } = await device();
    let answer: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const block = running.core.downloads.block;
    running.core.downloads.block = (...asked) => held.then(() => block(...asked));
    await Promise.all(Array.from({ length: 30 }, () => ask(request(0, 1))));
    while ((await running.counted('dropped_total', { reason: 'too_many_requests' })) < 10) await delay(5);
    answer();
    await until(20);
    expect(replies).toHaveLength(20);
    expect(await running.counted('dropped_total', { reason: 'too_many_requests' })).toBe(10);
  });

  test('R-DL-3 a store that cannot be reached is silence, not an error that ends the download', async () => {
    const { client, replies, ask } = await device();
    running.core.fail = (call) => (call.call === 'block' ? new Error('no store') : null);
    await ask(request(0, 1));
    await roundTrip(running, client);
    running.core.fail = () => null;
    await ask(request(0, 1));
    await roundTrip(running, client);
    expect(replies).toHaveLength(1);
    expect(running.log.some(({ msg }) => msg.startsWith('A block could not be read'))).toBe(true);
  });

  test("R-DL-3 another device's topic is not answered", async () => {
    const { client, replies } = await device();
    await client.publishAsync(topics('other').download, request(0, 1));
    await roundTrip(running, client);
    expect(replies).toEqual([]);
    expect(await running.counted('dropped_total', { reason: 'foreign_topic' })).toBe(1);
  });

  test('R-DL-3 what cannot be read is dropped', async () => {
    const { client, replies, ask } = await device();
    await ask('{"id":');
    await ask(Buffer.alloc(300));
    await roundTrip(running, client);
    expect(replies).toEqual([]);
    expect(await running.counted('dropped_total', { reason: 'malformed' })).toBe(2);
  });

  test('R-DL-3 a block that is slow to come holds up no report', async () => {
    const { client, ask } = await device();
    let answer: () => void = () => undefined;
    const block = running.core.downloads.block;
    running.core.downloads.block = async (...asked) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return block(...asked);
    };
    await ask(request(0, 1));
    await client.publishAsync(topics().progress, '{"id":1,"params":{"step":"5"}}');
    await running.core.until(() => running.core.reports.length === 1);
    answer();
    await running.core.until(() => running.core.calls.some(({ call }) => call === 'block'));
    expect(running.core.reports).toEqual([{ kind: 'progress', module: 'default', percent: 5 }]);
  });

  test('R-DL-3 the notification names the stream', async () => {
    const { client } = await device();
    const message = new Promise<Buffer>((resolve) => client.once('message', (_topic, payload) => resolve(payload)));
    await running.gateway.link.notify(notification({ stream: { streamId: 12_332, fileId: 1 } }));
    expect(JSON.parse((await message).toString()).data).toMatchObject({ streamId: 12_332, dProtocol: 'mqtt', streamFileId: 1 });
  });
});
