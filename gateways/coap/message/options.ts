import { type CoapMessage, type CoapOption, NO_BYTES } from './message';

/** Numbers of options (RFC 7252 §5.10, RFC 7641 §2, RFC 7959 §2.1 and §4). An odd number is critical (RFC 7252 §5.4.1). */
export const OPTION = {
  ifMatch: 1,
  uriHost: 3,
  etag: 4,
  ifNoneMatch: 5,
  observe: 6,
  uriPort: 7,
  locationPath: 8,
  uriPath: 11,
  contentFormat: 12,
  maxAge: 14,
  uriQuery: 15,
  accept: 17,
  locationQuery: 20,
  block2: 23,
  block1: 27,
  size2: 28,
  proxyUri: 35,
  proxyScheme: 39,
  size1: 60,
} as const;

/** How many bytes a value may have, and whether there may be more than one (RFC 7252 table 4, RFC 7641 table 1, RFC 7959 table 1). */
const FORMATS: Readonly<Record<number, { least: number; most: number; repeatable?: true }>> = {
  [OPTION.ifMatch]: { least: 0, most: 8, repeatable: true },
  [OPTION.uriHost]: { least: 1, most: 255 },
  [OPTION.etag]: { least: 1, most: 8, repeatable: true },
  [OPTION.ifNoneMatch]: { least: 0, most: 0 },
  [OPTION.observe]: { least: 0, most: 3 },
  [OPTION.uriPort]: { least: 0, most: 2 },
  [OPTION.locationPath]: { least: 0, most: 255, repeatable: true },
  [OPTION.uriPath]: { least: 0, most: 255, repeatable: true },
  [OPTION.contentFormat]: { least: 0, most: 2 },
  [OPTION.maxAge]: { least: 0, most: 4 },
  [OPTION.uriQuery]: { least: 0, most: 255, repeatable: true },
  [OPTION.accept]: { least: 0, most: 2 },
  [OPTION.locationQuery]: { least: 0, most: 255, repeatable: true },
  [OPTION.block2]: { least: 0, most: 3 },
  [OPTION.block1]: { least: 0, most: 3 },
  [OPTION.size2]: { least: 0, most: 4 },
  [OPTION.proxyUri]: { least: 1, most: 1_034 },
  [OPTION.proxyScheme]: { least: 1, most: 255 },
  [OPTION.size1]: { least: 0, most: 4 },
};

export const isCritical = (number: number): boolean => (number & 1) === 1;

/** Whether the length of the value is one that the option can have; otherwise it is treated like an unknown option (RFC 7252 §5.4.3). */
function hasItsLength({ number, value }: CoapOption): boolean {
  const format = FORMATS[number];
  return format === undefined || (value.length >= format.least && value.length <= format.most);
}

/**
 * The first critical option that is not in `understood`, or is there with a length it can't have, or once too often (RFC 7252 §5.4);
 * null when there is none.
 */
export function badOptionOf({ options }: CoapMessage, understood: ReadonlySet<number>): number | null {
  let last = -1;
  for (const option of options) {
    const { number } = option;
    const again = number === last;
    last = number;
    if (!isCritical(number)) continue;
    if (!understood.has(number) || !hasItsLength(option) || (again && !FORMATS[number]?.repeatable)) return number;
  }
  return null;
}

/** The value of the first option of the number; one of a length that it can't have is passed over (RFC 7252 §5.4.3). */
export function optionOf({ options }: Pick<CoapMessage, 'options'>, number: number): Buffer | undefined {
  for (const option of options) if (option.number === number && hasItsLength(option)) return option.value;
  return undefined;
}

/** The values of the options of the number as text. */
export function textsOf({ options }: Pick<CoapMessage, 'options'>, number: number): string[] {
  const texts: string[] = [];
  for (const option of options) if (option.number === number && hasItsLength(option)) texts.push(option.value.toString('utf8'));
  return texts;
}

/** The segments of the path: `['5', '0', '1']` for `/5/0/1`, none for `/`. */
export const pathOf = (message: Pick<CoapMessage, 'options'>): string[] => textsOf(message, OPTION.uriPath);

/** The queries, each as `name=value` or as a name alone. */
export const queriesOf = (message: Pick<CoapMessage, 'options'>): string[] => textsOf(message, OPTION.uriQuery);

/** The value of an option of the format `uint`, where leading zeros are allowed (RFC 7252 §3.2). At most 4 bytes are read. */
export function readUint(value: Buffer): number {
  return value.length === 0 ? 0 : value.readUIntBE(0, Math.min(value.length, 4));
}

/** As few bytes as the number needs; none for 0. */
export function writeUint(number: number): Buffer {
  if (number === 0) return NO_BYTES;
  const length = number < 0x100 ? 1 : number < 0x1_0000 ? 2 : number < 0x100_0000 ? 3 : 4;
  const value = Buffer.allocUnsafe(length);
  value.writeUIntBE(number, 0, length);
  return value;
}

/** The number in an option of the format `uint`, or undefined when the message has none. */
export function uintOf(message: Pick<CoapMessage, 'options'>, number: number): number | undefined {
  const value = optionOf(message, number);
  return value && readUint(value);
}

export const uintOption = (number: number, value: number): CoapOption => ({ number, value: writeUint(value) });
export const textOptions = (number: number, texts: readonly string[]): CoapOption[] =>
  texts.map((text) => ({ number, value: Buffer.from(text, 'utf8') }));
export const pathOptions = (segments: readonly string[]): CoapOption[] => textOptions(OPTION.uriPath, segments);
