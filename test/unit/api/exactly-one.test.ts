import 'reflect-metadata';
import { ratePolicyOf } from '../../../api/batches/push-rate';
import { scopeOf } from '../../../api/batches/scope';
import { UserError } from '../../../core/errors';

const none = { all: null, deviceNames: null, region: null, phased: null, groupId: null, listId: null };
const variable = { base: 20, factor: 1.5, maximum: 100, threshold: 'notified' as const, thresholdCount: 10 };

test('R-UI-1 of inputs that take exactly one field, others that are null or false are as not given', () => {
  expect(scopeOf({ ...none, all: true })).toEqual({ kind: 'all' });
  expect(scopeOf({ ...none, all: false, groupId: 'g' })).toMatchObject({ kind: 'group', groupId: 'g' });
  expect(ratePolicyOf({ perMinute: 600, variable: null })).toEqual({ kind: 'constant', perMinute: 600 });
  expect(ratePolicyOf({ perMinute: null, variable })).toMatchObject({ kind: 'variable', base: 20 });
});

test.each([
  ['scope', () => scopeOf(none)],
  ['scope', () => scopeOf({ ...none, all: true, listId: 'l' })],
  ['pushRate', () => ratePolicyOf({})],
  ['pushRate', () => ratePolicyOf({ perMinute: 600, variable })],
])('R-UI-1 none or several are told at the field %s, with what to do (%#)', (field, read) => {
  expect(read).toThrow(UserError);
  expect(read).toThrow(expect.objectContaining({ code: 'REQUIRED', field, hint: expect.any(String) }));
});
