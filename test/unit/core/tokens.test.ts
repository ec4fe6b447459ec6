import { createHmac } from 'node:crypto';
import { TOKEN_PROBLEMS, type TokenProblem } from '../../../core/access/tokens/token-problem';
import { createTokens, looksLikeToken } from '../../../core/access/tokens/verify';
import { UserError } from '../../../core/errors';
import { handClock } from '../../support/core-parts';
import { startIssuer, type TestIssuer } from '../../support/issuer';

let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await startIssuer();
});
afterEach(() => issuer.stop());

const clock = handClock();
const failed: unknown[] = [];
const tokens = (options: Partial<TestIssuer['issuer']> = {}) =>
  createTokens({ issuers: [{ ...issuer.issuer, ...options }], clock, onKeysFailed: (_issuer, error) => failed.push(error) });
const seconds = (ms = 0) => Math.floor((clock().getTime() + ms) / 1_000);
const base64 = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const make = (claims?: object, header?: object) => issuer.token({ ...claims }, { ...header }, clock());

async function problem(work: Promise<unknown>): Promise<TokenProblem | 'NO_KEYS' | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof UserError && error.code === 'ISSUER_UNAVAILABLE') return 'NO_KEYS';
    if (!(error instanceof UserError) || error.code !== 'NOT_SIGNED_IN') throw error;
    const { message } = error;
    return (Object.keys(TOKEN_PROBLEMS) as TokenProblem[]).find((name) => TOKEN_PROBLEMS[name][0] === message);
  }
}

test('R-UI-4 a token of an issuer says who somebody is and what they may do', async () => {
  const expiresAt = new Date(seconds(300_000) * 1_000);
  expect(await tokens().verify(await make({ name: 'Ada' }))).toMatchObject({
    ...{ subject: 'ada', name: 'Ada', role: 'OPERATOR', products: null, expiresAt },
    issuer: { id: 'corporate' },
  });
});

test.each<[string, object, object, TokenProblem | undefined]>([
  ['expired', { exp: seconds(-31_000) }, {}, 'EXPIRED'],
  ['expired within the skew', { exp: seconds(-29_000) }, {}, undefined],
  ['valid later', { nbf: seconds(31_000) }, {}, 'NOT_YET'],
  ['valid within the skew', { nbf: seconds(29_000) }, {}, undefined],
  ['for another audience', { aud: 'elsewhere' }, {}, 'WRONG_AUDIENCE'],
  ['for nobody', { aud: undefined }, {}, 'WRONG_AUDIENCE'],
  ['for several, this among them', { aud: ['elsewhere', 'updraft'] }, {}, undefined],
  ['without an end', { exp: undefined }, {}, 'WRONG_CLAIMS'],
  ['with an end that is no number', { exp: 'never' }, {}, 'WRONG_CLAIMS'],
  ['without a subject', { sub: undefined }, {}, 'WRONG_CLAIMS'],
  ['good for ten years', { exp: seconds(10 * 365 * 86_400_000) }, {}, 'TOO_LASTING'],
  ['good for longer than there are dates', { exp: 1e18 }, {}, 'TOO_LASTING'],
  ['of another issuer', { iss: 'https://evil.example' }, {}, 'UNKNOWN_ISSUER'],
  ['of an issuer with a slash more', { iss: 'SLASH' }, {}, 'UNKNOWN_ISSUER'],
  ['of no issuer', { iss: undefined }, {}, 'UNKNOWN_ISSUER'],
  ['without a role', { groups: [] }, {}, 'NO_ROLE'],
  ['to log out with', {}, { typ: 'logout+jwt' }, 'WRONG_CLAIMS'],
  ['an access token by its type', {}, { typ: 'at+jwt' }, undefined],
  ['with a critical extension', {}, { crit: ['exp'], exp: 1 }, 'NOT_SIGNED'],
])('R-UI-4 a token %s: %j %j is %s', async (_name, claims, header, expected) => {
  const iss = 'iss' in claims && claims.iss === 'SLASH' ? { iss: `${issuer.url}/` } : {};
  // jose refuses to sign what no receiver understands.
  if ('crit' in header) {
    const [, payload] = (await make()).split('.');
    const token = `${base64({ alg: 'ES256', kid: 'first', ...header })}.${payload}.${base64('x'.repeat(64))}`;
    expect(await problem(tokens().verify(token))).toBe(expected);
    return;
  }
  expect(await problem(tokens().verify(await make({ ...claims, ...iss }, header)))).toBe(expected);
});

test('R-UI-4 what its issuer has not signed is told no more than that', async () => {
  const good = await make();
  const [header = '', payload = '', signature = ''] = good.split('.');
  const publicPart = base64({ alg: 'HS256', kid: 'first' });
  const unsigned = {
    'alg none': `${base64({ alg: 'none' })}.${payload}.`,
    'alg None': `${base64({ alg: 'None', kid: 'first' })}.${payload}.`,
    'no alg': `${base64({ kid: 'first' })}.${payload}.${signature}`,
    'HS256 with what is public': `${publicPart}.${payload}.${createHmac('sha256', 'public').update(`${publicPart}.${payload}`).digest('base64url')}`,
    'other claims': `${header}.${base64({ iss: issuer.url, aud: 'updraft', sub: 'eve', groups: ['admins'], exp: seconds(60_000) })}.${signature}`,
    'expired and unsigned': `${header}.${base64({ iss: issuer.url, aud: 'x', exp: 1 })}.${signature}`,
    'a signature cut': good.slice(0, -20),
    'an unknown key': `${base64({ alg: 'ES256', kid: 'other' })}.${payload}.${signature}`,
    'another algorithm of the same key': `${base64({ alg: 'RS256', kid: 'first' })}.${payload}.${signature}`,
  };
  const own = tokens();
  for (const [name, token] of Object.entries(unsigned))
    expect([name, await problem(own.verify(token))]).toEqual([name, expect.stringMatching(/^NOT_(SIGNED|A_TOKEN)$/)]);
  expect(await problem(own.verify(unsigned['expired and unsigned']))).toBe('NOT_SIGNED');
});

test.each([
  '..',
  'a.b.c',
  'eyJhbGciOiJub25lIn0..',
  `${base64('[]')}.${base64('{}')}.x`,
  `${base64('{}')}.${base64('null')}.x`,
  `${base64({ typ: 7 })}.${base64('{}')}.x`,
])('R-UI-4 %s is no token', async (text) => {
  expect(await problem(tokens().verify(text))).toMatch(/^(NOT_A_TOKEN|UNKNOWN_ISSUER|WRONG_CLAIMS)$/);
});

test('R-UI-4 a token of 100 KB is refused before it is read, and nobody is asked for keys', async () => {
  expect(await problem(tokens().verify(`${base64({ alg: 'ES256' })}.${'x'.repeat(100_000)}.x`))).toBe('TOO_LONG');
  expect(issuer.asked()).toBe(0);
});

test('R-UI-4 a key that the issuer has changed is fetched once more, and keys that nobody has cause one fetch in 10 seconds', async () => {
  const own = tokens();
  await own.verify(await make());
  expect(issuer.asked()).toBe(1);
  clock.advance(10_000);
  await issuer.addKey('second');
  issuer.removeKey('first');
  await own.verify(await make({}, { kid: 'second' }));
  expect(issuer.asked()).toBe(2);
  expect(await problem(own.verify(await make()))).toBe('NOT_SIGNED');
  await issuer.addKey('secret', 'ES256', false);
  const invented = await Promise.all(Array.from({ length: 50 }, () => make({}, { kid: 'secret' })));
  for (const token of invented) expect(await problem(own.verify(token))).toBe('NOT_SIGNED');
  expect(issuer.asked()).toBe(2);
  clock.advance(10_000);
  expect(await Promise.all(invented.map((token) => problem(own.verify(token))))).toEqual(invented.map(() => 'NOT_SIGNED'));
  expect(issuer.asked()).toBe(3);
  await own.verify(await make({}, { kid: 'second' }));
});

test('R-UI-4 an issuer that is away is told, asked once in 10 seconds, and its keys go on for two hours', async () => {
  issuer.setAway(true);
  const own = tokens();
  for (let time = 0; time < 5; time += 1) expect(await problem(own.verify(await make()))).toBe('NO_KEYS');
  expect(failed.splice(0)).toHaveLength(1);
  issuer.setAway(false);
  clock.advance(10_000);
  await own.verify(await make());
  issuer.setAway(true);
  clock.advance(2 * 3_600_000 - 1);
  await own.verify(await make());
  clock.advance(1);
  expect(await problem(own.verify(await make()))).toBe('NO_KEYS');
  // What it says itself is enough to end what it has opened.
  expect(await problem(own.verify(await make({ exp: seconds(-30_000) })))).toBe('EXPIRED');
  expect(await problem(own.verify(await make({ exp: seconds(-29_000) })))).toBe('NO_KEYS');
});

test('R-UI-4 an issuer that describes itself as another is not believed', async () => {
  const own = tokens({ issuer: issuer.url.replace('127.0.0.1', 'localhost') });
  expect(await problem(own.verify(await make({ iss: issuer.url.replace('127.0.0.1', 'localhost') })))).toBe('NO_KEYS');
});

test('R-UI-4 a token that names no key is checked with those there are', async () => {
  await issuer.addKey('second');
  await tokens().verify(await make({}, { kid: undefined }));
  expect(await problem(tokens().verify((await make({}, { kid: undefined })).slice(0, -4)))).toBe('NOT_SIGNED');
});

test('R-UI-4 what has three parts is a token, and a key is not', () => {
  expect(['a.b.c', '..', 'a.b.c.d', 'updraft_0123456789abcdef_x', ''].map(looksLikeToken)).toEqual([true, true, false, false, false]);
});

test.each([
  ['another key has the id of the one before', { kid: 'first' }],
  ['tokens name no key', { kid: undefined }],
])('R-UI-4 a new key is taken at once where %s, and forged tokens cause one fetch in ten seconds', async (_, header) => {
  const own = tokens();
  const old = await make({}, header);
  await own.verify(old);
  clock.advance(10_000);
  issuer.removeKey('first');
  await issuer.addKey('first');
  const fresh = await make({}, header);
  expect(await own.verify(fresh)).toMatchObject({ subject: 'ada' });
  expect(await problem(own.verify(old))).toBe('NOT_SIGNED');
  expect(issuer.asked()).toBe(2);
  const forged = `${fresh.split('.').slice(0, 2).join('.')}.${base64('x'.repeat(64))}`;
  clock.advance(10_000);
  expect(new Set(await Promise.all(Array.from({ length: 50 }, () => problem(own.verify(forged)))))).toEqual(new Set(['NOT_SIGNED']));
  expect(issuer.asked()).toBe(3);
  issuer.setAway(true);
  clock.advance(10_000);
  expect(await problem(own.verify(forged))).toBe('NOT_SIGNED');
  expect(await own.verify(fresh)).toMatchObject({ subject: 'ada' });
});
