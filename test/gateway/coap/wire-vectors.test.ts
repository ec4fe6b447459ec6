import { readBlock, writeBlock } from '../../../gateways/coap/message/block-option';
import { CODE } from '../../../gateways/coap/message/codes';
import { type CoapMessage, emptyMessage, NO_BYTES } from '../../../gateways/coap/message/message';
import { OPTION, pathOptions, uintOption } from '../../../gateways/coap/message/options';
import { parseMessage } from '../../../gateways/coap/message/parse';
import { writeMessage } from '../../../gateways/coap/message/write';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const base = { token: hex('AB'), options: [], payload: NO_BYTES };

const vectors: [string, string, CoapMessage][] = [
  [
    'Execute /5/0/2',
    '41 02 01 02 AB B1 35 01 30 01 32',
    { ...base, type: 'CON', code: CODE.post, messageId: 0x0102, options: pathOptions(['5', '0', '2']) },
  ],
  [
    'Write /5/0/1 as text',
    '41 03 01 03 AB B1 35 01 30 01 31 10 FF 636F61703A2F2F66772E6578616D706C653A353638332F662F37516B32',
    {
      ...base,
      type: 'CON',
      code: CODE.put,
      messageId: 0x0103,
      options: [...pathOptions(['5', '0', '1']), uintOption(OPTION.contentFormat, 0)],
      payload: Buffer.from('coap://fw.example:5683/f/7Qk2'),
    },
  ],
  [
    'the answer to a read of State and Update Result, in TLV',
    '61 45 01 04 AB C2 2D 16 FF C1 03 02 C1 05 00',
    {
      ...base,
      type: 'ACK',
      code: CODE.content,
      messageId: 0x0104,
      options: [uintOption(OPTION.contentFormat, 11_542)],
      payload: hex('C1 03 02 C1 05 00'),
    },
  ],
  [
    'a notification of State in SenML-CBOR',
    '51 45 12 34 AB 61 07 61 70 FF 82 A3 21 65 2F352F302F 00 61 33 02 02 A2 00 61 35 02 00',
    {
      ...base,
      type: 'NON',
      code: CODE.content,
      messageId: 0x1234,
      options: [uintOption(OPTION.observe, 7), uintOption(OPTION.contentFormat, 112)],
      payload: hex('82 A3 21 65 2F352F302F 00 61 33 02 02 A2 00 61 35 02 00'),
    },
  ],
  [
    'the last block of 806,392 bytes, asked for',
    '41 01 00 07 AB B1 66 04 37 51 6B 32 C2 31 36',
    {
      ...base,
      type: 'CON',
      code: CODE.get,
      messageId: 7,
      options: [...pathOptions(['f', '7Qk2']), { number: OPTION.block2, value: hex('31 36') }],
    },
  ],
  ['a ping', '40 00 00 01', emptyMessage('CON', 1)],
  ['an empty acknowledgement', '60 00 FF FF', emptyMessage('ACK', 0xffff)],
  ['a reset', '70 00 80 00', emptyMessage('RST', 0x8000)],
  [
    'options with one and two further bytes',
    `58 02 00 00 0102030405060708 DD 2F 0D ${'61'.repeat(26)} E1 FE A7 62`,
    {
      ...base,
      type: 'NON',
      code: CODE.post,
      messageId: 0,
      token: hex('0102030405060708'),
      options: [
        { number: 60, value: Buffer.alloc(26, 'a') },
        { number: 65_520, value: Buffer.from('b') },
      ],
    },
  ],
];

test.each(vectors)('%s is written so', (_name, bytes, message) => {
  expect(writeMessage(message).toString('hex')).toBe(hex(bytes).toString('hex'));
});

test.each(vectors)('%s is read so', (_name, bytes, message) => {
  expect(parseMessage(hex(bytes))).toEqual({ message });
});

test.each([
  ['0E', { num: 0, more: true, szx: 6 }],
  ['1E', { num: 1, more: true, szx: 6 }],
  ['3136', { num: 787, more: false, szx: 6 }],
  ['', { num: 0, more: false, szx: 0 }],
  ['FFFFFE', { num: 0xf_ffff, more: true, szx: 6 }],
])('Block2 %s is %j, in both directions', (bytes, block) => {
  expect(readBlock(hex(bytes))).toEqual(block);
  expect(writeBlock(block)).toEqual(hex(bytes));
});

test('the reserved size exponent and a value of four bytes are no block', () => {
  expect(readBlock(hex('07'))).toBeNull();
  expect(readBlock(hex('00000006'))).toBeNull();
});
