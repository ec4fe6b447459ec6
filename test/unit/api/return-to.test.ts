import fc from 'fast-check';
import { returnToOf, withReturnTo } from '../../../api/sign-in/return-to';

const BASE = 'https://updraft.example';

test.each([
  '/',
  '/console',
  '/console/batches?status=RUNNING&first=20#top',
  '/explorer/',
  '/a?next=https://evil.example',
  '/signinfo',
  '/%2f%2fevil',
])('R-UI-4 %s is led back to', (path) => {
  expect(returnToOf(path)).toBe(path);
});

test.each([
  ...['', 'console', 'https://evil.example', 'https:evil.example', 'javascript:alert(1)', 'data:text/html,x', '?x', '#x'],
  ...[
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/\n/evil.example',
    ' //evil.example',
  ],
  ...['/.//evil.example', '/a/..//evil.example', '/%2e//evil.example', '/%2E%2e//evil.example', '/./\\evil.example'],
  ...['//evil.example@updraft.example/', '/\u0000', '/\u2028', '/é', '/ ', '/a b', `/${'x'.repeat(1_024)}`],
  ...['/signin', '/signin/callback?code=1', '/signin/corporate', '/SignIn/link', '/signout', '/x/../signin'],
  ...[undefined, null, 1, ['/a', '/b'], { toString: () => '/a' }],
])('R-UI-4 %p is not, but home', (value) => {
  expect(returnToOf(value)).toBe('/');
});

test('R-UI-4 whatever is given, a browser stays at the API, and takes what comes of it for the same again', () => {
  const parts = fc.constantFrom(
    '/',
    '\\',
    '.',
    '..',
    '%2e',
    '%2f',
    '//',
    ':',
    '@',
    'evil.example',
    '\t',
    '\r',
    ' ',
    '?',
    '#',
    ';',
    '"',
    "'",
    'é',
  );
  const value = fc.oneof(
    fc.string(),
    fc.webUrl(),
    fc.array(parts, { maxLength: 12 }).map((all) => `/${all.join('')}`),
  );
  fc.assert(
    fc.property(value, (given) => {
      const led = returnToOf(given);
      expect(new URL(led, `${BASE}/signin/callback`).origin).toBe(BASE);
      expect(led).toMatch(/^\/(?!\/)[\x21-\x7e]*$/);
      expect(returnToOf(led)).toBe(led);
    }),
    { numRuns: 2_000 },
  );
});

test('R-UI-4 links carry it on, and home needs no word', () => {
  expect([withReturnTo('/signin', '/'), withReturnTo('/signin/x', '/a?b=c&d')]).toEqual(['/signin', '/signin/x?returnTo=%2Fa%3Fb%3Dc%26d']);
});
