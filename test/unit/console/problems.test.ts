import { kindOf } from '../../../console/src/i18n/problem-kind';
import { createSameCall } from '../../../console/src/live/same-call';

test.each([
  [['UNREACHABLE'], 'unreachable'],
  [['NOT_FOUND', 'UNREACHABLE'], 'unreachable'],
  [['STORE_UNAVAILABLE'], 'notNow'],
  [['BUSY'], 'notNow'],
  [['INTERNAL'], 'failed'],
  [['BATCH_STATE'], 'refused'],
])('R-UI-3: problems with the codes %j are told as "%s"', (codes, kind) => {
  expect(kindOf(codes.map((code) => ({ code })))).toBe(kind);
});

test('R-UI-3: the same content is the same call until it is known what has become of it', () => {
  const call = createSameCall();
  const key = call.keyFor({ input: { name: 'a' } });
  expect(key).toMatch(/^[0-9a-f]{32}$/);
  expect(call.keyFor({ input: { name: 'a' } })).toBe(key);
  expect(call.keyFor({ input: { name: 'b' } })).not.toBe(key);
  const other = call.keyFor({ input: { name: 'a' } });
  call.ended();
  expect(call.keyFor({ input: { name: 'a' } })).not.toBe(other);
});
