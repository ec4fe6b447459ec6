import { blockSize, writeBlock } from '../../../gateways/coap/message/block-option';
import { CODE, codeText } from '../../../gateways/coap/message/codes';
import { type CoapMessage, NO_BYTES } from '../../../gateways/coap/message/message';
import { OPTION, pathOptions, textOptions, uintOption } from '../../../gateways/coap/message/options';
import { BLOCK1_LIMITS, createBlock1, type Received } from '../../../gateways/coap/resources/block1';

const SZX = 2;
const SIZE = blockSize(SZX);

interface Part {
  payload?: Buffer;
  path?: string[];
  queries?: string[];
  size1?: number;
  token?: string;
}

function part(
  block: { num: number; more: boolean; szx?: number } | Buffer | null,
  { payload, path = ['rd'], queries = [], size1, token = 'T' }: Part = {},
): CoapMessage {
  const value = block === null ? null : Buffer.isBuffer(block) ? block : writeBlock({ szx: SZX, ...block });
  return {
    type: 'CON',
    code: CODE.post,
    messageId: 1,
    token: Buffer.from(token),
    options: [
      ...pathOptions(path),
      ...textOptions(OPTION.uriQuery, queries),
      ...(value === null ? [] : [{ number: OPTION.block1, value }]),
      ...(size1 === undefined ? [] : [uintOption(OPTION.size1, size1)]),
    ],
    payload: payload ?? NO_BYTES,
  };
}

const full = (letter: string) => Buffer.alloc(SIZE, letter);
const codeOf = (received: Received): string => ('code' in received ? codeText(received.code) : `body ${received.body.length}`);

test('a body of one message is taken as it is', () => {
  const take = createBlock1(BLOCK1_LIMITS);
  expect(take('a', part(null, { payload: Buffer.from('links') }))).toEqual({ body: Buffer.from('links') });
  expect(take('a', part(null))).toEqual({ body: NO_BYTES });
});

test('RFC 7959 §2.5 blocks in their order become a body, each answered with its Block1 and the last with that of the body', () => {
  const take = createBlock1(BLOCK1_LIMITS);
  const blocks = [part({ num: 0, more: true }, { payload: full('a') }), part({ num: 1, more: true }, { payload: full('b') })];
  expect(blocks.map((message) => take('a', message))).toEqual([
    { code: CODE.continue, block: { num: 0, more: true, szx: SZX } },
    { code: CODE.continue, block: { num: 1, more: true, szx: SZX } },
  ]);
  expect(take('a', part({ num: 2, more: false }, { payload: Buffer.from('c') }))).toEqual({
    body: Buffer.concat([full('a'), full('b'), Buffer.from('c')]),
    block: { num: 2, more: false, szx: SZX },
  });
});

test('each block may have a token of its own, or none, and a client may go on with smaller ones', () => {
  const take = createBlock1(BLOCK1_LIMITS);
  take('a', part({ num: 0, more: true }, { payload: full('a'), token: '' }));
  const smaller = part({ num: 4, more: false, szx: 0 }, { payload: Buffer.from('end'), token: 'other' });
  expect(take('a', smaller)).toMatchObject({ body: Buffer.concat([full('a'), Buffer.from('end')]) });
});

test('a body that is whole in its first block is one', () => {
  expect(createBlock1(BLOCK1_LIMITS)('a', part({ num: 0, more: false }, { payload: Buffer.from('x') }))).toMatchObject({
    body: Buffer.from('x'),
  });
});

test.each([
  ['one is left out', part({ num: 2, more: false })],
  ['it is for another path', part({ num: 1, more: false }, { path: ['rd', 'x'] })],
  ['it has another query', part({ num: 1, more: false }, { queries: ['ep=b'] })],
])('4.08 for a block that does not follow: %s; then the body has to begin again', (_, second) => {
  const take = createBlock1(BLOCK1_LIMITS);
  take('a', part({ num: 0, more: true }, { payload: full('a') }));
  expect(codeOf(take('a', second))).toBe('4.08');
  expect(codeOf(take('a', part({ num: 1, more: false })))).toBe('4.08');
});

test("4.08 for a block that continues somebody else's body", () => {
  const take = createBlock1(BLOCK1_LIMITS);
  take('a', part({ num: 0, more: true }, { payload: full('a') }));
  expect(codeOf(take('b', part({ num: 1, more: false })))).toBe('4.08');
  expect(codeOf(take('a', part({ num: 1, more: false })))).toBe(`body ${SIZE}`);
});

test('4.00 for a reserved size, an option that is too long, and a block in between that is not full', () => {
  const take = createBlock1(BLOCK1_LIMITS);
  expect(codeOf(take('a', part(Buffer.from([0x0f]), { payload: Buffer.from('x') })))).toBe('4.00');
  expect(codeOf(take('a', part({ num: 0, more: true }, { payload: Buffer.alloc(SIZE - 1) })))).toBe('4.00');
  expect(codeOf(take('a', part({ num: 0, more: true }, { payload: Buffer.alloc(SIZE + 1) })))).toBe('4.00');
});

test('4.13 with the largest size for a body of 100 KB: at once where its size is said, otherwise when it is too long', () => {
  const take = createBlock1(BLOCK1_LIMITS);
  const block = { num: 0, more: true, szx: 6 };
  const payload = Buffer.alloc(1024);
  expect(take('a', part(block, { payload, size1: 100_000 }))).toEqual({ code: CODE.requestEntityTooLarge, block, size1: 65_536 });
  let last: Received = { body: NO_BYTES };
  let num = 0;
  for (; num < 98; num += 1) {
    last = take('a', part({ num, more: true, szx: 6 }, { payload }));
    if (codeOf(last) !== '2.31') break;
  }
  expect([num, codeOf(last)]).toEqual([64, '4.13']);
});

test('bodies that never end are bounded: whoever was silent longest gives way, and begins again', () => {
  const take = createBlock1({ ...BLOCK1_LIMITS, bodies: 2 });
  for (const peer of ['a', 'b']) take(peer, part({ num: 0, more: true }, { payload: full('a') }));
  take('a', part({ num: 1, more: true }, { payload: full('a') }));
  take('c', part({ num: 0, more: true }, { payload: full('a') }));
  expect(codeOf(take('a', part({ num: 2, more: false })))).toBe(`body ${2 * SIZE}`);
  expect(codeOf(take('b', part({ num: 1, more: false })))).toBe('4.08');
  const few = createBlock1({ ...BLOCK1_LIMITS, allBytes: 3 * SIZE });
  for (const peer of ['a', 'b', 'c']) few(peer, part({ num: 0, more: true }, { payload: full('a') }));
  expect(codeOf(few('a', part({ num: 1, more: false })))).toBe('4.08');
});
