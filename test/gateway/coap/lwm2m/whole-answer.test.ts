import { wholeAnswer } from '../../../../gateways/coap/lwm2m/requests/whole-answer';
import { type Block, writeBlock } from '../../../../gateways/coap/message/block-option';
import type { CoapMessage } from '../../../../gateways/coap/message/message';
import { OPTION } from '../../../../gateways/coap/message/options';

const body = Buffer.from(Array.from({ length: 100 }, (_, index) => index));

function answer(block: Block | null, { payload = Buffer.alloc(0), code = 0x45, etag = null as string | null } = {}): CoapMessage {
  const options = [
    ...(etag === null ? [] : [{ number: OPTION.etag, value: Buffer.from(etag) }]),
    ...(block === null ? [] : [{ number: OPTION.block2, value: writeBlock(block) }]),
  ];
  return { type: 'ACK', code, messageId: 1, token: Buffer.alloc(0), options, payload };
}

/** Answers as a device that has `body`, in blocks of at most this size. */
function blockOf(num: number, szx: number): CoapMessage {
  const from = num * (16 << szx);
  const to = from + (16 << szx);
  return answer({ num, szx, more: to < body.length }, { payload: body.subarray(from, to) });
}
const never = () => Promise.reject(new Error('Nothing more should be asked for'));

test('an answer without blocks is as it is', async () => {
  expect(await wholeAnswer(answer(null, { payload: body }), never)).toEqual(body);
});

test('an answer in one block is as it is', async () => {
  expect(await wholeAnswer(answer({ num: 0, szx: 6, more: false }, { payload: body }), never)).toEqual(body);
});

test('further blocks are asked for one after the other', async () => {
  const asked: unknown[] = [];
  const whole = await wholeAnswer(blockOf(0, 1), async ({ num, szx }) => {
    asked.push([num, szx]);
    return blockOf(num, szx);
  });
  expect(whole).toEqual(body);
  expect(asked).toEqual([
    [1, 1],
    [2, 1],
    [3, 1],
  ]);
});

test('a device may go on with smaller blocks', async () => {
  expect(await wholeAnswer(blockOf(0, 1), async ({ num, szx }) => blockOf(num * 2 ** szx, 0))).toEqual(body);
});

test.each<[string, CoapMessage, CoapMessage]>([
  ['that begin in the middle', blockOf(1, 1), blockOf(2, 1)],
  ['where one is missing', blockOf(0, 1), blockOf(2, 1)],
  ['where the first comes again', blockOf(0, 1), blockOf(0, 1)],
  ['that grow', blockOf(0, 0), answer({ num: 0, szx: 3, more: false }, { payload: body })],
  ['where one is an error', blockOf(0, 1), answer(null, { code: 0x88 })],
  ['of another version of it', blockOf(0, 1), answer({ num: 1, szx: 1, more: false }, { etag: 'b' })],
  ['without a block option', blockOf(0, 1), answer(null, { payload: body })],
  ['where the first is shorter than it says', answer({ num: 0, szx: 1, more: true }, { payload: body.subarray(0, 20) }), blockOf(1, 1)],
  ['where the first is empty', answer({ num: 0, szx: 1, more: true }), blockOf(1, 1)],
  ['of a size that is reserved', { ...answer(null), options: [{ number: OPTION.block2, value: Buffer.from([0x0f]) }] }, blockOf(1, 1)],
])('blocks %s are no answer', async (_name, first, second) => {
  expect(await wholeAnswer(first, async () => second)).toBeNull();
});

test('blocks that never end are given up after 64 KiB', async () => {
  let asked = 0;
  const endless = (num: number) => answer({ num, szx: 6, more: true }, { payload: Buffer.alloc(1_024) });
  const whole = await wholeAnswer(endless(0), async ({ num }) => {
    asked += 1;
    return endless(num);
  });
  expect([whole, asked]).toEqual([null, 63]);
});
