import { decode } from 'cbor2';
import type { Behaviour } from '../support/devices/behaviours';
import { blockOf, blockOption, textsOf, uintOf, uintOption } from '../support/devices/lwm2m/coap/coap-options';
import type { Habits } from '../support/devices/lwm2m/habits';
import { delays, ignores, losesNotifications, refuses } from '../support/devices/lwm2m/lwm2m-behaviours';
import type { Lwm2mDeviceDescription } from '../support/devices/lwm2m/lwm2m-description';
import { Lwm2mDevice } from '../support/devices/lwm2m/lwm2m-device';
import { RegistrationRefused } from '../support/devices/lwm2m/registration';
import { atPath, type BareCoapServer, startBareCoapServer } from './bare-coap-server';

const SENML_CBOR = 112;
const TLV = 11_542;

describe('what the virtual LwM2M device answers, message by message', () => {
  let server: BareCoapServer;
  let device: Lwm2mDevice;
  beforeEach(async () => {
    server = await startBareCoapServer();
  });
  afterEach(async () => {
    await device.stop();
    server.close();
  });

  function create(behaviours: Behaviour[] = [], habits: Partial<Habits> = {}, more: Partial<Lwm2mDeviceDescription> = {}): Lwm2mDevice {
    device = new Lwm2mDevice(
      { dialect: 'LWM2M', deviceName: 'd1', version: '1.0.0', behaviours, habits, ...more },
      { server: `coap://127.0.0.1:${server.port}`, reconnectMs: 1 },
    );
    return device;
  }
  const start = (...parts: Parameters<typeof create>): Promise<void> => create(...parts).start();
  const read = (path: string, accept?: number) =>
    server.ask({ code: 'GET', options: [...atPath(path), ...(accept === undefined ? [] : [uintOption('Accept', accept)])] });
  async function values(path: string): Promise<Record<string, unknown>> {
    const { payload } = await read(path, SENML_CBOR);
    const records = decode(payload) as Map<number, unknown>[];
    return Object.fromEntries(records.map((record) => [record.get(0), record.get(2) ?? record.get(3) ?? record.get(4)]));
  }

  describe('5.03', () => {
    const busy = (seconds: number) => ({ code: '5.03', options: [uintOption('Max-Age', seconds)] });

    test('to a Register: it comes again when Max-Age has passed', async () => {
      server.answers.push(busy(0), busy(1));
      await start();
      const [, second, third] = server.asked.map(({ at }) => at);
      expect(server.asked).toHaveLength(3);
      expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(990);
    });

    test('to an Update: it is sent again, and the registration stays', async () => {
      await start();
      server.answers.push(busy(0), busy(0));
      expect(await device.update()).toBe('2.04');
      expect(server.asked.map((packet) => textsOf(packet, 'Uri-Path').join('/'))).toEqual(['rd', 'rd/r1', 'rd/r1', 'rd/r1']);
    });

    test('ten times: it is refused', async () => {
      server.answers.push(...Array.from({ length: 10 }, () => busy(0)));
      await expect(create().start()).rejects.toThrow(RegistrationRefused);
    });
  });

  test.each([
    ['refuses', refuses('GET', '/3/0/3', '4.05', { times: 2 }), ['4.05', '4.05', '2.05']],
    ['refuses what is below as well', refuses('GET', '/3', '5.00', { times: 1 }), ['5.00', '2.05']],
    ['another method', refuses('POST', '/3/0/3', '4.05'), ['2.05']],
    ['another path', refuses('GET', '/3/0/33', '4.05'), ['2.05']],
  ] as const)('%s', async (_, behaviour, codes) => {
    await start([behaviour]);
    for (const code of codes) expect((await read('/3/0/3')).code).toBe(code);
  });

  test('leaves so many datagrams without an answer', async () => {
    await start([ignores('GET', '/3/0/3', { times: 2 })]);
    const again = { code: 'GET', options: atPath('/3/0/3'), token: Buffer.from('t'), messageId: 99 };
    server.say(again);
    server.say(again);
    server.say(again);
    expect((await server.until(({ token }) => token.toString() === 't')).code).toBe('2.05');
    expect(server.heard).toHaveLength(1);
  });

  test('answers later, by itself, what was so when it was asked', async () => {
    await start([delays('GET', '/5/0/3', 20)]);
    const answered = read('/5/0/3');
    await server.until(({ code, ack }) => ack && code === '0.00');
    device.firmware.to(1);
    expect((await answered).payload.toString()).toBe('0');
    expect(await answered).toMatchObject({ confirmable: true });
  });

  test('lets itself be observed and never tells; or only not at first', async () => {
    await start([losesNotifications({ times: 1 })]);
    const observing = await server.ask({
      code: 'GET',
      token: Buffer.from('obs'),
      options: [uintOption('Observe', 0), ...atPath('/5/0/3')],
    });
    expect(uintOf(observing, 'Observe')).toBe(1);
    device.firmware.to(1);
    device.firmware.to(2);
    const told = await server.until((packet) => packet.token.toString() === 'obs' && (uintOf(packet, 'Observe') ?? 0) > 1);
    expect(told.payload.toString()).toBe('2');
  });

  test('resets are counted', async () => {
    await start();
    server.say({ code: '0.00', reset: true, confirmable: false, messageId: 1 });
    await read('/3/0/3');
    expect(device.client.endpoint.resets).toBe(1);
  });

  test.each([
    ['all of it', { cellId: 7, signalStrength: -120, sinr: -5, mnc: 10, mcc: 460 }, { 2: -120, 8: 7, 9: 10, 10: 460, 11: -5 }],
    ['no cell', { cellId: null }, { 2: -74, 9: 1, 10: 262, 11: 12 }],
    ['the cell only', { signalStrength: null, sinr: null, mnc: null, mcc: null }, { 8: 12_345 }],
    ['another bearer', { bearer: 21, cellId: null, mnc: null, mcc: null, sinr: null }, { 0: 21, 2: -74 }],
  ] as const)('object 4: %s', async (_, radio, expected) => {
    await start([], {}, { radio });
    const { 0: bearer, '1/0': __, '1/1': ___, '4/0': ____, ...rest } = await values('/4/0');
    expect({ 0: bearer, ...rest }).toEqual({ 0: 6, ...expected });
  });

  test('no object 4: it does not register it, and has nothing to read there', async () => {
    await start([], {}, { radio: null });
    expect(server.asked[0]?.payload.toString()).not.toContain('/4');
    expect((await read('/4/0')).code).toBe('4.04');
  });

  test('its version in object 5 only', async () => {
    await start([], { versionAt: '/5/0/7' });
    expect((await read('/3/0/3')).code).toBe('4.04');
    expect((await read('/5/0/7')).payload.toString()).toBe('1.0.0');
  });

  test('a version of 10 KB comes in blocks', async () => {
    const version = Array.from({ length: 2_048 }, (_, index) => `${index}.`.padStart(5, 'x')).join('');
    await start([], {}, { version });
    let got = '';
    for (let num = 0, more = true; more; num += 1) {
      const answer = await server.ask({ code: 'GET', options: [...atPath('/3/0/3'), blockOption('Block2', { num, more: false, szx: 5 })] });
      expect(answer.payload.length).toBeLessThanOrEqual(512);
      got += answer.payload.toString();
      more = blockOf(answer, 'Block2')?.more ?? false;
    }
    expect(got).toBe(version);
    expect(blockOf(await read('/3/0/3'), 'Block2')).toEqual({ num: 0, more: true, szx: 6 });
    expect((await server.ask({ code: 'GET', options: [...atPath('/3/0/3'), uintOption('Block2', 99 * 16 + 6)] })).code).toBe('4.00');
  });

  test.each([
    ['a state that there is not', { stateShown: 200 }, { 3: 200, 5: 0 }],
    ['a result that is a text', { resultAs: 'string' }, { 3: 0, 5: '0' }],
    ['neither schemes nor delivery', { tellsSchemes: false, delivery: null }, { 3: 0, 5: 0 }],
    ['an update by itself, and a time to put it off', { automatic: true, deferSeconds: 60 }, { 3: 0, 5: 0, 13: 60, 14: true }],
  ] as const)('object 5: %s', async (_, habits, expected) => {
    await start([], { schemes: [], tellsSchemes: false, delivery: null, ...habits });
    const { 1: uri, 6: name, 7: version, ...rest } = await values('/5/0');
    expect(rest).toEqual(expected);
  });

  test('a result that is a text, in TLV', async () => {
    await start([], { resultAs: 'string' }, { firmware: { result: 1 } });
    expect((await read('/5/0/5', TLV)).payload.toString('latin1')).toBe('\xc1\x051');
  });
});
