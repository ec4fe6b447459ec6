import type { Answer } from '../../../../core/reports/lwm2m/contract';
import { writeTlv } from '../../../support/devices/lwm2m/formats/write-tlv';
import { content, type Script } from '../lwm2m/scripted-device';
import { type Answers, askedOf, looking, scriptOf } from './asking';

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ''), 'hex');
const FIRMWARE = { state: null, result: null, packageVersion: null, protocols: null, delivery: null, automatic: null, deferSeconds: null };
const SIGNAL = { bearer: null, rsrp: null, sinr: null, cellId: null, mnc: null, mcc: null };
const looked = (at: Partial<Extract<Answer, { kind: 'looked' }>>): Answer => ({
  ...{ kind: 'looked', version: null, firmware: null, signal: null },
  ...at,
});

test('version, firmware and signal are read in this order, the objects whole', async () => {
  const device = askedOf((request) => scriptOf({ 'GET /3/0/3': '1.1.1' })(request));
  await device.answer(looking({ version: true, firmware: true, signal: true }));
  expect(device.asked.filter((each) => !each.includes('/5/0/') && !each.includes('/4/0/'))).toEqual([
    'GET /3/0/3 accept=0',
    'GET /5/0 accept=112',
    'GET /4/0 accept=112',
  ]);
});

test.each<[string, Answers, object]>([
  ['as it is', { 'GET /3/0/3': '1.1.10' }, { value: '1.1.10' }],
  ['without the blanks around it', { 'GET /3/0/3': ' v2.0\n' }, { value: 'v2.0' }],
  ['of 64 characters', { 'GET /3/0/3': 'v'.repeat(64) }, { value: 'v'.repeat(64) }],
  ['of 65 characters', { 'GET /3/0/3': 'v'.repeat(65) }, { missing: 'UNREADABLE' }],
  ['of 10 KB', { 'GET /3/0/3': 'v'.repeat(10_240) }, { missing: 'UNREADABLE' }],
  ['empty', { 'GET /3/0/3': '' }, { missing: 'UNREADABLE' }],
  ['with a NUL', { 'GET /3/0/3': '1.0\0' }, { missing: 'UNREADABLE' }],
  ['not there', {}, { missing: 'NOT_THERE', code: '4.04' }],
  ['not to be read', { 'GET /3/0/3': 0x85 }, { missing: 'NOT_THERE', code: '4.05' }],
  ['refused', { 'GET /3/0/3': 0x81 }, { missing: 'REFUSED', code: '4.01' }],
  ['that it cannot say now', { 'GET /3/0/3': 0xa3 }, { failed: 'BUSY' }],
  ['asked for too often', { 'GET /3/0/3': 0x9d }, { failed: 'BUSY' }],
  ['an error of the device', { 'GET /3/0/3': 0xa0 }, { missing: 'REFUSED', code: '5.00' }],
])('R-FLOW-5 a version %s', async (_name, answers, version) => {
  const device = askedOf(scriptOf(answers));
  expect(await device.answer(looking({ version: true }))).toEqual(looked({ version: version as never }));
});

test('a version in TLV where text was asked, one that is a reset, and one that no request of the gateway reaches', async () => {
  const tlv = askedOf(() => content(11542, writeTlv([{ path: '/3/0/3', type: 'string', value: '9.9.9' }], '/3/0/3')));
  expect(await tlv.answer(looking({ version: true }))).toEqual(looked({ version: { value: '9.9.9' } }));
  const reset = askedOf(() => 'reset');
  expect(await reset.answer(looking({ version: true }))).toEqual(looked({ version: { missing: 'REFUSED', code: 'RST' } }));
  const gone = askedOf(() => null);
  gone.state.registered = false;
  expect(await gone.answer(looking({ version: true }))).toEqual(looked({ version: { failed: 'GONE' } }));
});

const object5 =
  (format: number, payload: Buffer | string): Script =>
  (request) =>
    requestPath(request) === '/5/0' ? content(format, payload) : { code: 0x84 };
const requestPath = (request: Parameters<Script>[0]): string =>
  `/${request.options
    .filter(({ number }) => number === 11)
    .map(({ value }) => value.toString())
    .join('/')}`;

test.each<[string, number, Buffer | string, object]>([
  ['in TLV', 11542, hex('C1 03 02 C1 05 00'), { state: 2, result: 0 }],
  ['in SenML-CBOR', 112, hex('82 A3 21 65 2F352F302F 00 61 33 02 02 A2 00 61 35 02 00'), { state: 2, result: 0 }],
  [
    'with all that there is',
    110,
    JSON.stringify([
      ...[
        { bn: '/5/0/', n: '3', v: 1 },
        { n: '5', v: 11 },
        { n: '7', vs: '1.2.3' },
        { n: '8/0', v: 0 },
        { n: '8/1', v: 2 },
      ],
      ...[
        { n: '9', v: 2 },
        { n: '13', v: 600 },
        { n: '14', vb: true },
      ],
    ]),
    { state: 1, result: 11, packageVersion: '1.2.3', protocols: [0, 2], delivery: 2, deferSeconds: 600, automatic: true },
  ],
  ['with a result as text', 110, '[{"n":"/5/0/3","vs":"0"},{"n":"/5/0/5","vs":"1"}]', { state: 0, result: 1 }],
  ['with a state of 200', 110, '[{"n":"/5/0/3","v":200},{"n":"/5/0/5","v":255}]', { state: 200, result: 255 }],
  ['with a state out of any range', 110, '[{"n":"/5/0/3","v":1e300},{"n":"/5/0/5","v":3}]', { result: 3 }],
  ['with a state that is a fraction', 110, '[{"n":"/5/0/3","v":1.5},{"n":"/5/0/5","v":0}]', { result: 0 }],
  ['with an empty package version', 110, '[{"n":"/5/0/3","v":0},{"n":"/5/0/7","vs":""}]', { state: 0 }],
  [
    'with a package version of 10 KB',
    110,
    JSON.stringify([
      { n: '/5/0/3', v: 0 },
      { n: '/5/0/7', vs: 'v'.repeat(10_240) },
    ]),
    { state: 0 },
  ],
  [
    'with more protocols than there are',
    110,
    JSON.stringify([{ n: '/5/0/3', v: 0 }, ...Array.from({ length: 40 }, (_, index) => ({ n: `/5/0/8/${index}`, v: index }))]),
    { state: 0, protocols: Array.from({ length: 16 }, (_, index) => index) },
  ],
])('R-FLOW-5 object 5 %s', async (_name, format, payload, seen) => {
  const device = askedOf(object5(format, payload));
  expect(await device.answer(looking({ firmware: true }))).toEqual(looked({ firmware: { value: { ...FIRMWARE, ...seen } as never } }));
  expect(device.asked).toHaveLength(1);
});

const SINGLE: Answers = { 'GET /5/0/3': '0', 'GET /5/0/5': '1', 'GET /5/0/8': '0', 'GET /5/0/9': '2', 'GET /5/0/7': '1.0' };

test.each<[string, Answers, object]>([
  [
    'refused as a whole',
    { ...SINGLE, 'GET /5/0': 0x85 },
    { value: { ...FIRMWARE, state: 0, result: 1, packageVersion: '1.0', protocols: [0], delivery: 2 } },
  ],
  ['not there as a whole', SINGLE, { value: { ...FIRMWARE, state: 0, result: 1, packageVersion: '1.0', protocols: [0], delivery: 2 } }],
  [
    'unreadable as a whole',
    { ...SINGLE, 'GET /5/0': 'what?' },
    { value: { ...FIRMWARE, state: 0, result: 1, packageVersion: '1.0', protocols: [0], delivery: 2 } },
  ],
  ['only in part', { 'GET /5/0': 0x85, 'GET /5/0/3': '3' }, { value: { ...FIRMWARE, state: 3 } }],
  ['without its state', { 'GET /5/0': 0x85, 'GET /5/0/5': '8' }, { value: { ...FIRMWARE, result: 8 } }],
  ['nowhere', {}, { missing: 'NOT_THERE', code: '4.04' }],
  ['nowhere to be read', { 'GET /5/0': 0x81, 'GET /5/0/3': 0x81 }, { missing: 'REFUSED', code: '4.01' }],
])('R-FLOW-5 object 5 that can be read %s', async (_name, answers, firmware) => {
  const device = askedOf(scriptOf(answers));
  const answer = await device.answer(looking({ firmware: true }));
  expect(answer).toMatchObject({ firmware });
});

test('a device that does not have the object is asked for one resource of it and no more', async () => {
  const device = askedOf(scriptOf({}));
  await device.answer(looking({ signal: true }));
  expect(device.asked).toEqual(['GET /4/0 accept=112', 'GET /4/0/0 accept=0']);
});

test.each<[string, Answers, object]>([
  ['nowhere', {}, { missing: 'NOT_THERE', code: '4.04' }],
  [
    'by its resources, without those of later versions',
    { 'GET /4/0': 0x85, 'GET /4/0/0': '6', 'GET /4/0/2': '-74', 'GET /4/0/8': '12345' },
    { value: { ...SIGNAL, bearer: 6, rsrp: -74, cellId: 12_345 } },
  ],
  [
    'by all of its resources',
    {
      'GET /4/0': 0x86,
      'GET /4/0/0': '7',
      'GET /4/0/2': '-118',
      'GET /4/0/8': '1',
      'GET /4/0/9': '20',
      'GET /4/0/10': '262',
      'GET /4/0/11': '-4',
    },
    { value: { bearer: 7, rsrp: -118, cellId: 1, mnc: 20, mcc: 262, sinr: -4 } },
  ],
])('R-FLOW-5 the signal that can be read %s', async (_name, answers, signal) => {
  const device = askedOf(scriptOf(answers));
  expect(await device.answer(looking({ signal: true }))).toEqual(looked({ signal: signal as never }));
});

test('who does not answer is not asked for the rest', async () => {
  const device = askedOf(() => null);
  expect(await device.silentAnswer(looking({ version: true, firmware: true, signal: true }))).toEqual(
    looked({ version: { failed: 'SILENT' }, firmware: { failed: 'SILENT' }, signal: { failed: 'SILENT' } }),
  );
  expect(new Set(device.asked)).toEqual(new Set(['GET /3/0/3 accept=0']));
});

test('who falls silent in the middle of its resources', async () => {
  const device = askedOf(scriptOf({ 'GET /5/0': 0x85, 'GET /5/0/3': '1', 'GET /5/0/5': null, 'GET /3/0/3': '1.0' }));
  expect(await device.silentAnswer(looking({ version: true, firmware: true, signal: true }))).toEqual(
    looked({ version: { value: '1.0' }, firmware: { failed: 'SILENT' }, signal: { failed: 'SILENT' } }),
  );
});

test('R-DEV-2 a device that sleeps for as long as it may take is asleep, and answers when it wakes', async () => {
  const device = askedOf(scriptOf({ 'GET /3/0/3': '1.0' }));
  device.state.awake = false;
  expect(await device.silentAnswer(looking({ version: true, firmware: true }))).toEqual(
    looked({ version: { failed: 'ASLEEP' }, firmware: { failed: 'ASLEEP' } }),
  );
  const answer = device.answer(looking({ version: true }));
  await device.settled();
  device.state.awake = true;
  device.requests.heard('d1');
  expect(await answer).toEqual(looked({ version: { value: '1.0' } }));
});

test('a gateway that stops, and one that has no room, are busy', async () => {
  const device = askedOf(() => null);
  const answer = device.answer(looking({ version: true }));
  device.stop.abort();
  expect(await answer).toEqual(looked({ version: { failed: 'BUSY' } }));
  for (let waiting = 0; waiting < 32; waiting += 1) void device.requests.execute('d1', '/5/0/2', { waitMs: 1_000 });
  expect(await askedOfSame(device)).toEqual(looked({ version: { failed: 'BUSY' } }));
});

const askedOfSame = (device: ReturnType<typeof askedOf>) => {
  const again = askedOf(() => null, { requests: device.requests });
  return again.answer(looking({ version: true }));
};

test('R-FLOW-3 a device that cannot say now how its firmware object stands, or where it is, is asked again', async () => {
  const firmware = askedOf(scriptOf({}, 0xa3));
  expect(await firmware.answer(looking({ firmware: true, signal: true }))).toEqual(
    looked({ firmware: { failed: 'BUSY' }, signal: { failed: 'BUSY' } }),
  );
  const signal = askedOf(scriptOf({ 'GET /5/0/3': '0' }, 0xa3));
  expect(await signal.answer(looking({ firmware: true, signal: true }))).toEqual(
    looked({ firmware: { value: { ...FIRMWARE, state: 0 } }, signal: { failed: 'BUSY' } }),
  );
});
