import type { Violation } from './violation';

interface TextRule {
  /** With an article, at the head of a sentence: `A version`. */
  what: string;
  minimum: number;
  maximum: number;
  pattern: RegExp;
  /** The pattern in words. */
  takes: string;
}

/** The value itself is never quoted: it may be a secret, or endless. */
function textViolation(rule: TextRule, value: unknown, field: string): Violation | null {
  const { what, minimum, maximum, takes } = rule;
  const limit = `${minimum}–${maximum} characters`;
  const hint = `Give ${minimum} to ${maximum} characters: ${takes}.`;
  if (value === undefined || value === null || value === '')
    return { code: 'REQUIRED', field, message: `${what} is missing or empty.`, hint, limit };
  if (typeof value !== 'string') return { code: 'INVALID_FORMAT', field, message: `${what} has to be a text.`, hint, limit };
  if (value.length < minimum || value.length > maximum)
    return { code: 'INVALID_FORMAT', field, message: `${what} has ${minimum} to ${maximum} characters, not ${value.length}.`, hint, limit };
  if (!rule.pattern.test(value)) return { code: 'INVALID_FORMAT', field, message: `${what} takes only ${takes}.`, hint, limit };
  return null;
}

type Check = (value: unknown, field: string) => Violation | null;
export const checkOf =
  (rule: TextRule): Check =>
  (value, field) =>
    textViolation(rule, value, field);

const inBytes =
  (maximum: number, check: Check): Check =>
  (value, field) => {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value).length : 0;
    const violation = check(value, field);
    if (violation || bytes <= maximum) return violation;
    const limit = `1–${maximum} bytes`;
    return {
      code: 'INVALID_FORMAT',
      field,
      message: `The text has ${bytes} bytes in UTF-8.`,
      hint: `Give at most ${maximum} bytes.`,
      limit,
    };
  };

/** No dot and no bar: both divide a product key from what follows it in ids and client ids. */
export const productKeyViolation = checkOf({
  what: 'A product key',
  minimum: 4,
  maximum: 32,
  pattern: /^[A-Za-z0-9]+$/,
  takes: 'letters A–Z and a–z and digits',
});

/** R-PKG-3. */
export const packageNameViolation = checkOf({
  what: 'A package name',
  minimum: 4,
  maximum: 32,
  pattern: /^[A-Za-z0-9][A-Za-z0-9_]*$/,
  takes: 'letters A–Z and a–z, digits and _, not beginning with _',
});

/** R-PKG-7. */
export const signingKeyNameViolation = checkOf({
  what: 'A key name',
  minimum: 1,
  maximum: 32,
  pattern: /^[A-Za-z0-9_-]+$/,
  takes: 'letters A–Z and a–z, digits, _ and -',
});

/** What a Link topic and user name can carry: no `/`, `+`, `#` or `&`. */
export const deviceNameViolation = checkOf({
  what: 'A device name',
  minimum: 4,
  maximum: 32,
  pattern: /^[A-Za-z0-9_.:@-]+$/,
  takes: 'letters A–Z and a–z, digits, -, _, ., : and @',
});

export const deviceSecretViolation = checkOf({
  what: 'A device secret',
  minimum: 16,
  maximum: 64,
  pattern: /^[\x20-\x7e]+$/,
  takes: 'printable ASCII characters',
});

/** No control characters, and no blank at either end. */
const PRINTABLE = /^(?! )[^\p{C}\p{Zl}\p{Zp}]+(?<! )$/u;

/** LwM2M 1.0 core, 6.2.1. `ep=` and the name are one option of CoAP, which has at most 255 bytes (RFC 7252 §5.10). */
export const endpointViolation = inBytes(
  252,
  checkOf({
    what: 'An endpoint name',
    minimum: 1,
    maximum: 128,
    pattern: PRINTABLE,
    takes: 'characters of any script, no control characters, and no blank at either end; at most 252 bytes in UTF-8',
  }),
);

/** RFC 4279 §5.3: bytes count here, not characters. */
export const pskIdentityViolation = inBytes(
  128,
  checkOf({
    what: 'A PSK identity',
    minimum: 1,
    maximum: 128,
    pattern: PRINTABLE,
    takes: 'characters of any script, no control characters, and no blank at either end; at most 128 bytes in UTF-8',
  }),
);

const placeName = (what: string) =>
  checkOf({
    what,
    minimum: 1,
    maximum: 64,
    pattern: PRINTABLE,
    takes: 'characters of any script, no control characters, and no blank at either end',
  });

/** R-DEV-5. */
export const provinceViolation = placeName('A province');
export const cityViolation = placeName('A city');

/** R-DEV-7: as the operator's own system names a user. */
export const ownerViolation = checkOf({
  what: 'An owner',
  minimum: 1,
  maximum: 128,
  pattern: PRINTABLE,
  takes: 'characters of any script, no control characters, and no blank at either end',
});

/** R-BAT-4. */
export const seedViolation = checkOf({
  what: 'A seed',
  minimum: 1,
  maximum: 64,
  pattern: /^[A-Za-z0-9_-]+$/,
  takes: 'letters A–Z and a–z, digits, _ and -',
});

/** A key is a field's name in the store: no dot, no dollar. */
export const deviceTagKeyViolation = checkOf({
  what: 'The key of a tag',
  minimum: 1,
  maximum: 32,
  pattern: /^(?!__proto__$)[A-Za-z0-9_-]+$/,
  takes: 'letters A–Z and a–z, digits, _ and -, and is not __proto__',
});

export const deviceTagValueViolation = checkOf({
  what: 'The value of a tag',
  minimum: 1,
  maximum: 128,
  pattern: /^[^\p{C}\p{Zl}\p{Zp}]+$/u,
  takes: 'characters of any script, and no control characters',
});

/**
 * R-PKG-3: no Chinese characters (nor Japanese or Korean ones, nor their punctuation and full-width forms, which the same devices fail on),
 * nothing that could leave a folder or a header line, and not a folder's own name.
 */
export const fileNameViolation = checkOf({
  what: 'A file name',
  minimum: 1,
  maximum: 128,
  pattern:
    /^(?!\.{1,2}$)[^/\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\u3000-\u303f\uff00-\uffef]+$/u,
  takes: 'characters other than / and \\, control characters and Chinese, Japanese or Korean ones',
});
