import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Notification } from '../../core/ports';
import type { DeviceReport } from '../../core/reports/contract';
import { deviceId } from './recording-core';
import { notification, type Running, startGateway, topics } from './support';

/** One message of a device or of the platform, as the protocol's description has it, and the bytes that go the other way. */
interface Exchange {
  name: string;
  section: string;
  up?: { topic: string; payload: string };
  push?: true;
  task?: Partial<Notification>;
  /** Of the one stream there is, 12332. */
  file?: string;
  /** What core is asked. */
  core: { call: string; report?: DeviceReport; module?: string; request?: object }[];
  /** `<ms>` stands for an id of ours, in milliseconds. */
  down?: { topic: string; payload?: string; hex?: string }[];
}

const exchanges: Exchange[] = JSON.parse(readFileSync(join(__dirname, 'fixtures/link-exchanges.json'), 'utf8'));

describe('R-FLOW-1 every topic and payload of the Link dialect, byte by byte', () => {
  let running: Running;
  beforeAll(async () => {
    running = await startGateway({}, { connectsPerMinute: 100_000 });
  });
  afterAll(() => running.stop());

  const named = exchanges.map((exchange): [string, Exchange] => [`§${exchange.section} ${exchange.name}`, exchange]);
  test.each(named)('R-FLOW-1 %s', async (_name, { up, push, task, file, core, down = [] }) => {
    const device = await running.connect();
    running.core.task = task ? notification(task) : null;
    running.core.blocks = (_device, { streamId, offset, size }) => {
      if (streamId !== 12_332 || file === undefined) return { kind: 'unknown' };
      if (offset >= file.length) return { kind: 'beyond', fileLength: file.length };
      return { kind: 'block', fileLength: file.length, bytes: Buffer.from(file.slice(offset, offset + size)) };
    };
    const before = running.core.calls.length;
    const received: { topic: string; payload: Buffer; qos: number; retain: boolean }[] = [];
    const fence = new Promise<void>((resolve) => {
      device.on('message', (topic, payload, { qos, retain }) => {
        if (topic === topics().getReply && payload.includes('"fence"')) resolve();
        else received.push({ topic, payload, qos, retain });
      });
    });
    if (up) await device.publishAsync(up.topic, up.payload, { qos: 1 });
    if (push) expect(await running.gateway.link.notify(notification(task))).toBe(true);
    running.core.task = task ? notification(task) : null;
    const answered = new Promise<void>((resolve) => {
      const look = () => received.length >= down.length && resolve();
      look();
      device.on('message', look);
    });
    await answered;
    await device.publishAsync(topics().get, '{"id":"fence","params":{}}');
    await fence;

    const asked = running.core.calls.slice(before).filter(({ call }) => call !== 'connected' && call !== 'disconnected');
    expect(asked.slice(0, -1)).toEqual(core.map((call) => ({ ...call, deviceId: deviceId() })));
    expect(received.map(({ topic, qos, retain }) => ({ topic, qos, retain }))).toEqual(
      down.map(({ topic }) => ({ topic, qos: 0, retain: false })),
    );
    expect(received.map(({ payload }, index) => shown(payload, down[index]))).toEqual(down.map(({ payload, hex }) => payload ?? hex));
    await device.endAsync();
  });

  const shown = (payload: Buffer, like?: { payload?: string }): string =>
    like?.payload === undefined ? payload.toString('hex') : payload.toString().replace(/(?<="id":)\d{13}(?=,"message")/, '<ms>');
});

test('R-FLOW-1 the fixtures have every topic of the dialect in both directions', () => {
  const up = new Set(exchanges.flatMap((each) => (each.up ? [each.up.topic] : [])));
  const down = new Set(exchanges.flatMap((each) => each.down?.map(({ topic }) => topic) ?? []));
  const { inform, progress, request, get, getReply, download, downloadReply, config, upgrade } = topics();
  expect([...up].sort()).toEqual(
    [inform, progress, request, get, download, config, config.replace('get', 'push'), config.replace('get', 'get_reply')].sort(),
  );
  expect([...down].sort()).toEqual([upgrade, getReply, downloadReply].sort());
});
