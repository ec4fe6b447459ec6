import fc from 'fast-check';
import { type ConditionHeaders, decideRange } from '../../api/files/decide-range';
import { parseRange } from '../../api/files/parse-range';

const etag = '"abc"';
const modified = new Date('2026-01-01T00:00:00Z');
const DATE = 'Thu, 01 Jan 2026 00:00:00 GMT';
const EARLIER = 'Wed, 31 Dec 2025 23:59:59 GMT';
const decide = (headers: ConditionHeaders, method = 'GET') => {
  const decision = decideRange(method, headers, { size: 100, etag, modified });
  return 'start' in decision ? `${decision.status} ${decision.start}-${decision.end}` : String(decision.status);
};

test.each([
  ['none', undefined, '200 0-99'],
  ['single', 'bytes=10-19', '206 10-19'],
  ['one byte', 'bytes=0-0', '206 0-0'],
  ['open', 'bytes=40-', '206 40-99'],
  ['open from the start', 'bytes=0-', '206 0-99'],
  ['over the end', 'bytes=90-1000', '206 90-99'],
  ['suffix', 'bytes=-10', '206 90-99'],
  ['a suffix longer than the file', 'bytes=-1000', '206 0-99'],
  ['a suffix of nothing', 'bytes=-0', '416'],
  ['at the end', 'bytes=100-', '416'],
  ['far beyond', 'bytes=999999999-', '416'],
  ['beyond any number', `bytes=${'9'.repeat(400)}-`, '416'],
  ['the unit in another case', 'Bytes=10-19', '206 10-19'],
  ['blanks and an empty element', 'bytes= 10-19 ,', '206 10-19'],
  ['several', 'bytes=0-1,5-6', '200 0-99'],
  ['several, one of them bad', 'bytes=0-1,x', '200 0-99'],
  ['backwards', 'bytes=20-10', '200 0-99'],
  ['another unit', 'lines=1-2', '200 0-99'],
  ['no range at all', 'bytes=abc', '200 0-99'],
  ['no equals sign', 'bytes 1-2', '200 0-99'],
  ['negative and open', 'bytes=-1-', '200 0-99'],
  ['nothing', 'bytes=', '200 0-99'],
  ['a dash', 'bytes=-', '200 0-99'],
])('R-DL-2 Range: %s', (_name, range, decision) => {
  expect(decide({ range })).toBe(decision);
});

const range = 'bytes=40-';
test.each<[string, ConditionHeaders, string]>([
  ['If-Range with the tag', { range, 'if-range': etag }, '206 40-99'],
  ['If-Range with another tag', { range, 'if-range': '"other"' }, '200 0-99'],
  ['If-Range with a weak tag', { range, 'if-range': `W/${etag}` }, '200 0-99'],
  ['If-Range with the date', { range, 'if-range': DATE }, '206 40-99'],
  ['If-Range with an earlier date', { range, 'if-range': EARLIER }, '200 0-99'],
  ['If-Range with rubbish', { range, 'if-range': '2026' }, '200 0-99'],
  ['If-Match with the tag', { range, 'if-match': `"x", ${etag}` }, '206 40-99'],
  ['If-Match with any', { range, 'if-match': '*' }, '206 40-99'],
  ['If-Match with another', { range, 'if-match': '"other"' }, '412'],
  ['If-Match with a weak one', { range, 'if-match': `W/${etag}` }, '412'],
  ['If-None-Match with the tag', { 'if-none-match': etag }, '304'],
  ['If-None-Match with its weak form', { 'if-none-match': `W/${etag}` }, '304'],
  ['If-None-Match with another', { 'if-none-match': '"other"' }, '200 0-99'],
  ['If-Match comes before If-None-Match', { 'if-match': '"other"', 'if-none-match': etag }, '412'],
  ['a precondition comes before the range', { range: 'bytes=999999999-', 'if-match': '"other"' }, '412'],
  ['If-Unmodified-Since earlier', { 'if-unmodified-since': EARLIER }, '412'],
  ['If-Unmodified-Since then', { 'if-unmodified-since': DATE }, '200 0-99'],
  ['If-Unmodified-Since beside If-Match', { 'if-unmodified-since': EARLIER, 'if-match': etag }, '200 0-99'],
  ['If-Modified-Since then', { 'if-modified-since': DATE }, '304'],
  ['If-Modified-Since earlier', { 'if-modified-since': EARLIER }, '200 0-99'],
  ['If-Modified-Since beside If-None-Match', { 'if-modified-since': DATE, 'if-none-match': '"other"' }, '200 0-99'],
  ['a date that is none', { 'if-modified-since': 'yesterday' }, '200 0-99'],
])('R-DL-2 %s', (_name, headers, decision) => {
  expect(decide(headers)).toBe(decision);
});

test('R-DL-2 HEAD tells of the whole file: ranges are of GET only', () => {
  expect(decide({ range }, 'HEAD')).toBe('200 0-99');
  expect(decide({ 'if-match': '"other"' }, 'HEAD')).toBe('412');
});

test('R-DL-2 whatever a Range header says, a range is within the file', () => {
  const header = fc.oneof(
    fc.string(),
    fc.tuple(fc.nat(), fc.option(fc.nat())).map(([first, last]) => `bytes=${first}-${last ?? ''}`),
  );
  fc.assert(
    fc.property(header, fc.integer({ min: 1, max: 2 ** 40 }), (text, size) => {
      const parsed = parseRange(text, size);
      if (parsed === null || parsed === 'beyond') return true;
      return Number.isInteger(parsed.start) && 0 <= parsed.start && parsed.start <= parsed.end && parsed.end < size;
    }),
  );
});
