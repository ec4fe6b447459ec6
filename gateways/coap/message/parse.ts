import { CODE, isRequest, isResponse } from './codes';
import {
  type CoapMessage,
  type CoapOption,
  type CoapType,
  MOST_OPTIONS,
  MOST_TOKEN_BYTES,
  NO_BYTES,
  ONE_BYTE_MORE,
  PAYLOAD_MARKER,
  TWO_BYTES_MORE,
  TYPES,
} from './message';

export const MALFORMED_REASONS = [
  'too_short',
  'unknown_version',
  'token_length',
  'reserved_code',
  'wrong_type',
  'empty_with_content',
  'option_length',
  'option_number',
  'too_many_options',
  'no_payload',
] as const;
export type MalformedReason = (typeof MALFORMED_REASONS)[number];

/** What is known of a message whose rest cannot be read, when its version could be. */
export interface MessageHeader {
  type: CoapType;
  messageId: number;
}
export interface Malformed {
  malformed: MalformedReason;
  header?: MessageHeader;
}
export type Parsed = { message: CoapMessage } | Malformed;

const HEADER_BYTES = 4;
const RESERVED = 15;
const MOST_OPTION_NUMBER = 0xffff;

/**
 * Reads a datagram as one message of RFC 7252 §3. It never throws. Values are views into the datagram: who keeps one copies it.
 *
 * A combination of type and code that §4.3 (table 1) doesn't have is malformed as well, so that a message read here is a request, a
 * response, a ping, an empty acknowledgement or a reset.
 */
export function parseMessage(datagram: Buffer): Parsed {
  if (datagram.length < HEADER_BYTES) return { malformed: 'too_short' };
  const first = datagram[0] as number;
  if (first >> 6 !== 1) return { malformed: 'unknown_version' };
  const type = TYPES[(first >> 4) & 3] as CoapType;
  const tokenLength = first & 15;
  const code = datagram[1] as number;
  const messageId = ((datagram[2] as number) << 8) | (datagram[3] as number);
  const failed = (malformed: MalformedReason): Malformed => ({ malformed, header: { type, messageId } });

  if (tokenLength > MOST_TOKEN_BYTES) return failed('token_length');
  const optionsAt = HEADER_BYTES + tokenLength;
  if (optionsAt > datagram.length) return failed('token_length');
  if (code === CODE.empty && datagram.length > HEADER_BYTES) return failed('empty_with_content');
  const wrong = combinationFault(type, code);
  if (wrong !== null) return failed(wrong);

  const options: CoapOption[] = [];
  const payloadAt = readOptions(datagram, optionsAt, options);
  if (typeof payloadAt !== 'number') return failed(payloadAt);
  const token = tokenLength === 0 ? NO_BYTES : datagram.subarray(HEADER_BYTES, optionsAt);
  const payload = payloadAt === datagram.length ? NO_BYTES : datagram.subarray(payloadAt);
  return { message: { type, code, messageId, token, options, payload } };
}

function combinationFault(type: CoapType, code: number): MalformedReason | null {
  if (code === CODE.empty) return type === 'NON' ? 'wrong_type' : null;
  if (isRequest(code)) return type === 'CON' || type === 'NON' ? null : 'wrong_type';
  if (isResponse(code)) return type === 'RST' ? 'wrong_type' : null;
  return 'reserved_code';
}

/** Adds the options to `options`; returns where the payload begins, which is the datagram's end when there is none. */
function readOptions(datagram: Buffer, from: number, options: CoapOption[]): number | MalformedReason {
  let at = from;
  let number = 0;
  while (at < datagram.length) {
    const first = datagram[at++] as number;
    if (first === PAYLOAD_MARKER) return at < datagram.length ? at : 'no_payload';
    let delta = first >> 4;
    let length = first & 15;
    if (delta === RESERVED || length === RESERVED) return 'option_length';
    const valueAt = at + moreBytes(delta) + moreBytes(length);
    if (valueAt > datagram.length) return 'option_length';
    const lengthAt = at + moreBytes(delta);
    delta = extended(datagram, at, delta);
    length = extended(datagram, lengthAt, length);
    number += delta;
    at = valueAt + length;
    if (at > datagram.length) return 'option_length';
    if (number > MOST_OPTION_NUMBER) return 'option_number';
    if (options.length === MOST_OPTIONS) return 'too_many_options';
    options.push({ number, value: length === 0 ? NO_BYTES : datagram.subarray(valueAt, at) });
  }
  return at;
}

const moreBytes = (nibble: number): number => (nibble < ONE_BYTE_MORE ? 0 : nibble - ONE_BYTE_MORE + 1);

function extended(datagram: Buffer, at: number, nibble: number): number {
  if (nibble < ONE_BYTE_MORE) return nibble;
  if (nibble === ONE_BYTE_MORE) return ONE_BYTE_MORE + (datagram[at] as number);
  return TWO_BYTES_MORE + (((datagram[at] as number) << 8) | (datagram[at + 1] as number));
}
