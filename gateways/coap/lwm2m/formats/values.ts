import type { ResourceType } from './resource-type';

/** What a resource holds. Opaque values and those of unknown type in TLV are bytes; an integer beyond 2^53 is the nearest double, as in JSON. */
export type Value = string | number | boolean | Buffer;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Value of a TLV or of an opaque payload (LwM2M Core 1.1, appendix C). Undefined when the bytes are no value of that type. */
export function valueOfBytes(bytes: Buffer, type: ResourceType | null): Value | undefined {
  switch (type) {
    case 'string':
      return utf8(bytes);
    case 'integer':
    case 'time':
      return signed(bytes);
    case 'unsigned':
      return unsigned(bytes);
    case 'float':
      return float(bytes);
    case 'boolean':
      return bytes.length === 1 && (bytes[0] === 0 || bytes[0] === 1) ? bytes[0] === 1 : undefined;
    case 'link':
      return bytes.length === 4 ? `${bytes.readUInt16BE(0)}:${bytes.readUInt16BE(2)}` : undefined;
    default:
      return Buffer.from(bytes);
  }
}

/** Two's complement. Documents have 1, 2, 4 or 8 bytes; older Wakaama clients sent a time in 5, so any length up to 8 is read. */
function signed(bytes: Buffer): number | undefined {
  if (bytes.length === 0 || bytes.length > 8) return undefined;
  return bytes.length <= 6 ? bytes.readIntBE(0, bytes.length) : Number(BigInt.asIntN(bytes.length * 8, bigEndian(bytes)));
}

function unsigned(bytes: Buffer): number | undefined {
  if (bytes.length === 0 || bytes.length > 8) return undefined;
  return bytes.length <= 6 ? bytes.readUIntBE(0, bytes.length) : Number(bigEndian(bytes));
}

const bigEndian = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);

function float(bytes: Buffer): number | undefined {
  if (bytes.length !== 4 && bytes.length !== 8) return undefined;
  return finite(bytes.length === 4 ? bytes.readFloatBE() : bytes.readDoubleBE());
}

const INTEGER = /^[+-]?\d{1,19}$/;
const FLOAT = /^[+-]?(?:\d{1,64}(?:\.\d{0,64})?|\.\d{1,64})(?:[eE][+-]?\d{1,3})?$/;
const LINK = /^(?:0|[1-9]\d{0,4}):(?:0|[1-9]\d{0,4})$/;
const BASE64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** Value in the plain text format, and in a string of JSON. */
export function valueOfText(text: string, type: ResourceType | null): Value | undefined {
  switch (type) {
    case 'integer':
    case 'time':
      return INTEGER.test(text.trim()) ? finite(Number(text)) : undefined;
    case 'unsigned':
      return INTEGER.test(text.trim()) && Number(text) >= 0 ? finite(Number(text)) : undefined;
    case 'float':
      return FLOAT.test(text.trim()) ? finite(Number(text)) : undefined;
    case 'boolean':
      return text.trim() === '1' ? true : text.trim() === '0' ? false : undefined;
    case 'link':
      return LINK.test(text) ? text : undefined;
    case 'opaque':
      return valueOfBase64(text);
    default:
      return text;
  }
}

/** Both alphabets, with and without padding. */
export const valueOfBase64 = (text: string): Buffer | undefined => (BASE64.test(text) ? Buffer.from(text, 'base64') : undefined);

/** Value of a number in JSON or CBOR. A version may be one to a device that writes it without quotes. */
export function valueOfNumber(number: number | bigint, type: ResourceType | null): Value | undefined {
  const value = finite(Number(number));
  if (value === undefined) return undefined;
  switch (type) {
    case 'integer':
    case 'time':
      return Number.isInteger(value) ? value : undefined;
    case 'unsigned':
      return Number.isInteger(value) && value >= 0 ? value : undefined;
    case 'boolean':
      return value === 1 ? true : value === 0 ? false : undefined;
    case 'string':
      return String(value);
    case 'opaque':
    case 'link':
      return undefined;
    default:
      return value;
  }
}

export const valueOfBoolean = (value: boolean, type: ResourceType | null): Value | undefined =>
  type === 'boolean' || type === null ? value : undefined;

/** Without the negative zero, which has no place among integers. */
const finite = (value: number): number | undefined => (Number.isFinite(value) ? value + 0 : undefined);
