import fc from 'fast-check';
import { readBareLf } from '../../api/transport/bare-lf';

const read = (text: string) => readBareLf(Buffer.from(text, 'latin1'));
const HEAD = 'GET /f/abc HTTP/1.1\nHost: fw.example\nContent-Type: application/json\nAuthorization:Bearer 0123\r\n\r\n';

test('R-DL-1 a request as the C SDK writes it is read: LF behind each line but the last, no blank behind a colon', () => {
  expect(read(HEAD)).toEqual({
    method: 'GET',
    url: '/f/abc',
    headers: { host: 'fw.example', 'content-type': 'application/json', authorization: 'Bearer 0123' },
  });
});

test('R-DL-1 that of its v2, which has no token and two ends, is read as well', () => {
  expect(read('GET /d/abc/firmware.bin?v=2 HTTP/1.1\nHost: fw.example\n\r\n\r\n')).toEqual({
    ...{ method: 'GET', url: '/d/abc/firmware.bin?v=2' },
    headers: { host: 'fw.example' },
  });
});

test('R-DL-1 a head that comes in pieces is waited for, up to 4,096 bytes', () => {
  const first = HEAD.indexOf('\n') + 1;
  for (let end = first; end < HEAD.length - 1; end += 1) expect(read(HEAD.slice(0, end))).toBe('more');
  const long = (length: number) => `GET /f/abc HTTP/1.1\nX: ${'x'.repeat(length)}`;
  expect([read(long(4_000)), read(long(5_000)), read(`${long(5_000)}\n\n`)]).toEqual(['more', 'refused', 'refused']);
});

test.each([
  ['a line that ends as it should', HEAD.replace('\n', '\r\n')],
  ['another path', HEAD.replace('/f/abc', '/graphql')],
  ['a path that only begins like one', HEAD.replace('/f/abc', '/farm')],
  ['another server in its target', HEAD.replace('/f/abc', 'http://x/f/abc')],
  ['another method', HEAD.replace('GET', 'POST')],
  ['another protocol', HEAD.replace('1.1', '2.0')],
  ['no protocol', 'GET /f/abc\n\n'],
  ['a length', HEAD.replace('Content-Type', 'Content-Length')],
  ['chunks', HEAD.replace('Content-Type: application/json', 'Transfer-Encoding: chunked')],
  ['chunks behind a blank', HEAD.replace('Content-Type: application/json', 'Transfer-Encoding : chunked')],
  ['an upgrade', HEAD.replace('Content-Type: application/json', 'Upgrade: websocket')],
  ['an expectation', HEAD.replace('Content-Type: application/json', 'Expect: 100-continue')],
  ['a header twice', HEAD.replace('Content-Type: application/json', 'Host: other')],
  ['a folded header', HEAD.replace('Content-Type', ' Content-Type')],
  ['a line without a colon', HEAD.replace('Content-Type: application/json', 'nothing')],
  ['a bare CR within a line', HEAD.replace('application', 'appli\rcation')],
  ['a NUL', HEAD.replace('application', 'appli\0cation')],
  ['a body', `${HEAD}body`],
  ['another request behind it', `${HEAD}GET /f/def HTTP/1.1\r\n\r\n`],
  ['nothing in it', ''],
  ['TLS in it', '\x16\x03\x01\x02\n'],
])('R-DL-1 a head with %s is none of these', (_name, text) => {
  expect(read(text)).toBe('refused');
});

test('R-DL-1 whatever is sent, nothing but one download without a body is read', () => {
  const piece = fc.constantFrom(
    'GET ',
    '/f/a',
    ' HTTP/1.1',
    '\n',
    '\r\n',
    'Host: a',
    'Content-Length: 3',
    'Transfer-Encoding: chunked',
    '\r',
    'x',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
      const found = read(pieces.join(''));
      if (typeof found === 'string') return true;
      const isPlain = Object.values(found.headers).every((value) => !/[\r\n]/.test(value));
      return isPlain && found.url.startsWith('/f/a') && !('content-length' in found.headers) && !('transfer-encoding' in found.headers);
    }),
    { numRuns: 2_000 },
  );
});
