import { writeBlock } from '../../../gateways/coap/message/block-option';
import { CODE } from '../../../gateways/coap/message/codes';
import { OPTION, uintOf } from '../../../gateways/coap/message/options';
import { type Ask, type CoapClient, told } from './coap-client';
import { LINKS, type RunningCoap, startCoapGateway } from './coap-support';

const LINK_FORMAT = 40;
const register = (query: string, ask: Partial<Ask> = {}): Ask => ({
  path: '/rd',
  query,
  contentFormat: LINK_FORMAT,
  payload: LINKS,
  ...ask,
});

describe('over plain CoAP', () => {
  let running: RunningCoap;
  let device: CoapClient;
  beforeAll(async () => {
    running = await startCoapGateway();
    device = await running.plain();
  });
  afterAll(() => running.stop());

  test('R-DEV-2 a device registers, updates and de-registers, and its registration names where it is', async () => {
    const answer = await device.ask(register('ep=plain-1&lt=300&lwm2m=1.1&b=U&Q'));
    expect(told(answer)).toBe('2.01 rd/r1');
    expect(running.core.stored.get('valves.plain-1')).toMatchObject({
      ...{ endpoint: 'plain-1', version: '1.1', lifetimeSeconds: 300, queueMode: true, identity: null, gatewayId: 'gateway-1' },
      ...{ address: '127.0.0.1', port: device.port, contentFormats: [110] },
      objects: [
        { id: 1, instances: [0], version: null },
        { id: 3, instances: [0], version: null },
        { id: 5, instances: [0], version: null },
      ],
    });
    expect(told(await device.ask({ path: '/rd/r1', query: 'lt=600' }))).toBe('2.04');
    expect(running.core.stored.get('valves.plain-1')).toMatchObject({ lifetimeSeconds: 600, registrationId: 'r1' });
    expect(running.gateway.pushers[0]?.link.isConnected('valves.plain-1')).toBe(true);
    expect(await Promise.all(['registered', 'online'].map((state) => running.counted('devices', { state })))).toEqual([1, 1]);
    expect(told(await device.ask({ path: '/rd/r1', code: CODE.delete }))).toBe('2.02');
    expect(running.gateway.pushers[0]?.link.isConnected('valves.plain-1')).toBe(false);
    expect(told(await device.ask({ path: '/rd/r1' }))).toBe('4.04');
  });

  test('devices are counted once for all who read the metrics together', async () => {
    const other = await startCoapGateway();
    await Promise.all(Array.from({ length: 20 }, () => other.counted('devices')));
    expect(other.core.calls.filter((call) => call === 'count')).toHaveLength(1);
    await other.stop();
  });

  test('an Update from another address moves the registration there', async () => {
    const location = told(await device.ask(register('ep=plain-2&lwm2m=1.0'))).slice('2.01'.length);
    const elsewhere = await running.plain();
    expect(told(await elsewhere.ask({ path: location.trim() }))).toBe('2.04');
    expect(running.core.stored.get('valves.plain-2')).toMatchObject({ port: elsewhere.port });
  });

  test.each<[code: string, why: string, ask: Ask]>([
    ['4.00', 'without an endpoint', register('lt=60')],
    ['4.00', 'with a lifetime of 0', register('ep=plain-1&lt=0')],
    ['4.00', 'with a lifetime of 2^32', register('ep=plain-1&lt=4294967296')],
    ['4.12', 'with a version nobody knows', register('ep=plain-1&lwm2m=9.9')],
    ['4.03', 'of an endpoint that nobody has registered', register('ep=nobody&lwm2m=1.0')],
    ['4.03', 'of one that must use DTLS', register('ep=valve-1&lwm2m=1.0')],
    ['4.15', 'with links in another format', register('ep=plain-1', { contentFormat: 0 })],
    ['4.00', 'with links that cannot be read', register('ep=plain-1', { payload: '</3/0' })],
    ['4.00', 'with a lifetime twice', register('ep=plain-1&lt=60&lt=61')],
    ['4.05', 'with another method', register('ep=plain-1', { code: CODE.put })],
    ['4.04', 'at a path that is none', register('ep=plain-1', { path: '/rd/r1/x' })],
    ['4.04', 'elsewhere', register('ep=plain-1', { path: '/registrations' })],
    ['4.04', 'at a name that objects have', register('ep=plain-1', { path: '/constructor' })],
  ])('%s for a Register %s', async (code, _why, ask) => {
    expect(told(await device.ask(ask))).toBe(code);
  });

  test('a Register that is repeated is done once and answered alike, another one replaces the registration', async () => {
    const before = running.core.calls.filter((call) => call === 'register plain-1').length;
    const datagram = device.datagramOf(register('ep=plain-1&lwm2m=1.0', { messageId: 4_711 }));
    const [first] = await device.sent(datagram);
    const bytes = device.lastReceived;
    await device.sent(datagram);
    expect(device.lastReceived).toEqual(bytes);
    expect(running.core.calls.filter((call) => call === 'register plain-1')).toHaveLength(before + 1);
    const again = told(await device.ask(register('ep=plain-1&lwm2m=1.0')));
    expect(again).toMatch(/^2\.01 rd\/r\d+$/);
    expect(again).not.toBe(told(first));
  });

  /** In blocks of 1,024 bytes; the last answer. */
  async function inBlocks(query: string, body: Buffer): Promise<string> {
    for (let num = 0; ; num += 1) {
      const payload = body.subarray(num * 1_024, (num + 1) * 1_024);
      const more = (num + 1) * 1_024 < body.length;
      const options = [{ number: OPTION.block1, value: writeBlock({ num, more, szx: 6 }) }];
      const answer = await device.ask(register(query, { payload, options, token: `b${num}` }));
      if (answer.code !== CODE.continue) return told(answer);
    }
  }

  test('links come in blocks up to 64 KiB; a body of 100 KB and 10,000 links get 4.13', async () => {
    const many = Buffer.from(Array.from({ length: 500 }, (_, instance) => `</10/${instance}>`).join(','));
    expect(await inBlocks('ep=plain-1&lwm2m=1.1', many)).toMatch(/^2\.01 /);
    expect(running.core.stored.get('valves.plain-1')?.objects[0]?.instances).toHaveLength(500);
    const links = Buffer.from(Array.from({ length: 10_000 }, () => '</3>').join(','));
    expect(await inBlocks('ep=plain-1&lwm2m=1.1', links)).toBe('4.13');
    expect(await inBlocks('ep=plain-1&lwm2m=1.1', Buffer.alloc(100_000, LINKS))).toBe('4.13');
  });

  test('what a device sends on its own is a sign of life where it is registered, and 4.04 elsewhere', async () => {
    const [, location = ''] = told(await device.ask(register('ep=plain-1&lwm2m=1.1'))).split('rd/');
    const send = { path: '/dp', contentFormat: 110, payload: '[{"n":"/3/0/3","vs":"1.0.0"}]' };
    expect(told(await device.ask(send))).toBe('2.04');
    expect(running.core.heard.at(-1)).toBe(location);
    expect(told(await device.ask({ ...send, contentFormat: 0 }))).toBe('4.15');
    expect(told(await device.ask({ ...send, payload: '[{' }))).toBe('4.00');
    const stranger = await running.plain();
    expect(told(await stranger.ask(send))).toBe('4.04');
    // Its lifetime is over, or it was disabled: the store knows.
    running.core.stored.delete('valves.plain-1');
    expect(told(await device.ask(send))).toBe('4.04');
  });

  test('R-DEV-2 a request for a block with a token is a sign of life, from whichever port it comes', async () => {
    const [, location = ''] = told(await device.ask(register('ep=plain-1&lwm2m=1.1'))).split('rd/');
    running.core.files.set('plain1', { deviceId: 'valves.plain-1', bytes: Buffer.alloc(2_000, 'f') });
    const heard = running.core.heard.length;
    const elsewhere = await running.plain();
    const block = await elsewhere.ask({ path: '/f/plain1', code: CODE.get });
    expect([told(block), block.payload.length]).toEqual(['2.05', 1_024]);
    expect(running.core.heard.slice(heard)).toEqual([location]);
  });

  test('what is here is told, and a download that nobody was given is not', async () => {
    const core = await device.ask({ path: '/.well-known/core', code: CODE.get });
    expect([told(core), uintOf(core, OPTION.contentFormat)]).toEqual(['2.05', LINK_FORMAT]);
    expect(core.payload.toString()).toContain('</rd>');
    expect(told(await device.ask({ path: '/f/AAAAAAAAAAAAAAAAAAAAAA', code: CODE.get }))).toBe('4.04');
  });
});

describe('over DTLS', () => {
  let running: RunningCoap;
  beforeAll(async () => {
    running = await startCoapGateway({ port: null });
  });
  afterAll(() => running.stop());

  test('R-DEV-2 a device registers by its identity, with its endpoint or without, and as nobody else', async () => {
    expect(running.urls.coapUrl).toBeUndefined();
    const device = await running.secure('valve-1');
    expect(told(await device.ask(register('lwm2m=1.1&lt=300')))).toMatch(/^2\.01 rd\/r\d+$/);
    const location = told(await device.ask(register('ep=valve-1&lwm2m=1.1'))).slice('2.01 '.length);
    expect(running.core.stored.get('valves.valve-1')).toMatchObject({ identity: 'valve-1', endpoint: 'valve-1' });
    expect(told(await device.ask(register('ep=valve-2&lwm2m=1.1')))).toBe('4.03');
    const other = await running.secure('valve-2');
    expect(told(await other.ask({ path: location }))).toBe('4.03');
    expect(told(await device.ask({ path: location }))).toBe('2.04');
    expect(told(await device.ask({ path: location, code: CODE.delete }))).toBe('2.02');
  });

  test('R-DL-4 a session of its own, and no other device, fetches what a device was given', async () => {
    running.core.files.set('valve1', { deviceId: 'valves.valve-1', bytes: Buffer.from('firmware') });
    const [first, second, other] = await Promise.all([running.secure('valve-1'), running.secure('valve-1'), running.secure('valve-2')]);
    const fetched = { path: '/f/valve1', code: CODE.get };
    expect((await first.ask(fetched)).payload.toString()).toBe('firmware');
    expect((await second.ask(fetched)).payload.toString()).toBe('firmware');
    expect(told(await other.ask(fetched))).toBe('4.03');
  });

  test('a wrong key and an identity that nobody has get no further, and alike', async () => {
    await expect(running.secure('valve-1', Buffer.alloc(16, 9))).rejects.toThrow('failed');
    await expect(running.secure('nobody')).rejects.toThrow('failed');
  });

  test('a device that was disabled has no session within a second, and gets none', async () => {
    const device = await running.secure('valve-2');
    expect(told(await device.ask(register('lwm2m=1.1')))).toMatch(/^2\.01/);
    running.core.disabled.add('valve-2');
    running.core.ends.push('valves.valve-2');
    expect(await device.untilEnded()).toBe('closed');
    expect(running.gateway.pushers[0]?.link.isConnected('valves.valve-2')).toBe(false);
    await expect(running.secure('valve-2')).rejects.toThrow('failed');
  });

  test('one of which that was missed has none after the next look at all sessions; others keep theirs', async () => {
    const checked = await startCoapGateway({ quotas: { sessionCheckMs: 20 } });
    const [stays, goes] = await Promise.all([checked.secure('valve-1'), checked.secure('valve-2')]);
    checked.core.disabled.add('valve-2');
    expect(await goes.untilEnded()).toBe('closed');
    expect(told(await stays.ask(register('lwm2m=1.1')))).toMatch(/^2\.01/);
    await checked.stop();
  });
});

describe('when there is too much, or core is away', () => {
  let running: RunningCoap;
  afterEach(() => running.stop());

  test('5.03 and when to try again while core is away, and 2.01 when it is back', async () => {
    running = await startCoapGateway();
    const device = await running.plain();
    running.core.fails = true;
    const answer = await device.ask(register('ep=plain-1&lwm2m=1.0'));
    expect([told(answer), uintOf(answer, OPTION.maxAge)]).toEqual(['5.03', 60]);
    running.core.fails = false;
    expect(told(await device.ask(register('ep=plain-1&lwm2m=1.0')))).toMatch(/^2\.01/);
    expect(await running.counted('turned_away_total', { reason: 'unavailable' })).toBe(1);
  });

  test('5.03 for what nobody has time for; what is worked at goes on', async () => {
    running = await startCoapGateway({ quotas: { requests: 1, requestsWaiting: 0 } });
    let release = () => {};
    running.core.hold = new Promise((resolve) => (release = resolve));
    const [first, second] = await Promise.all([running.plain(), running.plain()]);
    const answer = first.ask(register('ep=plain-1&lwm2m=1.0'));
    await running.core.until('register plain-1');
    expect(told(await second.ask(register('ep=plain-2&lwm2m=1.0')))).toBe('5.03');
    release();
    expect(told(await answer)).toBe('2.01 rd/r1');
    expect(await running.counted('turned_away_total', { reason: 'overloaded' })).toBe(1);
  });

  test('R-SAFE-3 5.03 for a device that registers again and again, and for an address that asks without end; others get on', async () => {
    // So slow that nothing comes to be allowed again while this runs: one Register, and four requests of an address.
    running = await startCoapGateway({ quotas: { registersPerMinute: 1, addressRequestsPerSecond: 0.2 } });
    const device = await running.plain();
    const codes: string[] = [];
    for (let count = 0; count < 2; count += 1) codes.push(told(await device.ask(register('ep=plain-1&lwm2m=1.0'))).slice(0, 4));
    expect(codes).toEqual(['2.01', '5.03']);
    expect(told(await device.ask(register('ep=plain-2&lwm2m=1.0')))).toMatch(/^2\.01/);
    let answer = '';
    for (let count = 0; count < 30 && answer !== '5.03'; count += 1) answer = told(await device.ask({ path: '/rd/x' }));
    expect(answer).toBe('5.03');
    expect(await running.counted('turned_away_total', { reason: 'too_often' })).toBe(2);
  });
});

describe('a gateway', () => {
  test('that stops tells each session, closes its ports, and resets its devices', async () => {
    const running = await startCoapGateway();
    const device = await running.secure('valve-1');
    await running.gateway.stop();
    expect(await device.untilEnded()).toBe('closed');
    expect(running.mqttCore.calls).toEqual([
      { call: 'reset', gatewayId: 'gateway-1' },
      { call: 'reset', gatewayId: 'gateway-1' },
    ]);
    const port = Number(new URL(running.urls.coapUrl ?? '').port);
    const again = await startCoapGateway({ port });
    await again.stop();
    await running.stop();
  });

  test('whose port is taken does not start, and leaves none open', async () => {
    const running = await startCoapGateway();
    const port = Number(new URL(running.urls.coapsUrl ?? '').port);
    await expect(startCoapGateway({ securePort: port })).rejects.toMatchObject({ code: 'EADDRINUSE', syscall: 'bind', port });
    await running.stop();
  });

  test('listens on IPv6 as well', async () => {
    const running = await startCoapGateway({ host: '::1' });
    expect(running.urls.coapUrl).toMatch(/^coap:\/\/\[::1\]:\d+$/);
    const device = await running.plain();
    expect(told(await device.ask(register('ep=plain-1&lwm2m=1.2')))).toBe('2.01 rd/r1');
    const secure = await running.secure('valve-1');
    expect(told(await secure.ask(register('lwm2m=1.2')))).toBe('2.01 rd/r2');
    await running.stop();
  });

  test('tells core at its start whom it reaches', async () => {
    const running = await startCoapGateway();
    expect(running.core.calls).toEqual(['reach again gateway-1']);
    await running.stop();
  });
});
