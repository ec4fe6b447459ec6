import type { Violation } from '../violation';

/** R-PKG-5: a digest that an uploader declared. */
export interface DeclaredDigest {
  algorithm: 'md5' | 'sha256';
  hex: string;
}

const HEX = '([0-9a-f]{64}|[0-9a-f]{32})';
/** `<hex>`, and `<hex>  name` of `sha256sum`: `*` is its binary mode, a backslash before the digits says that it has escaped the name. */
const PRINTED = new RegExp(`^\\\\?${HEX}(?:[ \\t]+\\*?[^\\r\\n]*)?$`, 'i');
/** `SHA256 (name) = <hex>` of BSD and `--tag`, `SHA2-256(name)= <hex>` of OpenSSL. */
const TAGGED = new RegExp(`^(?:MD5|SHA256|SHA2-256) ?\\([^\\r\\n]*\\) ?= ?${HEX}$`, 'i');

/** The digest in a text as the usual programs print it, their line end included; null when there is none. */
export function declaredDigestOf(text: string): DeclaredDigest | null {
  const line = text.trim();
  const hex = (PRINTED.exec(line) ?? TAGGED.exec(line))?.[1]?.toLowerCase();
  return hex === undefined ? null : { algorithm: hex.length === 32 ? 'md5' : 'sha256', hex };
}

export const declaredDigestViolation = (text: string, field: string): Violation | null =>
  declaredDigestOf(text) === null
    ? {
        code: 'INVALID_FORMAT',
        field,
        message: 'A digest is 32 (MD5) or 64 (SHA-256) hex digits.',
        hint: 'Give what `md5sum` or `sha256sum` prints, or leave it out.',
        limit: '32 or 64 hex digits',
      }
    : null;
