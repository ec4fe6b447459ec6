import { correlationIdOf } from '../../../api/transport/call-of';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4/;
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

test.each<[string, Record<string, string>, string | RegExp]>([
  ['a request id', { 'x-request-id': 'f058ebd6-02f7-4d3f-942e-904344e8cde5' }, 'f058ebd6-02f7-4d3f-942e-904344e8cde5'],
  ['a request id before a trace', { 'x-request-id': 'request-1', traceparent: `00-${TRACE}-00f067aa0ba902b7-01` }, 'request-1'],
  ['a trace', { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` }, TRACE],
  ['a trace of a later version', { traceparent: `01-${TRACE}-00f067aa0ba902b7-01-more` }, TRACE],
  ['a trace of no version', { traceparent: `ff-${TRACE}-00f067aa0ba902b7-01` }, UUID],
  ['a trace of zeros', { traceparent: `00-${'0'.repeat(32)}-00f067aa0ba902b7-01` }, UUID],
  ['a parent of zeros', { traceparent: `00-${TRACE}-${'0'.repeat(16)}-01` }, UUID],
  ['a trace in capitals', { traceparent: `00-${TRACE.toUpperCase()}-00f067aa0ba902b7-01` }, UUID],
  ['a line of a log', { 'x-request-id': 'id-1","level":"fatal' }, UUID],
  ['a byte of a terminal', { 'x-request-id': 'id-1\u001b[2J0000' }, UUID],
  ['one that is too short', { 'x-request-id': 'id' }, UUID],
  ['one that is too long', { 'x-request-id': 'x'.repeat(129) }, UUID],
  ['several that were joined', { 'x-request-id': 'request-1, request-2' }, UUID],
  ['none', {}, UUID],
])('R-UI-4 the correlation id of a request with %s', (_what, headers, expected) => {
  expect(correlationIdOf(headers)).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
});
