import { z } from 'zod';

/** How a variable's text becomes a value, and what to say when it doesn't. */
export interface Kind<T> {
  parse: z.ZodType<T, string>;
  /** Completes "expected …". */
  expected: string;
}

export const text = (pattern: RegExp, expected: string): Kind<string> => ({ parse: z.string().regex(pattern), expected });

export const path: Kind<string> = { parse: z.string().min(1).max(4_096), expected: 'a path' };

export function wholeNumber(minimum: number, maximum: number, unit = ''): Kind<number> {
  return {
    parse: z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number)
      .refine((value) => value >= minimum && value <= maximum),
    expected: `a whole number ${unit ? `of ${unit} ` : ''}from ${minimum} to ${maximum}`,
  };
}

export const port: Kind<number> = { ...wholeNumber(0, 65_535), expected: 'a port from 0 to 65535 (0 takes a free one)' };
export const portOrOff: Kind<number | null> = {
  parse: z.union([z.literal('off').transform(() => null), port.parse]),
  expected: 'a port from 0 to 65535 (0 takes a free one), or off',
};
/** Of a server that others must find again. */
export const fixedPort: Kind<number> = { ...wholeNumber(1, 65_535), expected: 'a port from 1 to 65535' };

export const daysOrOff: Kind<number | null> = {
  parse: z.union([z.literal('off').transform(() => null), wholeNumber(1, 36_500).parse]),
  expected: 'a whole number of days from 1 to 36500, or off',
};

export function wholeNumbers(minimum: number, maximum: number, unit: string): Kind<readonly number[]> {
  return {
    parse: z
      .string()
      .regex(/^\d{1,9}(,\d{1,9}){0,31}$/)
      .transform((value) => value.split(',').map(Number))
      .refine((values) => values.every((value) => value >= minimum && value <= maximum)),
    expected: `whole numbers of ${unit} from ${minimum} to ${maximum} with commas between`,
  };
}

/** Three, each below the one before. */
export function borders(minimum: number, maximum: number, unit: string): Kind<readonly [number, number, number]> {
  return {
    parse: z
      .string()
      .regex(/^-?\d{1,4}(\.\d{1,2})?(,-?\d{1,4}(\.\d{1,2})?){2}$/)
      .transform((value) => value.split(',').map(Number) as [number, number, number])
      .refine(([first, second, third]) => maximum >= first && first > second && second > third && third >= minimum),
    expected: `three numbers of ${unit} from ${maximum} down to ${minimum}, each below the one before, with commas between`,
  };
}

export const onOff: Kind<boolean> = {
  parse: z.enum(['on', 'off']).transform((value) => value === 'on') as unknown as z.ZodType<boolean, string>,
  expected: 'on or off',
};

export function oneOf<const V extends string>(...values: V[]): Kind<V> {
  return { parse: z.string().pipe(z.enum(values)) as z.ZodType<V, string>, expected: `one of ${values.join(', ')}` };
}

export function someOf<const V extends string>(all: string, ...values: V[]): Kind<readonly V[]> {
  const known: readonly string[] = values;
  return {
    parse: z
      .string()
      .transform((value) => (value === all ? [...values] : [...new Set(value.split(',').map((part) => part.trim()))]))
      .refine((parts): parts is V[] => parts.every((part) => known.includes(part))) as unknown as z.ZodType<readonly V[], string>,
    expected: `${all}, or some of ${values.join(', ')} with commas between`,
  };
}

/** Of 32 bytes, with commas between. */
export const masterKeys: Kind<readonly string[]> = {
  parse: z
    .string()
    .regex(/^[0-9A-Fa-f]{64}(,[0-9A-Fa-f]{64}){0,3}$/)
    .transform((value) => value.split(',')),
  expected: '64 hex digits, or up to four times 64 with commas between',
};
