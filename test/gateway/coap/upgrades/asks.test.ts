import type { TokenBlock } from '../../../../core/downloads/contract';
import type { Answer, Ask } from '../../../../core/reports/lwm2m/contract';
import { readBlock } from '../../../../gateways/coap/message/block-option';
import { OPTION, optionOf } from '../../../../gateways/coap/message/options';
import { content, type Script } from '../lwm2m/scripted-device';
import { type Answers, ASK, askedOf, scriptOf } from './asking';

const URL = 'coap://fw.example:5683/f/7Qk2';
const OFFER: Ask = { ...ASK, kind: 'offer', url: URL };
const PUSH: Ask = { ...ASK, kind: 'push', token: 't1', size: 2_500 };
const EXECUTE: Ask = { ...ASK, kind: 'execute' };
const RESET: Ask = { ...ASK, kind: 'reset' };
const OBSERVE: Ask = { ...ASK, kind: 'observe' };
const RELEASE: Ask = { ...ASK, kind: 'release' };

/** It lets itself be observed. */
const observed =
  (script: Script): Script =>
  (request) =>
    optionOf(request, OPTION.observe) === undefined ? script(request) : content(0, '0', { observe: 1 });
const OBSERVES = [
  'PUT /5/0/3?pmin=0&pmax=300',
  'GET /5/0/3 observe=0 accept=0',
  'PUT /5/0/5?pmin=0&pmax=300',
  'GET /5/0/5 observe=0 accept=0',
];
const WRITES = `PUT /5/0/1 format=0 "${URL}"`;

describe('an offer', () => {
  test('R-FLOW-5 state and result are observed, then the address is written', async () => {
    const device = askedOf(observed(scriptOf({ 'PUT /5/0/1': 0x44 }, 0x44)));
    expect(await device.answer(OFFER)).toEqual({ kind: 'offered', outcome: 'ACCEPTED' });
    expect(device.asked).toEqual([...OBSERVES, WRITES]);
  });

  test('a client of 1.2 is to have its notifications acknowledged', async () => {
    const device = askedOf(observed(scriptOf({}, 0x44)), { version: '1.2' });
    await device.answer(OFFER);
    expect(device.asked.filter((each) => each.includes('?'))).toEqual([
      'PUT /5/0/3?pmin=0&pmax=300&con=1',
      'PUT /5/0/5?pmin=0&pmax=300&con=1',
    ]);
  });

  test('what a client says to attributes and to being observed is no matter', async () => {
    const device = askedOf(scriptOf({ 'PUT /5/0/1': 0x44 }, 0x85));
    expect(await device.answer(OFFER)).toEqual({ kind: 'offered', outcome: 'ACCEPTED' });
  });

  test.each<[string, Answers, object]>([
    ['with the result for that', { 'PUT /5/0/1': 0x80, 'GET /5/0/5': '9' }, { refused: '4.00', text: '', result: 9 }],
    ['without a result', { 'PUT /5/0/1': 0x80 }, { refused: '4.00', text: '', result: null }],
    ['with a result that cannot be read', { 'PUT /5/0/1': 0x85, 'GET /5/0/5': 'nine' }, { refused: '4.05', text: '', result: null }],
    ['by an error of the device', { 'PUT /5/0/1': 0xa0, 'GET /5/0/5': '7' }, { refused: '5.00', text: '', result: 7 }],
  ])('that is refused %s', async (_name, answers, outcome) => {
    expect(await askedOf(scriptOf(answers)).answer(OFFER)).toEqual({ kind: 'offered', outcome });
  });

  test.each(['1', '2', '3'])('that is refused in state %s was taken: its first answer was lost', async (state) => {
    const device = askedOf(scriptOf({ 'PUT /5/0/1': 0x80, 'GET /5/0/3': state, 'GET /5/0/5': '0' }));
    expect(await device.answer(OFFER)).toEqual({ kind: 'offered', outcome: 'ACCEPTED' });
  });

  test('R-TASK-10 what it says with that has no control characters', async () => {
    const payload = Buffer.from('\x1b[31mno\0such\r\nhost\x9b ');
    const device = askedOf((request) => (optionOf(request, OPTION.contentFormat) ? { code: 0x80, payload } : { code: 0x84 }));
    expect(await device.answer(OFFER)).toMatchObject({ outcome: { refused: '4.00', text: '[31mno such host' } });
  });

  test('what the device says about its refusal is handed on', async () => {
    const device = askedOf((request) =>
      optionOf(request, OPTION.contentFormat) ? { code: 0x80, payload: 'no such host' } : { code: 0x84 },
    );
    expect(await device.answer(OFFER)).toEqual({ kind: 'offered', outcome: { refused: '4.00', text: 'no such host', result: null } });
  });
});

describe('an execute', () => {
  test.each<[string, Answers, Answer]>([
    ['is accepted', { 'POST /5/0/2': 0x44 }, { kind: 'executed', outcome: 'ACCEPTED' }],
    [
      'comes too early',
      { 'POST /5/0/2': 0x85, 'GET /5/0/5': '0' },
      { kind: 'executed', outcome: { refused: '4.05', text: '', result: 0 } },
    ],
    ['is not known', {}, { kind: 'executed', outcome: { refused: '4.04', text: '', result: null } }],
  ])('that %s', async (_name, answers, expected) => {
    expect(await askedOf(scriptOf(answers)).answer(EXECUTE)).toEqual(expected);
  });
});

/** A device whose state the ways of resetting change; null: that way is refused. */
function resettable(state: number | null, ways: Partial<Record<'POST /5/0/10' | 'PUT /5/0/1' | 'PUT /5/0/0', number | null>>): Script {
  let now = state;
  return (request) => {
    const asked = scriptOf({ 'GET /5/0/3': now === null ? 0x84 : String(now) })(request);
    if (request.code === 1) return asked;
    const way = ways[`${request.code === 2 ? 'POST' : 'PUT'} ${pathText(request)}` as keyof typeof ways];
    if (way === undefined) return { code: 0x85 };
    now = way;
    return { code: 0x44 };
  };
}
const pathText = ({ options }: Parameters<Script>[0]): string =>
  `/${options
    .filter(({ number }) => number === OPTION.uriPath)
    .map(({ value }) => value.toString())
    .join('/')}`;

describe('a reset', () => {
  test.each<[string, Script, object | string, string[]]>([
    ['by Cancel', resettable(2, { 'POST /5/0/10': 0 }), { state: 0 }, ['POST /5/0/10']],
    ['that there is nothing to do for', resettable(0, {}), { state: 0 }, ['POST /5/0/10']],
    ['that comes too late', resettable(3, {}), 'TOO_LATE', ['POST /5/0/10']],
    ['by an empty address', resettable(1, { 'PUT /5/0/1': 0 }), { state: 0 }, ['POST /5/0/10', 'PUT /5/0/1']],
    ['by a NUL byte only', resettable(2, { 'PUT /5/0/0': 0 }), { state: 0 }, ['POST /5/0/10', 'PUT /5/0/1', 'PUT /5/0/0']],
    ['that does not help', resettable(1, { 'PUT /5/0/1': 1, 'PUT /5/0/0': 1 }), { state: 1 }, ['POST /5/0/10', 'PUT /5/0/1', 'PUT /5/0/0']],
    ['that is taken by a device without a state', resettable(null, { 'POST /5/0/10': null }), { state: null }, ['POST /5/0/10']],
    [
      'that a device without a state refuses',
      resettable(null, {}),
      { refused: '4.05', text: '', result: null },
      ['POST /5/0/10', 'PUT /5/0/1', 'PUT /5/0/0'],
    ],
  ])('R-FLOW-5 %s', async (_name, script, outcome, ways) => {
    const device = askedOf(script);
    expect(await device.answer(RESET)).toEqual({ kind: 'reset', outcome });
    expect(device.asked.filter((each) => !each.startsWith('GET')).map((each) => each.split(' ').slice(0, 2).join(' '))).toEqual(ways);
  });

  test('the empty address is a text without a byte, and NUL one byte as it is', async () => {
    const device = askedOf(resettable(2, { 'PUT /5/0/0': 0 }));
    await device.answer(RESET);
    expect(device.asked.filter((each) => each.startsWith('PUT'))).toEqual(['PUT /5/0/1 format=0 ""', 'PUT /5/0/0 format=42 "\\u0000"']);
  });
});

test('observing after a new registration, and its end', async () => {
  const device = askedOf(observed(scriptOf({}, 0x44)));
  expect(await device.answer(OBSERVE)).toEqual({ kind: 'observed' });
  expect(await device.answer(RELEASE)).toEqual({ kind: 'released' });
  expect(device.asked).toEqual([...OBSERVES, 'GET /5/0/3 observe=1 accept=0', 'GET /5/0/5 observe=1 accept=0']);
});

/** Takes blocks; `refuse`: what the block of that number is answered instead. */
const taking =
  (refuse: Readonly<Record<number, number>> = {}, state: string | number = 0x84): Script =>
  (request) => {
    const value = optionOf(request, OPTION.block1);
    if (value === undefined) return scriptOf({ 'GET /5/0/5': '2', 'GET /5/0/3': state })(request);
    const block = readBlock(value);
    return { code: refuse[block?.num ?? 0] ?? (block?.more ? 0x5f : 0x44), options: [{ number: OPTION.block1, value }] };
  };
const bytes = Buffer.alloc(2_500, 7);
const blockAt = ({ offset, length }: { offset: number; length: number }): TokenBlock => ({
  ...{ kind: 'block', bytes: bytes.subarray(offset, offset + length), size: bytes.length, etag: Buffer.alloc(8), deviceId: 'd1' },
});
type Deps = NonNullable<Parameters<typeof askedOf>[1]>;
const having = (of: (request: { offset: number; length: number }) => TokenBlock): Deps => ({
  downloads: { tokenBlock: (_token, _asker, request) => of(request) },
});

describe('a push', () => {
  test('R-DL-4 R-FLOW-5 the package is read by the token of the task, in the name of the device, and written block by block', async () => {
    const asked: unknown[] = [];
    const device = askedOf(observed(taking()), {
      downloads: {
        tokenBlock(token, asker, request) {
          asked.push([token, asker, request.offset]);
          return blockAt(request);
        },
      },
      upgrades: {
        pushBegan: async (deviceId, ask) => {
          asked.push(['began', deviceId, ask.taskId]);
          return true;
        },
      },
    });
    expect(await device.answer(PUSH)).toEqual({ kind: 'pushed', outcome: 'COMPLETE' });
    const asker = { peer: 'push d1', deviceId: 'd1' };
    expect(asked).toEqual([
      ['t1', asker, 0],
      ['began', 'd1', 'b1.d1'],
      ['t1', asker, 1_024],
      ['t1', asker, 2_048],
    ]);
    expect(device.asked.slice(0, 4)).toEqual(OBSERVES);
    expect(device.asked.slice(4).every((each) => each.startsWith('PUT /5/0/0 format=42'))).toBe(true);
  });

  test.each<[string, Script, object | string]>([
    ['4.00 to the first block', taking({ 0: 0x80 }), { refused: '4.00', text: '', result: 2 }],
    ['4.05 to the first block', taking({ 0: 0x85 }), { refused: '4.05', text: '', result: 2 }],
    ['4.15 in the middle', taking({ 1: 0x8f }), { refused: '4.15', text: '', result: 2 }],
    ['4.05 to the last block in state 2, as the answer before was lost', taking({ 2: 0x85 }, '2'), 'COMPLETE'],
    ['4.05 to the last block in state 1', taking({ 2: 0x85 }, '1'), { refused: '4.05', text: '', result: 2 }],
    ['4.08 at each try', taking({ 1: 0x88 }), 'INCOMPLETE'],
    ['4.13 at each size', taking({ 0: 0x8d }), 'NO_ROOM'],
  ])('that is answered %s', async (_name, script, outcome) => {
    expect(await askedOf(script, having(blockAt)).answer(PUSH)).toEqual({ kind: 'pushed', outcome });
  });

  test.each<[string, TokenBlock]>([
    ['is unknown', { kind: 'unknown' }],
    ['is good no more', { kind: 'refused' }],
    ['is for a shorter file', { kind: 'beyond', size: 10 }],
    ['is for another file', { ...(blockAt({ offset: 0, length: 1_024 }) as Extract<TokenBlock, { kind: 'block' }>), size: 2_501 }],
  ])('R-DL-7 whose token %s is stopped', async (_name, answer) => {
    const later = having((request) => (request.offset === 0 ? blockAt(request) : answer));
    expect(await askedOf(taking(), later).answer(PUSH)).toEqual({ kind: 'pushed', outcome: 'STOPPED' });
    const device = askedOf(
      taking(),
      having(() => answer),
    );
    expect(await device.answer(PUSH)).toEqual({ kind: 'pushed', outcome: 'STOPPED' });
    expect(device.asked.filter((each) => each.startsWith('PUT /5/0/0'))).toEqual([]);
  });

  test('that core does not want any more when it begins is stopped', async () => {
    const device = askedOf(taking(), { ...having(blockAt), upgrades: { pushBegan: async () => false } });
    expect(await device.answer(PUSH)).toEqual({ kind: 'pushed', outcome: 'STOPPED' });
    expect(device.asked.filter((each) => each.startsWith('PUT /5/0/0'))).toHaveLength(1);
  });

  test('while the store is away: not begun, or a second later', async () => {
    const away = (): never => {
      throw new Error('no database');
    };
    expect(await askedOf(taking(), having(away)).answer(PUSH)).toEqual({ kind: 'pushed', outcome: { failed: 'BUSY' } });
    let failures = 3;
    const device = askedOf(
      taking(),
      having((request) => (request.offset > 0 && failures-- > 0 ? away() : blockAt(request))),
    );
    expect(await device.silentAnswer(PUSH)).toEqual({ kind: 'pushed', outcome: 'COMPLETE' });
  });

  test('that core cannot be told of ends with what core says', async () => {
    const device = askedOf(taking(), {
      ...having(blockAt),
      upgrades: { pushBegan: () => Promise.reject(new Error('no database')) },
    });
    await expect(device.answer(PUSH)).rejects.toThrow('no database');
  });
});

const ASKS: [Ask['kind'], Ask, keyof typeof OUTCOMES][] = [
  ['offer', OFFER, 'offered'],
  ['push', PUSH, 'pushed'],
  ['execute', EXECUTE, 'executed'],
  ['reset', RESET, 'reset'],
];
const OUTCOMES = { offered: 0, pushed: 0, executed: 0, reset: 0 };

describe.each(ASKS)('%s', (_kind, ask, kind) => {
  test('of a device that does not answer', async () => {
    expect(await askedOf(() => null, having(blockAt)).silentAnswer(ask)).toEqual({ kind, outcome: { failed: 'SILENT' } });
  });

  test.each([0xa3, 0x9d])('R-FLOW-3 of a device that cannot do it now (0x%s) has been refused nothing', async (code) => {
    expect(await askedOf(scriptOf({}, code), having(blockAt)).answer(ask)).toEqual({ kind, outcome: { failed: 'BUSY' } });
  });

  test('of a device that is not registered', async () => {
    const device = askedOf(() => null, having(blockAt));
    device.state.registered = false;
    expect(await device.answer(ask)).toEqual({ kind, outcome: { failed: 'GONE' } });
  });

  test('R-DEV-2 of a device that does not wake', async () => {
    const device = askedOf(() => null, having(blockAt));
    device.state.awake = false;
    expect(await device.silentAnswer(ask)).toEqual({ kind, outcome: { failed: 'ASLEEP' } });
    expect(device.asked).toEqual([]);
  });

  test('when the gateway stops', async () => {
    const device = askedOf(() => null, having(blockAt));
    const answer = device.answer(ask);
    await device.settled();
    device.stop.abort();
    expect(await answer).toEqual({ kind, outcome: { failed: 'BUSY' } });
  });
});

test.each<[string, Ask]>([
  ['observe', OBSERVE],
  ['release', RELEASE],
])('%s of a device that does not answer ends with its first request', async (_name, ask) => {
  const device = askedOf(() => null);
  expect(await device.silentAnswer(ask)).toEqual({ kind: ask.kind === 'observe' ? 'observed' : 'released' });
  expect(new Set(device.asked).size).toBe(1);
});
