import * as fc from 'fast-check';
import { endpointViolation } from '../../../../schema/model/names';
import { expiryOf, graceSeconds, LIFETIME_SECONDS } from '../../../../schema/model/registration/lifetime';
import { LWM2M_VERSIONS, readRegister, readUpdate } from '../../../../schema/model/registration/parameters';

const register = (query: string) => readRegister(query.split('&'));
const DEFAULTS = { endpoint: 'm', version: '1.1', lifetimeSeconds: 86_400, binding: 'U', queueMode: false };

describe('R-DEV-2 what a Register says', () => {
  test.each([
    ['ep=m&lwm2m=1.1', {}],
    ['ep=m&lwm2m=1.0', { version: '1.0' }],
    ['ep=m&lwm2m=1.2', { version: '1.2' }],
    // LwM2M 1.0 lets clients leave it out.
    ['ep=m', { version: '1.0' }],
    ['lwm2m=1.1', { endpoint: null }],
    ['ep=m&lwm2m=1.1&lt=1', { lifetimeSeconds: 1 }],
    ['ep=m&lwm2m=1.1&lt=4294967295', { lifetimeSeconds: 4_294_967_295 }],
    ['ep=m&lwm2m=1.0&b=UQ', { version: '1.0', binding: 'UQ', queueMode: true }],
    ['ep=m&lwm2m=1.1&b=U&Q', { queueMode: true }],
    // Anjay 3 names no binding.
    ['ep=m&lwm2m=1.2&Q', { version: '1.2', queueMode: true }],
    // Clients that have learnt a new version and kept the old binding.
    ['ep=m&lwm2m=1.1&b=UQ', { binding: 'UQ', queueMode: true }],
    ['ep=m&lwm2m=1.1&b=UTS', { binding: 'UTS' }],
    ['ep=m&lwm2m=1.1&sms=%2B4912&et=x&d&q=1&LT=9', {}],
    ['ep=urn:imei:004402990020434&lwm2m=1.1', { endpoint: 'urn:imei:004402990020434' }],
    ['ep=a=b&lwm2m=1.1', { endpoint: 'a=b' }],
  ])('%s', (query, said) => expect(register(query)).toEqual({ ...DEFAULTS, ...said }));

  test.each([
    ['ep=', 'no_endpoint'],
    [`ep=${'m'.repeat(129)}`, 'malformed'],
    ['ep=a\u0000b', 'malformed'],
    ['ep=a\nb', 'malformed'],
    ['ep=m&lwm2m=9.9', 'wrong_version'],
    ['ep=m&lwm2m=', 'wrong_version'],
    ['ep=m&lwm2m=1.10', 'wrong_version'],
    ['ep=m&lt=0', 'malformed'],
    ['ep=m&lt=4294967296', 'malformed'],
    ['ep=m&lt=-1', 'malformed'],
    ['ep=m&lt=', 'malformed'],
    ['ep=m&lt', 'malformed'],
    ['ep=m&lt=1e3', 'malformed'],
    ['ep=m&lt=60.5', 'malformed'],
    ['ep=m&lt=99999999999999999999', 'malformed'],
    ['ep=m&b=', 'malformed'],
    ['ep=m&b=UU', 'malformed'],
    ['ep=m&b=QU', 'malformed'],
    ['ep=m&b=X', 'malformed'],
    ['ep=m&ep=n', 'malformed'],
    ['ep=m&lt=60&lt=61', 'malformed'],
  ])('%s is refused: %s', (query, refused) => expect(register(query)).toEqual({ refused }));

  test('whatever a query is, it is read or refused, and what is read keeps its bounds', () => {
    const part = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.tuple(fc.constantFrom('ep=', 'lt=', 'lwm2m=', 'b=', 'Q'), fc.string()).map(([a, b]) => a + b),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (queries) => {
        const read = readRegister(queries);
        if ('refused' in read) return;
        expect(LWM2M_VERSIONS).toContain(read.version);
        expect(read.lifetimeSeconds).toBeGreaterThanOrEqual(LIFETIME_SECONDS.least);
        expect(read.lifetimeSeconds).toBeLessThanOrEqual(LIFETIME_SECONDS.most);
        if (read.endpoint !== null) expect(endpointViolation(read.endpoint, 'ep')).toBeNull();
      }),
    );
  });
});

describe('what an Update says', () => {
  test.each([
    ['', {}],
    ['lt=60', { lifetimeSeconds: 60 }],
    ['b=UQ', { binding: 'UQ' }],
    ['b=U&Q&sms=1', { binding: 'U', queueMode: true }],
    ['ep=other&lwm2m=9.9', {}],
    ['lt=0', { refused: 'malformed' }],
    ['b=Z', { refused: 'malformed' }],
    ['lt=60&lt=60', { refused: 'malformed' }],
  ])('%s', (query, said) => expect(readUpdate(query.split('&'))).toEqual(said));
});

test('a registration is waited for beyond its lifetime: for a tenth of it, and half a minute at least', () => {
  const lasts = (seconds: number) => expiryOf(seconds, new Date(0)).getTime();
  expect([1, 300, 301, 86_400].map(graceSeconds)).toEqual([30, 30, 30.1, 8_640]);
  expect([1, 300, 301, 86_400].map(lasts)).toEqual([31_000, 330_000, 331_100, 95_040_000]);
  expect(Number.isNaN(expiryOf(LIFETIME_SECONDS.most, new Date()).getTime())).toBe(false);
});
