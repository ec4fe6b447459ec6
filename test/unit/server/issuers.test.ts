import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../../server/config';
import { configProblems } from '../../support/config-problems';

const folder = mkdtempSync(join(tmpdir(), 'updraft-issuers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ISSUER = {
  ...{ id: 'corporate', name: 'Example Inc.', issuer: 'https://id.example.com/', audience: 'updraft' },
  role: { claim: 'groups', values: { ops: 'OPERATOR' } },
};
const SECRET = 'hunter2-hunter2';
const file = (content: unknown): string => {
  const path = join(folder, 'issuers.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const problems = (content: unknown) => configProblems({ UPDRAFT_ISSUERS_FILE: file(content) });
const withOne = (changes: object) => ({ issuers: [{ ...ISSUER, client: { id: 'updraft', secret: SECRET }, ...changes }] });

const withTwo = (...prefixes: string[]) => ({
  issuers: ['one', 'two'].map((id, at) => ({
    ...ISSUER,
    id,
    issuer: `https://${id}.example`,
    ownerClaim: 'sub',
    ownerPrefix: prefixes[at],
  })),
});

test('R-UI-4 identity providers are read with their defaults', () => {
  expect(readConfig({ UPDRAFT_ISSUERS_FILE: file({ issuers: [ISSUER] }) }).access.issuers).toEqual([
    {
      ...ISSUER,
      ...{
        audience: ['updraft'],
        algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'],
        clockSkewSeconds: 30,
        longestTokenHours: 24,
      },
      ...{ ownerClaim: null, ownerPrefix: null, products: null, client: null },
    },
  ]);
  expect(readConfig({}).access).toEqual({ issuers: [], session: { hours: 12, idleMinutes: 60 } });
});

test.each<[string, unknown, string]>([
  ['no JSON', '{ "secret": "hunter2-hunter2"', 'no JSON'],
  ['another form', [], 'the file'],
  ['no issuers', { issuers: [] }, 'issuers'],
  ['a field that is not known', withOne({ audiance: 'updraft' }), 'audiance'],
  ['no audience', withOne({ audience: undefined }), 'issuers.0.audience'],
  ['an empty audience', withOne({ audience: '' }), 'issuers.0.audience'],
  ['an issuer without TLS', withOne({ issuer: 'http://id.example.com' }), 'issuers.0.issuer'],
  ['an issuer with a query', withOne({ issuer: 'https://id.example.com/?x=1' }), 'issuers.0.issuer'],
  ['a shared secret for signatures', withOne({ algorithms: ['HS256'] }), 'issuers.0.algorithms.0'],
  ['no signature', withOne({ algorithms: ['none'] }), 'issuers.0.algorithms.0'],
  ['a role that is none', withOne({ role: { claim: 'groups', values: { ops: 'ROOT' } } }), 'issuers.0.role.values.ops'],
  ['neither a role nor an owner', withOne({ role: undefined, client: undefined }), 'issuers.0'],
  ['a blank before owners', withOne({ ownerClaim: 'sub', ownerPrefix: ' ' }), 'issuers.0.ownerPrefix'],
  ['users of two issuers who may be taken for one another', withTwo('a:'), 'an `ownerPrefix`'],
  ['a role for apps', withOne({ role: { claim: 'groups', values: { ops: 'APP' } } }), 'issuers.0.role.values.ops'],
  ['no roles', withOne({ role: { claim: 'groups', values: {} } }), 'issuers.0.role.values'],
  ['an id that is an address', withOne({ id: 'callback' }), 'issuers.0.id'],
  ['an id that no address has', withOne({ id: '../x' }), 'issuers.0.id'],
  ['a skew of a day', withOne({ clockSkewSeconds: 86_400 }), 'issuers.0.clockSkewSeconds'],
  ['scopes without openid', withOne({ client: { id: 'u', secret: SECRET, scopes: ['profile'] } }), 'issuers.0.client'],
  ['an id twice', { issuers: [ISSUER, { ...ISSUER, issuer: 'https://other.example' }] }, 'an `id` for each issuer alone'],
  ['an issuer twice', { issuers: [ISSUER, { ...ISSUER, id: 'other' }] }, 'each `issuer` once'],
])('R-UI-4 a file with %s stops the start, says where, and shows nothing of it', (_name, content, where) => {
  const found = problems(content);
  expect(found.length).toBeGreaterThan(0);
  expect(found.join('\n')).toContain(where);
  for (const problem of found) {
    expect(problem).toMatch(/^UPDRAFT_ISSUERS_FILE is /);
    expect(problem).not.toContain(SECRET);
  }
});

test.each<[string, unknown]>([
  ['users of apps who sign in with a browser, and no people', withOne({ role: undefined, ownerClaim: 'sub' })],
  ['users of two issuers who are told apart', withTwo('a:', 'b:')],
  ['users of two issuers who are said to be the same', withTwo('', '')],
])('R-UI-4 R-DEV-7 a file with %s is taken', (_name, content) => {
  expect(readConfig({ UPDRAFT_ISSUERS_FILE: file(content) }).access.issuers.length).toBeGreaterThan(0);
});

test('R-UI-4 a file that is not there stops the start', () => {
  expect(configProblems({ UPDRAFT_ISSUERS_FILE: join(folder, 'none.json') })).toEqual([expect.stringContaining("can't be read (ENOENT)")]);
});

test('R-UI-4 a link is printed where only this machine gets to the API', () => {
  const printed = (env: NodeJS.ProcessEnv) => readConfig(env).signInLink;
  expect(printed({})).toBe(true);
  expect(printed({ UPDRAFT_PUBLIC_BASE_URL: 'https://fw.example.com' })).toBe(false);
  expect(printed({ UPDRAFT_HOST: '0.0.0.0', UPDRAFT_PUBLIC_BASE_URL: 'https://fw.example.com' })).toBe(false);
  expect(printed({ UPDRAFT_SIGN_IN_LINK: 'off' })).toBe(false);
});

test('R-UI-4 the file of docs/access.md is taken', () => {
  const page = readFileSync(join(__dirname, '../../../docs/access.md'), 'utf8');
  const [, example = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  expect(problems(example)).toEqual([]);
});
