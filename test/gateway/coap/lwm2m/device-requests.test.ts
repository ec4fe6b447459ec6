import fc from 'fast-check';
import type { DeviceRequests } from '../../../../gateways/coap/lwm2m/requests/device-requests';
import { textBody } from '../../../../gateways/coap/lwm2m/requests/operations';
import { type Block, readBlock, writeBlock } from '../../../../gateways/coap/message/block-option';
import type { CoapMessage } from '../../../../gateways/coap/message/message';
import { OPTION, optionOf, pathOf, uintOf } from '../../../../gateways/coap/message/options';
import { type Answer, content, createScriptedDevice, type Script } from './scripted-device';

const terms = { waitMs: 600_000 };
const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const acceptOf = (request: CoapMessage): number | undefined => uintOf(request, OPTION.accept);

/** Object 5 in each format, byte for byte as in the vectors. */
const object5: Record<number, Buffer> = {
  11542: hex('C1 03 02 C1 05 00'),
  110: Buffer.from('[{"bn":"/5/0/","n":"3","v":2},{"n":"5","v":0}]'),
  112: hex('82 A3 21 65 2F352F302F 00 61 33 02 02 A2 00 61 35 02 00'),
};
const stateAndResult = {
  resources: [
    { path: '/5/0/3', value: 2 },
    { path: '/5/0/5', value: 0 },
  ],
  mistyped: [],
};
/** Answers object 5 in these formats, and 4.06 to any other Accept. */
const speaks =
  (...formats: number[]): Script =>
  (request) => {
    const accept = acceptOf(request) ?? (formats[0] as number);
    return formats.includes(accept) ? content(accept, object5[accept] as Buffer) : { code: 0x86 };
  };

test.each<[string, string, number[], string[]]>([
  ['1.0', 'TLV at once', [11542], ['GET /5/0 accept=11542']],
  ['1.1', 'SenML-CBOR at once', [112], ['GET /5/0 accept=112']],
  ['1.1', 'SenML-JSON after a refusal', [110], ['GET /5/0 accept=112', 'GET /5/0 accept=110']],
  ['1.2', 'TLV after two refusals', [11542], ['GET /5/0 accept=112', 'GET /5/0 accept=110', 'GET /5/0 accept=11542']],
])('a client of %s is read in %s, and what it refused is remembered', async (version, _name, formats, asked) => {
  const device = createScriptedDevice(speaks(...formats), { version });
  expect(await device.requests.read('d1', '/5/0', terms)).toEqual({ done: stateAndResult });
  expect(device.asked).toEqual(asked);
  expect(await device.requests.read('d1', '/5/0', terms)).toEqual({ done: stateAndResult });
  expect(device.asked.slice(asked.length)).toEqual(asked.slice(-1));
});

test('another registration is asked for the first choice again', async () => {
  const device = createScriptedDevice(speaks(110));
  await device.requests.read('d1', '/5/0', terms);
  device.state.registrationId = 'r2';
  await device.requests.read('d1', '/5/0', terms);
  expect(device.asked.slice(2)).toEqual(['GET /5/0 accept=112', 'GET /5/0 accept=110']);
});

test('an Accept that the client does not know as an option is a refusal too', async () => {
  const device = createScriptedDevice((request) => (acceptOf(request) === undefined ? content(0, '1.0') : { code: 0x82 }));
  expect(await device.requests.read('d1', '/3/0/3', terms)).toEqual({
    done: { resources: [{ path: '/3/0/3', value: '1.0' }], mistyped: [] },
  });
  expect(device.asked).toEqual(['GET /3/0/3 accept=0', 'GET /3/0/3']);
});

test('a client that refuses every format has refused', async () => {
  const device = createScriptedDevice(speaks());
  expect(await device.requests.read('d1', '/5/0', terms)).toEqual({ failed: 'refused', code: '4.06', text: '' });
});

test('an answer is read by its own format: TLV where text was asked', async () => {
  const device = createScriptedDevice(() => content(11542, hex('C1 03 02')));
  expect(await device.requests.read('d1', '/5/0/3', terms)).toEqual({ done: { resources: [{ path: '/5/0/3', value: 2 }], mistyped: [] } });
  expect(device.asked).toEqual(['GET /5/0/3 accept=0']);
});

test('an answer in blocks is read whole', async () => {
  const body = object5[110] as Buffer;
  const device = createScriptedDevice((request) => {
    const { num, szx } = readBlock(optionOf(request, OPTION.block2) ?? Buffer.from([0])) as Block;
    const from = num * (16 << szx);
    const block = { num, szx, more: from + (16 << szx) < body.length };
    return content(110, body.subarray(from, from + (16 << szx)), { options: [{ number: OPTION.block2, value: writeBlock(block) }] });
  });
  expect(await device.requests.read('d1', '/5/0', terms)).toEqual({ done: stateAndResult });
  expect(device.asked).toHaveLength(3);
});

test('what is below another root is asked for there', async () => {
  const device = createScriptedDevice(() => ({ code: 0x44 }), { root: '/lwm2m' });
  expect(await device.requests.execute('d1', '/5/0/2', terms)).toEqual({ done: null });
  expect(device.asked).toEqual(['POST /lwm2m/5/0/2']);
});

test('requests of several callers leave one after the other, in order', async () => {
  const device = createScriptedDevice((request) =>
    pathOf(request).at(-1) === '0' ? content(112, object5[112] as Buffer) : { code: 0x44 },
  );
  const { requests } = device;
  const outcomes = await Promise.all([
    requests.read('d1', '/5/0', terms),
    requests.writeAttributes('d1', '/5/0/3', { pmin: 0, pmax: 300 }, terms),
    requests.write('d1', '/5/0/1', textBody('coap://fw.example/f/1'), terms),
    requests.execute('d1', '/5/0/2', terms),
  ]);
  expect(outcomes).toEqual([{ done: stateAndResult }, { done: null }, { done: null }, { done: null }]);
  expect(device.asked).toEqual([
    'GET /5/0 accept=112',
    'PUT /5/0/3?pmin=0&pmax=300',
    'PUT /5/0/1 format=0 "coap://fw.example/f/1"',
    'POST /5/0/2',
  ]);
});

test.each<[string, Script, object]>([
  ['an error', () => ({ code: 0x85, payload: 'not downloaded' }), { failed: 'refused', code: '4.05', text: 'not downloaded' }],
  ['an error that says much', () => ({ code: 0xa0, payload: 'x'.repeat(900) }), { failed: 'refused', code: '5.00', text: 'x'.repeat(200) }],
  ['a reset', () => 'reset', { failed: 'reset' }],
])('%s is told as what it is', async (_name, script, expected) => {
  expect(await createScriptedDevice(script).requests.execute('d1', '/5/0/2', terms)).toEqual(expected);
});

test.each<[string, Script, object]>([
  ['of no known format', () => content(22, ''), { failed: 'unreadable', reason: 'unknown_format' }],
  ['about something else', () => content(11542, hex('C1 07 02')), { failed: 'unreadable', reason: 'outside' }],
  [
    'in blocks that don’t fit',
    () => content(0, '2', { options: [{ number: OPTION.block2, value: hex('16') }] }),
    { failed: 'unreadable', reason: 'blocks' },
  ],
])('an answer %s is told as unreadable', async (_name, script, expected) => {
  expect(await createScriptedDevice(script).requests.read('d1', '/5/0/3', terms)).toEqual(expected);
});

test('a device that is not registered is gone', async () => {
  const device = createScriptedDevice(() => null);
  device.state.registered = false;
  expect(await device.requests.read('d1', '/3/0/3', terms)).toEqual({ failed: 'gone' });
  expect(device.asked).toEqual([]);
});

test('a device without queue mode that does not answer: time-out, after the retransmissions', async () => {
  const device = createScriptedDevice(() => null);
  const outcome = device.requests.read('d1', '/3/0/3', terms);
  await device.settled();
  device.clock.advance(100_000);
  expect(await outcome).toEqual({ failed: 'timeout', sent: true });
  expect([device.asked.length, device.state.unanswered]).toEqual([5, 0]);
});

test('the ACK time-out is that of the product', async () => {
  const device = createScriptedDevice(() => null, { ackTimeoutMs: 15_000 });
  const outcome = device.requests.read('d1', '/3/0/3', terms);
  await device.settled();
  device.clock.advance(14_999);
  expect(device.asked).toHaveLength(1);
  device.clock.advance(1);
  expect(device.asked).toHaveLength(2);
  device.clock.advance(450_001);
  expect(await outcome).toEqual({ failed: 'timeout', sent: true });
});

test('R-DEV-2 nothing leaves while a device sleeps, and everything in order once it was heard', async () => {
  const device = createScriptedDevice(() => ({ code: 0x44 }), { queueMode: true });
  device.state.awake = false;
  const outcomes = [device.requests.execute('d1', '/5/0/2', terms), device.requests.write('d1', '/5/0/1', textBody(''), terms)];
  await device.settled();
  device.clock.advance(300_000);
  expect(device.asked).toEqual([]);
  device.state.awake = true;
  device.requests.heard('d1');
  expect(await Promise.all(outcomes)).toEqual([{ done: null }, { done: null }]);
  expect(device.asked).toEqual(['POST /5/0/2', 'PUT /5/0/1 format=0 ""']);
});

test('R-DEV-2 a request without an answer is first again, and its device counts as asleep', async () => {
  const device = createScriptedDevice(() => null, { queueMode: true });
  const outcomes = [device.requests.execute('d1', '/5/0/2', terms), device.requests.read('d1', '/3/0/3', terms)];
  await device.settled();
  device.clock.advance(100_000);
  await device.settled();
  expect([device.state.unanswered, device.asked.length]).toEqual([1, 5]);
  device.clock.advance(100_000);
  await device.settled();
  expect(device.asked).toHaveLength(5);
  device.state.script = (request) => (request.code === 2 ? { code: 0x44 } : content(0, '2.0'));
  device.state.awake = true;
  device.requests.heard('d1');
  expect(await Promise.all(outcomes)).toEqual([{ done: null }, { done: { resources: [{ path: '/3/0/3', value: '2.0' }], mistyped: [] } }]);
  expect(device.asked.slice(5)).toEqual(['POST /5/0/2', 'GET /3/0/3 accept=0']);
});

test('R-DEV-2 a device that does not wake in time: asleep, and time-out where something had been sent', async () => {
  const device = createScriptedDevice(() => null, { queueMode: true });
  const sent = device.requests.execute('d1', '/5/0/2', terms);
  await device.settled();
  device.clock.advance(100_000);
  await device.settled();
  const waiting = device.requests.read('d1', '/3/0/3', terms);
  device.clock.advance(500_000);
  await device.settled();
  device.clock.advance(100_000);
  expect(await Promise.all([sent, waiting])).toEqual([{ failed: 'timeout', sent: true }, { failed: 'asleep' }]);
});

test('a device that has moved gets what it has not answered at its new address, at once', async () => {
  const device = createScriptedDevice(() => ({ code: 0x44 }));
  device.state.script = () => null;
  const outcome = device.requests.execute('d1', '/5/0/2', terms);
  await device.settled();
  device.state.address = 2;
  device.state.script = () => ({ code: 0x44 });
  device.requests.moved('d1');
  expect(await outcome).toEqual({ done: null });
  expect(device.asked).toEqual(['POST /5/0/2', 'POST /5/0/2']);
});

test('a request to a device whose address has changed meanwhile goes to the new one', async () => {
  const device = createScriptedDevice(() => ({ code: 0x44 }));
  await device.requests.execute('d1', '/5/0/2', terms);
  device.state.address = 2;
  expect(await device.requests.execute('d1', '/5/0/2', terms)).toEqual({ done: null });
});

test('33 requests at once: the last is refused', async () => {
  const device = createScriptedDevice(() => null);
  const outcomes = Array.from({ length: 33 }, () => device.requests.execute('d1', '/5/0/2', terms));
  expect(await outcomes[32]).toEqual({ failed: 'queue_full' });
  device.requests.stop();
  expect(await Promise.all(outcomes.slice(0, 32))).toEqual(Array(32).fill({ failed: 'aborted' }));
  expect(device.requests.size).toBe(0);
});

test('a caller may lose interest', async () => {
  const device = createScriptedDevice(() => null);
  const abort = new AbortController();
  const outcome = device.requests.read('d1', '/3/0/3', { ...terms, signal: abort.signal });
  await device.settled();
  abort.abort();
  expect(await outcome).toEqual({ failed: 'aborted' });
});

test.each<[string, (requests: DeviceRequests) => Promise<unknown>]>([
  ['a path that is none', (requests) => requests.read('d1', '5/0', terms)],
  ['the root', (requests) => requests.execute('d1', '/', terms)],
])('%s is an error of the caller', (_name, run) => {
  const { requests } = createScriptedDevice(() => null);
  expect(() => run(requests)).toThrow(RangeError);
});

test('whatever a device answers, a read ends with an outcome', async () => {
  const code = fc.oneof(fc.constantFrom(0x45, 0x45, 0x44, 0x86, 0x80, 0xa0), fc.integer({ min: 0x40, max: 0xbf }));
  const answer = fc.record({
    code: code.filter((each) => [2, 4, 5].includes(each >> 5)),
    contentFormat: fc.option(fc.constantFrom(0, 42, 60, 110, 112, 11542, 11543, 9), { nil: undefined }),
    payload: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    options: fc
      .option(fc.uint8Array({ maxLength: 3 }), { nil: undefined })
      .map((value) => (value ? [{ number: OPTION.block2, value: Buffer.from(value) }] : [])),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(answer, { minLength: 1, maxLength: 4 }), fc.constantFrom('/5', '/5/0', '/5/0/3'), async (answers, path) => {
      let index = 0;
      const device = createScriptedDevice(() => answers[index++ % answers.length] as Answer);
      const outcome = await device.requests.read('d1', path, terms);
      expect('done' in outcome || ['refused', 'unreadable'].includes(outcome.failed)).toBe(true);
      expect(device.requests.size).toBe(0);
    }),
  );
});
