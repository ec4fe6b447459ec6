import {
  type CoapMessage,
  type CoapOption,
  MOST_OPTIONS,
  MOST_TOKEN_BYTES,
  ONE_BYTE_MORE,
  PAYLOAD_MARKER,
  TWO_BYTES_MORE,
  TYPES,
} from './message';

const HEADER_BYTES = 4;
const MOST_OPTION_NUMBER = 0xffff;
const MOST_OPTION_BYTES = TWO_BYTES_MORE + 0xffff;

/**
 * The datagram of a message (RFC 7252 §3). Options may stand in any order and are written by ascending number.
 *
 * Throws a RangeError for what no message can have: a token of more than 8 bytes, more than 64 options, a number or a length out of range.
 */
export function writeMessage(message: CoapMessage): Buffer {
  const { type, code, messageId, token, payload } = message;
  if (token.length > MOST_TOKEN_BYTES) throw new RangeError(`A token has at most 8 bytes, not ${token.length}`);
  if (message.options.length > MOST_OPTIONS) throw new RangeError(`A message has at most ${MOST_OPTIONS} options`);
  const options = ascending(message.options);
  const datagram = Buffer.allocUnsafe(
    HEADER_BYTES + token.length + optionsLength(options) + (payload.length === 0 ? 0 : 1 + payload.length),
  );
  datagram[0] = (1 << 6) | (TYPES.indexOf(type) << 4) | token.length;
  datagram[1] = code;
  datagram[2] = messageId >> 8;
  datagram[3] = messageId;
  datagram.set(token, HEADER_BYTES);
  let at = HEADER_BYTES + token.length;
  let last = 0;
  for (const { number, value } of options) {
    at = writeOptionHead(datagram, at, number - last, value.length);
    datagram.set(value, at);
    at += value.length;
    last = number;
  }
  if (payload.length > 0) {
    datagram[at] = PAYLOAD_MARKER;
    datagram.set(payload, at + 1);
  }
  return datagram;
}

function ascending(options: readonly CoapOption[]): readonly CoapOption[] {
  for (let index = 1; index < options.length; index += 1) {
    if ((options[index] as CoapOption).number < (options[index - 1] as CoapOption).number) {
      return [...options].sort((one, other) => one.number - other.number);
    }
  }
  return options;
}

function optionsLength(options: readonly CoapOption[]): number {
  let length = 0;
  let last = 0;
  for (const { number, value } of options) {
    if (!(number >= 0 && number <= MOST_OPTION_NUMBER)) throw new RangeError(`No option has the number ${number}`);
    if (value.length > MOST_OPTION_BYTES) throw new RangeError(`Option ${number} is longer than ${MOST_OPTION_BYTES} bytes`);
    length += 1 + moreBytes(number - last) + moreBytes(value.length) + value.length;
    last = number;
  }
  return length;
}

const moreBytes = (value: number): number => (value < ONE_BYTE_MORE ? 0 : value < TWO_BYTES_MORE ? 1 : 2);
const nibble = (value: number): number => (value < ONE_BYTE_MORE ? value : value < TWO_BYTES_MORE ? 13 : 14);

function writeOptionHead(datagram: Buffer, at: number, delta: number, length: number): number {
  datagram[at] = (nibble(delta) << 4) | nibble(length);
  return writeExtended(datagram, writeExtended(datagram, at + 1, delta), length);
}

function writeExtended(datagram: Buffer, at: number, value: number): number {
  if (value < ONE_BYTE_MORE) return at;
  if (value < TWO_BYTES_MORE) {
    datagram[at] = value - ONE_BYTE_MORE;
    return at + 1;
  }
  datagram[at] = (value - TWO_BYTES_MORE) >> 8;
  datagram[at + 1] = value - TWO_BYTES_MORE;
  return at + 2;
}
