import fc from 'fast-check';
import { createBlock1Transfer, type TransferStep } from '../../../../gateways/coap/lwm2m/requests/block1-transfer';
import { type Block, blockSize } from '../../../../gateways/coap/message/block-option';
import { CODE } from '../../../../gateways/coap/message/codes';

/** As in `1:0/1/1024`: number, more, bytes. */
const shown = ({ num, more, szx }: Block): string => `${num}/${more ? 1 : 0}/${blockSize(szx)}`;
const block = (text: string): Block => {
  const [num = 0, more = 0, bytes = 0] = text.split('/').map(Number);
  return { num, more: more === 1, szx: Math.log2(bytes) - 4 };
};
const CONTINUE = CODE.continue;
const DONE = CODE.changed;
const INCOMPLETE = CODE.requestEntityIncomplete;
const TOO_LARGE = CODE.requestEntityTooLarge;

type Row = [why: string, size: number, answers: [part: string, code: number, block: string | null][], end: TransferStep];

test.each<Row>([
  ['in one block', 10, [['0/0/1024', DONE, '0/0/1024']], { end: 'COMPLETE' }],
  [
    'in full blocks',
    2_048,
    [
      ['0/1/1024', CONTINUE, '0/1/1024'],
      ['1/0/1024', DONE, '1/0/1024'],
    ],
    { end: 'COMPLETE' },
  ],
  [
    'answers without the option',
    1_025,
    [
      ['0/1/1024', CONTINUE, null],
      ['1/0/1024', DONE, null],
    ],
    { end: 'COMPLETE' },
  ],
  // RFC 7959 §3.2, figure 8: what was sent counts, whatever size the device wants from then on.
  [
    'smaller blocks from the second on',
    1_300,
    [
      ['0/1/1024', CONTINUE, '0/1/256'],
      ['4/1/256', CONTINUE, '4/1/256'],
      ['5/0/256', DONE, '5/0/256'],
    ],
    { end: 'COMPLETE' },
  ],
  [
    'smaller blocks twice',
    1_200,
    [
      ['0/1/1024', CONTINUE, '0/1/512'],
      ['2/0/512', DONE, null],
    ],
    { end: 'COMPLETE' },
  ],
  [
    'a larger size is not taken up',
    2_000,
    [
      ['0/1/1024', CONTINUE, '0/1/256'],
      ['4/1/256', CONTINUE, '4/1/1024'],
      ['5/1/256', CONTINUE, '5/1/1024'],
      ['6/1/256', CONTINUE, null],
      ['7/0/256', DONE, null],
    ],
    { end: 'COMPLETE' },
  ],
  // A device that keeps the front of a block misses the rest, and says so.
  [
    'from the beginning, in its size, after 4.08',
    1_500,
    [
      ['0/1/1024', CONTINUE, '0/1/512'],
      ['2/0/512', INCOMPLETE, '2/0/512'],
      ['0/1/512', CONTINUE, '0/1/512'],
      ['1/1/512', CONTINUE, '1/1/512'],
      ['2/0/512', DONE, '2/0/512'],
    ],
    { end: 'COMPLETE' },
  ],
  [
    '4.08 twice',
    1_500,
    [
      ['0/1/1024', CONTINUE, null],
      ['1/0/1024', INCOMPLETE, null],
      ['0/1/1024', CONTINUE, null],
      ['1/0/1024', INCOMPLETE, null],
    ],
    { end: 'INCOMPLETE' },
  ],
  [
    '2.31 to the last block is not the end',
    100,
    [
      ['0/0/1024', CONTINUE, '0/0/64'],
      ['0/1/64', CONTINUE, '0/1/64'],
      ['1/0/64', DONE, '1/0/64'],
    ],
    { end: 'COMPLETE' },
  ],
  [
    '2.31 to the last block for ever',
    100,
    [
      ['0/0/1024', CONTINUE, null],
      ['0/0/1024', CONTINUE, null],
    ],
    { end: 'INCOMPLETE' },
  ],
  [
    '4.13, then half as large',
    700,
    [
      ['0/0/1024', TOO_LARGE, null],
      ['0/1/512', CONTINUE, null],
      ['1/0/512', DONE, null],
    ],
    { end: 'COMPLETE' },
  ],
  // eclipse-wakaama/wakaama#510: a device that has room for 128 bytes says so with its 4.13.
  [
    '4.13 with the size that it has room for',
    200,
    [
      ['0/0/1024', TOO_LARGE, '0/0/128'],
      ['0/1/128', CONTINUE, '0/1/128'],
      ['1/0/128', DONE, null],
    ],
    { end: 'COMPLETE' },
  ],
  [
    '4.13 in the middle',
    1_500,
    [
      ['0/1/1024', CONTINUE, null],
      ['1/0/1024', TOO_LARGE, null],
      ['0/1/512', CONTINUE, null],
      ['1/1/512', CONTINUE, null],
      ['2/0/512', DONE, null],
    ],
    { end: 'COMPLETE' },
  ],
  [
    '4.13 twice',
    700,
    [
      ['0/0/1024', TOO_LARGE, null],
      ['0/1/512', TOO_LARGE, null],
    ],
    { end: 'NO_ROOM' },
  ],
  [
    '4.13 once blocks are the smallest',
    30,
    [
      ['0/0/1024', CONTINUE, '0/0/16'],
      ['0/1/16', TOO_LARGE, null],
    ],
    { end: 'NO_ROOM' },
  ],
  [
    'each block acted on at once (RFC 7959 §2.3)',
    1_500,
    [
      ['0/1/1024', DONE, '0/0/1024'],
      ['1/0/1024', DONE, '1/0/1024'],
    ],
    { end: 'COMPLETE' },
  ],
  ['more blocks than there are numbers', 17_000_000, [['0/1/1024', CONTINUE, '0/1/16']], { end: 'NO_ROOM' }],
  ['refused', 2_000, [['0/1/1024', CODE.badRequest, null]], 'refused'],
  [
    'refused in the middle',
    2_000,
    [
      ['0/1/1024', CONTINUE, null],
      ['1/0/1024', CODE.methodNotAllowed, '1/0/1024'],
    ],
    'refused',
  ],
])('R-DL-4 a body written in blocks: %s', (_why, size, answers, end) => {
  const transfer = createBlock1Transfer(size);
  let step: TransferStep = 'next';
  for (const [part, code, option] of answers) {
    expect([step, shown(transfer.part().block)]).toEqual(['next', part]);
    step = transfer.answered(code, option === null ? null : block(option));
  }
  expect(step).toEqual(end);
});

test.each([
  ['the same block', '2/1/1024', false],
  // obgm/libcoap#56: Erbium answers with its own size and the number of the request.
  ['the same block in a size of its own', '2/1/256', false],
  ['the same bytes by another number', '8/1/256', false],
  ['the block before', '1/1/1024', true],
  ['a block of an earlier try', '7/1/1024', true],
])('a response to %s is late: %s', (_what, option, expected) => {
  const transfer = createBlock1Transfer(10_000);
  transfer.answered(CONTINUE, null);
  transfer.answered(CONTINUE, null);
  expect([transfer.isLate(block(option)), transfer.isLate(null)]).toEqual([expected, false]);
});

test('R-DL-4 whatever sizes a device wants and whenever it loses its place once, it gets every byte in its order', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), sizes, fc.option(fc.nat(30)), (size, wanted, losesAt) => {
      const transfer = createBlock1Transfer(size);
      let taken = 0;
      let step: TransferStep = 'next';
      for (let answers = 0; step === 'next'; answers += 1) {
        const { offset, length, block } = transfer.part();
        if (offset === 0) taken = 0;
        const isInPlace = offset === taken && block.num * blockSize(block.szx) === offset;
        if (!isInPlace || length !== (block.more ? blockSize(block.szx) : size - offset)) return false;
        const loses = answers === losesAt;
        if (!loses) taken += length;
        const code = loses ? INCOMPLETE : block.more ? CONTINUE : DONE;
        step = transfer.answered(code, { ...block, szx: wanted[answers % wanted.length] as number });
      }
      return step !== 'refused' && step.end === 'COMPLETE' && taken === size;
    }),
  );
});
