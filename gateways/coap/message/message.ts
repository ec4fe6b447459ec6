/** Confirmable, non-confirmable, acknowledgement, reset (RFC 7252 §4). */
export type CoapType = 'CON' | 'NON' | 'ACK' | 'RST';

export interface CoapOption {
  number: number;
  value: Buffer;
}

/** One message of CoAP over UDP (RFC 7252 §3). */
export interface CoapMessage {
  type: CoapType;
  /** Class and detail: `class << 5 | detail`, so 2.05 is 0x45. See `CODE`. */
  code: number;
  /** 0–65,535. */
  messageId: number;
  /** 0–8 bytes. */
  token: Buffer;
  /** By ascending number; those of one number in their order. */
  options: CoapOption[];
  /** Empty when there is none. */
  payload: Buffer;
}

export const NO_BYTES = Buffer.alloc(0);
export const MOST_TOKEN_BYTES = 8;
/** RFC 7252 has no bound but the datagram's. A message of 64 KiB could have as many options, and each of ours costs some 150 bytes. */
export const MOST_OPTIONS = 64;
/** The two forms with a further byte and with two further bytes begin at 13 and 269 (RFC 7252 §3.1). */
export const ONE_BYTE_MORE = 13;
export const TWO_BYTES_MORE = 269;
export const PAYLOAD_MARKER = 0xff;

export const TYPES: readonly CoapType[] = ['CON', 'NON', 'ACK', 'RST'];

/** A message of four bytes: a ping (CON), an acknowledgement without a response, a reset. */
export function emptyMessage(type: CoapType, messageId: number): CoapMessage {
  return { type, code: 0, messageId, token: NO_BYTES, options: [], payload: NO_BYTES };
}
