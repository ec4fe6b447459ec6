import fc from 'fast-check';
import { decideRange, type RangeHeaders } from '../../api/files/decide-range';

const ETAG = '"abc"';
const whole = { status: 200, start: 0, end: 99 };
const part = (start: number, end: number) => ({ status: 206, start, end });

const table: [string, RangeHeaders, object][] = [
  ['no Range', {}, whole],
  ['the whole as an open range', { range: 'bytes=0-' }, part(0, 99)],
  ['an open range', { range: 'bytes=40-' }, part(40, 99)],
  ['a closed range', { range: 'bytes=10-19' }, part(10, 19)],
  ['one byte', { range: 'bytes=99-99' }, part(99, 99)],
  ['a range beyond the end', { range: 'bytes=90-1000' }, part(90, 99)],
  ['a suffix', { range: 'bytes=-10' }, part(90, 99)],
  ['a suffix longer than the file', { range: 'bytes=-1000' }, part(0, 99)],
  ['a range that begins behind the end', { range: 'bytes=100-' }, { status: 416 }],
  ['a suffix of nothing', { range: 'bytes=-0' }, { status: 416 }],
  ['several ranges', { range: 'bytes=0-1,5-6' }, whole],
  ['another unit', { range: 'lines=0-1' }, whole],
  ['no range at all', { range: 'bytes' }, whole],
  ['If-Range of this file', { range: 'bytes=40-', 'if-range': ETAG }, part(40, 99)],
  ['If-Range of another file', { range: 'bytes=40-', 'if-range': '"xyz"' }, whole],
  ['a weak If-Range', { range: 'bytes=40-', 'if-range': `W/${ETAG}` }, whole],
  ['a date as If-Range', { range: 'bytes=40-', 'if-range': 'Wed, 21 Oct 2026 07:28:00 GMT' }, whole],
  ['If-Match of this file', { range: 'bytes=40-', 'if-match': `"x", ${ETAG}` }, part(40, 99)],
  ['If-Match of any file', { 'if-match': '*' }, whole],
  ['If-Match of another file', { range: 'bytes=40-', 'if-match': '"xyz"' }, { status: 412 }],
  ['a weak If-Match', { 'if-match': `W/${ETAG}` }, { status: 412 }],
  ['If-None-Match of this file', { 'if-none-match': ETAG }, { status: 304 }],
  ['If-None-Match of another file', { 'if-none-match': '"xyz"' }, whole],
];

test.each(table)('R-DL-2 a request with %s', (_name, headers, expected) => {
  expect(decideRange(headers, 100, ETAG)).toEqual(expected);
});

test('R-DL-2 whatever a client writes into Range, the answer is within the file', () => {
  const header = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(300), fc.option(fc.nat(300))).map(([from, to]) => `bytes=${from}-${to ?? ''}`),
  );
  fc.assert(
    fc.property(header, fc.integer({ min: 1, max: 200 }), (range, size) => {
      const decision = decideRange({ range }, size, ETAG);
      if (!('start' in decision)) expect(decision.status).toBe(416);
      else expect(decision.start >= 0 && decision.start <= decision.end && decision.end < size).toBe(true);
    }),
  );
});
