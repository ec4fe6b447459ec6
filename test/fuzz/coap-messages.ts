import { CODE } from '../../gateways/coap/message/codes';
import { type CoapMessage, type CoapType, emptyMessage, NO_BYTES } from '../../gateways/coap/message/message';
import { OPTION, pathOptions, textOptions, uintOption } from '../../gateways/coap/message/options';
import { parseMessage } from '../../gateways/coap/message/parse';
import { writeMessage } from '../../gateways/coap/message/write';
import { damaged, type FuzzSubject, type Random, randomBytes } from './fuzz';

const message = (type: CoapType, code: number, parts: Partial<CoapMessage> = {}): CoapMessage => ({
  ...{ type, code, messageId: 0x1234, token: Buffer.from('0b5e', 'hex'), options: [], payload: NO_BYTES },
  ...parts,
});

/** What devices send. */
export const deviceMessages: readonly CoapMessage[] = [
  message('CON', CODE.post, {
    options: [
      ...pathOptions(['rd']),
      uintOption(OPTION.contentFormat, 40),
      ...textOptions(OPTION.uriQuery, ['ep=urn:imei:358234', 'lt=300', 'lwm2m=1.1', 'b=U']),
    ],
    payload: Buffer.from('</>;rt="oma.lwm2m";ct=110,</1/0>,</3/0>,</5/0>'),
  }),
  message('CON', CODE.post, { options: pathOptions(['rd', '1a2b']), token: NO_BYTES }),
  message('CON', CODE.delete, { options: pathOptions(['rd', '1a2b']) }),
  message('CON', CODE.get, { options: [...pathOptions(['f', 'aaaaaaaaaaaaaaaaaaaaaa']), uintOption(OPTION.block2, 0x316)] }),
  message('NON', CODE.post, { options: [...pathOptions(['dp']), uintOption(OPTION.contentFormat, 112)], payload: Buffer.alloc(300, 7) }),
  message('CON', CODE.post, {
    options: [...pathOptions(['rd']), uintOption(OPTION.block1, 0x0e), uintOption(OPTION.size1, 4_000)],
    payload: Buffer.alloc(1_024, 'x'),
  }),
  message('NON', CODE.content, { options: [uintOption(OPTION.observe, 12)], payload: Buffer.from('2') }),
  message('CON', CODE.content, {
    options: [uintOption(OPTION.observe, 13), uintOption(OPTION.contentFormat, 0)],
    payload: Buffer.from('3'),
  }),
  message('ACK', CODE.changed),
  message('CON', CODE.get, { options: [{ number: 2_049, value: Buffer.alloc(300) }] }),
  emptyMessage('CON', 1),
  emptyMessage('ACK', 2),
  emptyMessage('RST', 3),
];
const samples = deviceMessages.map(writeMessage);
const oneOf = <T>(random: Random, list: readonly T[]): T => list[random(list.length)] as T;

/** Bytes by chance, bytes behind a header that can be read, or a good message that was damaged. */
export function coapDatagram(random: Random): Buffer {
  const kind = random(8);
  if (kind === 0) return randomBytes(random, random(80));
  if (kind === 1) return Buffer.concat([Buffer.from([0x40 | random(0x40), random(256)]), randomBytes(random, 2 + random(60))]);
  if (kind === 2) return oneOf(random, samples);
  return damaged(random, oneOf(random, samples), oneOf(random, samples));
}

/** The parser and the writer: what was read is written as a message that reads the same, from bytes inside the datagram. */
export const coapMessages: FuzzSubject<Buffer> = {
  input: coapDatagram,
  outcomeOf(datagram) {
    const parsed = parseMessage(datagram);
    if ('malformed' in parsed) return parsed.malformed;
    const { token, options, payload } = parsed.message;
    const written = writeMessage(parsed.message);
    const again = parseMessage(written);
    if (!('message' in again) || !isSame(again.message, parsed.message)) throw new Error(`Written as ${written.toString('hex')}`);
    const parts = options.reduce((sum, { value }) => sum + value.length, 4 + token.length + payload.length);
    if (parts > datagram.length) throw new Error('Its parts are longer than the datagram');
    return 'read';
  },
  describe: (datagram) => datagram.toString('hex').slice(0, 2_000),
};

const isSame = (one: CoapMessage, other: CoapMessage): boolean =>
  one.type === other.type &&
  one.code === other.code &&
  one.messageId === other.messageId &&
  one.token.equals(other.token) &&
  one.payload.equals(other.payload) &&
  one.options.length === other.options.length &&
  one.options.every(({ number, value }, index) => number === other.options[index]?.number && value.equals(other.options[index].value));
