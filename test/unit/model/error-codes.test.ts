import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '../../../schema/model/error-codes';

/** The rows `| CODE | meaning |` of the document. */
function documented(): [code: string, meaning: string][] {
  const text = readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8');
  return Array.from(text.matchAll(/^\| `([A-Z_]+)` \| (.+) \|$/gm), ([, code, meaning]) => [code!, meaning!]);
}

describe('R-UI-1 error codes', () => {
  test('R-UI-1 docs/errors.md lists every code of the catalogue with its meaning, and no other', () => {
    expect(Object.fromEntries(documented())).toEqual(ERROR_CODES);
  });

  test('R-UI-1 docs/errors.md lists no code twice', () => {
    const codes = documented().map(([code]) => code);
    expect(codes).toEqual([...new Set(codes)]);
  });

  test.each(Object.entries(ERROR_CODES))('R-UI-1 %s has a one-line meaning', (code, meaning) => {
    expect(code).toMatch(/^[A-Z]+(_[A-Z0-9]+)*$/);
    expect(meaning).toMatch(/^[A-Z][^|\n]{10,150}\.$/);
  });
});
