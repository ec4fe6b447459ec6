import fc from 'fast-check';
import { holds, isSame, lwm2mProof } from '../../../schema/model/device/generations';
import { lwm2mViolations } from '../../../schema/model/device/lwm2m-identity';
import { DEFAULT_LIMITS, FIXED_LIMITS } from '../../../schema/model/limits';
import { endpointViolation, pskIdentityViolation } from '../../../schema/model/names';
import { lwm2mSettingsOf, lwm2mSettingViolations } from '../../../schema/model/protocol/lwm2m-settings';

const bytes = (count: number) => 'ab'.repeat(count);
const wrong = (change: Parameters<typeof lwm2mViolations>[0], limits = DEFAULT_LIMITS) =>
  lwm2mViolations(change, 'lwm2m.', limits).map(({ code, field }) => `${code} ${field}`);

describe('R-FLOW-7 an endpoint name', () => {
  test.each([
    ['an IMEI', '490154203237518'],
    ['a URN', 'urn:imei:490154203237518'],
    ['one character', 'a'],
    ['blanks within', 'meter 12'],
    ['another script', '水表-7'],
    ['128 characters', 'x'.repeat(128)],
    ['characters that mean something in a query', 'a&b=c?d%e'],
  ])('R-FLOW-7 may be %s', (_name, endpoint) => {
    expect(endpointViolation(endpoint, 'endpoint')).toBeNull();
  });

  test.each([
    ['empty', '', 'REQUIRED'],
    ['longer than 128 characters', 'x'.repeat(129), 'INVALID_FORMAT'],
    ['longer than the option of a query takes', '水'.repeat(85), 'INVALID_FORMAT'],
    ['with a line break', 'a\nb', 'INVALID_FORMAT'],
    ['with a NUL', 'a\u0000', 'INVALID_FORMAT'],
    ['with a mark that turns the direction', 'a\u202eb', 'INVALID_FORMAT'],
    ['with half a surrogate pair', 'a\ud800', 'INVALID_FORMAT'],
    ['a number', 7, 'INVALID_FORMAT'],
    ['with a blank at its end', 'a ', 'INVALID_FORMAT'],
  ])('R-FLOW-7 is not %s', (_name, endpoint, code) => {
    expect(endpointViolation(endpoint, 'endpoint')?.code).toBe(code);
  });

  test('R-FLOW-7 that is taken fits into the option of a query with its name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 140 }), (text) => {
        if (endpointViolation(text, '') === null) expect(Buffer.byteLength(`ep=${text}`)).toBeLessThanOrEqual(255);
        if (pskIdentityViolation(text, '') === null) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(128);
      }),
    );
  });
});

describe('R-FLOW-7 a pre-shared key', () => {
  // thingsboard/thingsboard#4986: a form that took keys of one length only.
  test.each([16, 17, 24, 32, 48, 64])('R-FLOW-7 may have %i bytes', (count) => {
    expect(wrong({ psks: [{ identity: 'a', key: bytes(count) }] })).toEqual([]);
  });

  test.each([
    ['15 bytes', bytes(15)],
    ['65 bytes', bytes(65)],
    ['an odd number of digits', `${bytes(16)}a`],
    ['blanks', bytes(16).replace('ab', 'a b')],
    ['colons', Array(16).fill('ab').join(':')],
    ['a prefix', `0x${bytes(16)}`],
    ['nothing', ''],
    // eclipse-leshan/leshan#515: a text where hex digits are meant.
    ['base64', Buffer.alloc(32, 0xfa).toString('base64')],
    ['a text', 'this is no secret key at all'],
  ])('R-FLOW-7 with %s is refused, and the refusal says the form', (_name, key) => {
    const [violation, ...others] = lwm2mViolations({ psks: [{ identity: 'a', key }] }, '', DEFAULT_LIMITS);
    expect([violation?.code, violation?.field, others]).toEqual(['INVALID_FORMAT', 'psks[0].key', []]);
    expect(violation?.hint).toMatch(/32 to 128 hex digits/);
    if (key.length > 4) expect(JSON.stringify(violation)).not.toContain(key);
  });

  test('R-FLOW-7 of fewer bytes than the operator wants is refused', () => {
    expect(wrong({ psks: [{ identity: 'a', key: bytes(31) }] }, { ...DEFAULT_LIMITS, pskBytesMinimum: 32 })).toEqual([
      'INVALID_FORMAT lwm2m.psks[0].key',
    ]);
  });

  // thingsboard/thingsboard#5454: an identity that was taken for a security mode.
  test.each(['NO_SEC', 'NoSec', '__proto__', 'null', '0', 'x'.repeat(128)])('R-FLOW-7 may have the identity %s', (identity) => {
    expect(wrong({ psks: [{ identity, key: bytes(16) }] })).toEqual([]);
  });

  test('R-FLOW-7 an identity counts in bytes', () => {
    expect(wrong({ psks: [{ identity: '水'.repeat(43), key: bytes(16) }] })).toEqual(['INVALID_FORMAT lwm2m.psks[0].identity']);
    expect(wrong({ psks: [{ identity: '水'.repeat(42), key: bytes(16) }] })).toEqual([]);
  });

  test('R-FLOW-7 there are two at most, of different identities', () => {
    const psk = (identity: string) => ({ identity, key: bytes(16) });
    expect(wrong({ psks: [psk('a'), psk('b')] })).toEqual([]);
    expect(wrong({ psks: [psk('a'), psk('b'), psk('c')] })).toEqual(['TOO_MANY lwm2m.psks']);
    expect(wrong({ psks: [psk('a'), psk('a')] })).toEqual(['INVALID_FORMAT lwm2m.psks[1].identity']);
    expect(FIXED_LIMITS.psksPerDevice).toBe(2);
  });

  test('R-SAFE-2 whatever is given as a key, no refusal repeats it', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 9, maxLength: 200 }), (key) => {
        const told = JSON.stringify(lwm2mViolations({ psks: [{ identity: 'a', key }] }, '', DEFAULT_LIMITS));
        expect(told.includes(JSON.stringify(key).slice(1, -1))).toBe(false);
      }),
    );
  });
});

describe('R-FLOW-7 what let an LwM2M device in', () => {
  const psk = (identity: string, generation: string) => ({ identity, generation });
  const device = {
    generations: { registration: 'r1' },
    lwm2m: { endpoint: 'ep', psks: [psk('old', 'g1'), psk('new', 'g2')] },
  };

  test('R-FLOW-7 holds as long as the key does, whatever comes beside it', () => {
    const proof = lwm2mProof(device, 'old');
    expect(holds(proof, device)).toBe(true);
    expect(holds(proof, { ...device, lwm2m: { endpoint: 'ep', psks: [psk('old', 'g1')] } })).toBe(true);
    expect(holds(proof, { ...device, lwm2m: { endpoint: 'ep', psks: [psk('new', 'g2')] } })).toBe(false);
    // eclipse-leshan/leshan#162: another key under the same identity.
    expect(holds(proof, { ...device, lwm2m: { endpoint: 'ep', psks: [psk('old', 'g3')] } })).toBe(false);
    expect(holds(proof, { ...device, generations: { registration: 'r2' } })).toBe(false);
    expect(holds(proof, { generations: device.generations })).toBe(false);
    expect(holds(proof, { ...device, lwm2m: { ...device.lwm2m, endpoint: 'other' } })).toBe(false);
  });

  test('R-FLOW-7 without a key it is the endpoint name, until the device has a key', () => {
    const plain = { ...device, lwm2m: { endpoint: 'ep' } };
    const proof = lwm2mProof(plain, null);
    expect(holds(proof, plain)).toBe(true);
    expect(holds(proof, device)).toBe(false);
    expect(holds(proof, { ...plain, lwm2m: { endpoint: 'other' } })).toBe(false);
    expect([isSame(proof, lwm2mProof(plain, null)), isSame(proof, lwm2mProof(device, 'old'))]).toEqual([true, false]);
  });
});

test('R-FLOW-7 the settings of a product for LwM2M have defaults and bounds', () => {
  expect(lwm2mSettingsOf({})).toEqual({ plainCoap: false, awakeSeconds: 93, ackTimeoutSeconds: 2 });
  expect(lwm2mSettingsOf({ plainCoap: true, awakeSeconds: 20, ackTimeoutSeconds: 15 })).toEqual({
    ...{ plainCoap: true, awakeSeconds: 20, ackTimeoutSeconds: 15 },
  });
  expect(lwm2mSettingViolations({ awakeSeconds: 1, ackTimeoutSeconds: 30 })).toEqual([]);
  for (const awakeSeconds of [0, 3_601, 1.5, Number.NaN])
    expect(lwm2mSettingViolations({ awakeSeconds })).toMatchObject([{ code: 'OUT_OF_RANGE', field: 'awakeSeconds' }]);
  for (const ackTimeoutSeconds of [0, 31, 2.5])
    expect(lwm2mSettingViolations({ ackTimeoutSeconds })).toMatchObject([{ code: 'OUT_OF_RANGE', field: 'ackTimeoutSeconds' }]);
});
