import type { NamedOption, OptionName, ParsedPacket } from 'coap-packet';

/** Which block of a body a message is about (RFC 7959 §2.2). */
export interface Block {
  num: number;
  more: boolean;
  /** The block has `2 ** (szx + 4)` bytes. */
  szx: number;
}

export const bytesOf = (szx: number): number => 2 ** (szx + 4);

export function uint(value: number): Buffer {
  const hex = value.toString(16);
  return value === 0 ? Buffer.alloc(0) : Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
}

export const uintOption = (name: OptionName, value: number): NamedOption => ({ name, value: uint(value) });
export const textOptions = (name: OptionName, texts: readonly string[]): NamedOption[] =>
  texts.map((text) => ({ name, value: Buffer.from(text) }));
export const blockOption = (name: 'Block1' | 'Block2', { num, more, szx }: Block): NamedOption =>
  uintOption(name, num * 16 + (more ? 8 : 0) + szx);

type Options = Pick<ParsedPacket, 'options'>;

export const valuesOf = ({ options }: Options, wanted: OptionName): Buffer[] =>
  options.filter(({ name }) => name === wanted).map(({ value }) => value);
export const textsOf = (message: Options, name: OptionName): string[] => valuesOf(message, name).map((value) => value.toString('utf8'));

/** Null when the message has none. */
export function uintOf(message: Options, name: OptionName): number | null {
  const [value] = valuesOf(message, name);
  return value === undefined ? null : Number.parseInt(value.toString('hex') || '0', 16);
}

export function blockOf(message: Options, name: 'Block1' | 'Block2'): Block | null {
  const value = uintOf(message, name);
  return value === null ? null : { num: Math.floor(value / 16), more: (value & 8) !== 0, szx: value & 7 };
}
