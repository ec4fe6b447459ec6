import { type Behaviour, disconnectsAt } from '../support/devices/behaviours';
import { uintOption } from '../support/devices/lwm2m/coap/coap-options';
import type { Habits } from '../support/devices/lwm2m/habits';
import { answersPush, leavesPush, losesPush, movesAt } from '../support/devices/lwm2m/lwm2m-behaviours';
import { Lwm2mDevice } from '../support/devices/lwm2m/lwm2m-device';
import { firmwareImage } from '../support/firmware-image';
import { atPath, type BareCoapServer, startBareCoapServer } from './bare-coap-server';

const IMAGE = firmwareImage(5_000, { version: '2.0.0' });

describe('pushes to the virtual LwM2M device, message by message', () => {
  let server: BareCoapServer;
  let device: Lwm2mDevice;
  beforeEach(async () => {
    server = await startBareCoapServer();
  });
  afterEach(async () => {
    await device.stop();
    server.close();
  });

  async function start(behaviours: Behaviour[] = [], habits: Partial<Habits> = {}): Promise<void> {
    device = new Lwm2mDevice(
      { dialect: 'LWM2M', deviceName: 'd1', version: '1.0.0', behaviours, habits },
      { server: `coap://127.0.0.1:${server.port}`, reconnectMs: 1 },
    );
    await device.start();
  }
  const downloaded = () => device.waitFor('state', { where: ({ state }) => state === 2 });

  test('one token over all blocks of a push, and what it has taken', async () => {
    await start();
    const whole = downloaded();
    expect((await server.push(IMAGE)).code).toBe('2.04');
    await whole;
    expect(device.push.tokens).toEqual([[Buffer.from('push').toString('hex')]]);
    expect(Buffer.concat(device.file.pieces).equals(IMAGE)).toBe(true);
    expect(device.counts.bytes).toBe(IMAGE.length);
  });

  test('the first block is acknowledged at once and answered by itself later, as all others when told so', async () => {
    await start([answersPush(30, 1)]);
    const whole = downloaded();
    expect((await server.push(IMAGE)).code).toBe('2.04');
    await whole;
    const empty = server.heard.filter(({ code, ack }) => ack && code === '0.00');
    const answers = server.heard.filter(({ code, confirmable }) => confirmable && code.startsWith('2.'));
    expect([empty.length, answers.map(({ code }) => code)]).toEqual([5, ['2.31', '2.31', '2.31', '2.31', '2.04']]);
    expect(device.push.tokens).toHaveLength(1);
  });

  test('a block that it leaves and all behind it have no answer; the next push succeeds', async () => {
    await start([leavesPush(2, { times: 1 })]);
    expect((await server.push(IMAGE, { upTo: 2_048 })).code).toBe('2.31');
    const before = server.heard.length;
    server.say({
      code: 'PUT',
      options: [...atPath('/5/0/0'), uintOption('Block1', 2 * 16 + 8 + 6)],
      payload: IMAGE.subarray(2_048, 3_072),
    });
    await server.ask({ code: 'GET', options: atPath('/3/0/3') });
    expect(server.heard.length).toBe(before + 1);
    const whole = downloaded();
    expect((await server.push(IMAGE, { token: Buffer.from('next') })).code).toBe('2.04');
    await whole;
  });

  test('blocks that it has lost are 4.08, once', async () => {
    await start([losesPush(3)]);
    expect((await server.push(IMAGE)).code).toBe('4.08');
    const whole = downloaded();
    expect((await server.push(IMAGE)).code).toBe('2.04');
    await whole;
  });

  test.each([
    ['smaller blocks, by 2.31', { szx: 4 }, ['2.31', '2.04']],
    ['smaller blocks, by 4.13', { szx: 4, refusesLargerBlocks: true }, ['4.13']],
    ['no room', { mostBytes: 1_000 }, ['4.13']],
    ['pull only', { delivery: 0 }, ['4.05']],
  ] as const)('%s', async (_, habits, codes) => {
    await start([], habits);
    const last = await server.push(IMAGE);
    expect([...new Set(server.heard.filter(({ code }) => code !== '0.00').map(({ code }) => code))]).toEqual(codes);
    expect(last.code).toBe(codes.at(-1));
    if (last.code === '4.13') expect(device.firmware.result).toBe('szx' in habits ? 0 : 2);
  });

  test('it serves nothing else as long as it is pushed to, when it is such a client', async () => {
    await start([], { deafWhilePushed: true });
    await server.push(IMAGE, { upTo: 1_024 });
    const before = server.heard.length;
    server.say({ code: 'GET', options: atPath('/3/0/3') });
    expect((await server.push(IMAGE)).code).toBe('2.04');
    expect(server.heard.slice(before).every(({ token }) => token.length === 0 || token.toString() === 'push')).toBe(true);
    expect((await server.ask({ code: 'GET', options: atPath('/3/0/3') })).code).toBe('2.05');
  });

  test('it moves to another port in the middle of a push, and says so by an Update', async () => {
    await start([movesAt('progress')]);
    const before = device.client.line.port;
    expect((await server.push(IMAGE, { upTo: 1_024 })).code).toBe('2.31');
    while (server.asked.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(device.client.line.port).not.toBe(before);
    const whole = downloaded();
    expect((await server.push(IMAGE)).code).toBe('2.04');
    await whole;
  });

  test('it loses its power in the middle of a push', async () => {
    await start([disconnectsAt('progress')]);
    const back = device.waitFor('connected', { where: () => device.counts.connects === 2 });
    await server.push(IMAGE, { upTo: 1_024 });
    await back;
    const whole = downloaded();
    expect((await server.push(IMAGE)).code).toBe('2.04');
    await whole;
  });

  test('a push that it lost with its power has to come again; one that was whole waits for Execute', async () => {
    await start();
    await server.push(IMAGE, { upTo: 1_024 });
    const idle = device.waitFor('state', { where: ({ state }) => state === 0 });
    device.losePower(0);
    await idle;
    const whole = downloaded();
    await server.push(IMAGE);
    await whole;
    const again = device.waitFor('connected');
    device.losePower(0);
    await again;
    const upgraded = device.waitFor('connected');
    expect((await server.ask({ code: 'POST', options: atPath('/5/0/2') })).code).toBe('2.04');
    await upgraded;
    expect(device.version).toBe('2.0.0');
  });
});
