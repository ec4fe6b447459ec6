import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { findConsole } from '../../api/console/files';
import { startTestApi, type TestApi } from './support/test-api';

const folder = mkdtempSync(join(tmpdir(), 'updraft-console-'));
const PAGE = '<!doctype html><title>Updraft</title><script type="module" src="/assets/index-CyGyl_a5.js"></script>';
const SCRIPT = 'console.log("here");\n'.repeat(50);
let api: TestApi;

beforeAll(async () => {
  await mkdir(join(folder, 'assets/unhashed'), { recursive: true });
  await Promise.all([
    writeFile(join(folder, 'index.html'), PAGE),
    writeFile(join(folder, 'sections.json'), '["batches","devices"]'),
    writeFile(join(folder, 'assets/index-CyGyl_a5.js'), SCRIPT),
    writeFile(join(folder, 'assets/index-CyGyl_a5.js.br'), brotliCompressSync(SCRIPT)),
    writeFile(join(folder, 'assets/index-CyGyl_a5.js.gz'), gzipSync(SCRIPT)),
    writeFile(join(folder, 'assets/unhashed/color-scheme.js'), ''),
  ]);
  api = await startTestApi({ console: findConsole(folder) });
});
afterAll(async () => {
  await api.stop();
  rmSync(folder, { recursive: true });
});

/** As it comes over the line: `fetch` takes encodings off, and mends paths. */
const raw = (
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    request({ hostname, port, path, headers }, (res) => {
      const parts: Buffer[] = [];
      res.on('data', (part: Buffer) => parts.push(part));
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: Buffer.concat(parts) }));
    })
      .on('error', reject)
      .end();
  });

test.each(['/', '/batches', '/batches/65f0/anything', '/devices/x%2Fy?state=offline'])(
  'R-UI-3: the console answers %s with its page, which takes no script but from a file and is never stored',
  async (path) => {
    const { status, headers, body } = await raw(path);
    expect([status, body.toString()]).toEqual([200, PAGE]);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': expect.stringContaining('text/html') });
    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/script-src 'self'(;|$)/);
    expect(policy).toContain("frame-ancestors 'none'");
  },
);

test('R-UI-3: addresses of the API stay what they are, and unknown ones are unknown', async () => {
  const asked = await Promise.all(
    ['/healthz', '/batches/65f0/tasks.csv', '/imports/65f0', '/metrics', '/nothing', '/batchesx'].map((path) => raw(path)),
  );
  expect(asked.map(({ status }) => status)).toEqual([200, 401, 401, 401, 404, 404]);
  expect(asked.map(({ body }) => body.includes('<title>'))).not.toContain(true);
  expect((await raw('/signin')).body.toString()).toContain('Sign in with an API key');
  expect((await raw('/explorer/')).status).toBe(200);
});

test('R-UI-3: a person at an address that there is not gets the page, which says so; a program gets JSON, and addresses of the API keep theirs', async () => {
  const browser = { accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8' };
  for (const path of ['/batchs/1', '/batchesx', '/nothing.html', '//nothing', '/sections.json']) {
    const { status, headers, body } = await raw(path, browser);
    expect([path, status, body.toString()]).toEqual([path, 404, PAGE]);
    expect(headers).toMatchObject({ 'cache-control': 'no-store', vary: expect.stringContaining('Accept') });
    expect(String(headers['content-security-policy'])).toContain("frame-ancestors 'none'");
  }
  for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.5']) {
    const { status, headers, body } = await raw('/batchs/1', { accept });
    expect([status, JSON.parse(body.toString()).errors[0].extensions.code]).toEqual([404, 'NOT_FOUND']);
    expect(headers.vary).toContain('Accept');
  }
  const theirs = await Promise.all(
    [
      '/imports/65f0',
      '/imports/65f0/nothing',
      '/lists',
      '/uploads/65f0',
      '/graphql',
      '/metrics',
      '/assets/gone-CyGyl_a5.js',
      '/d/none',
      '/f/none/such',
    ].map((path) => raw(path, browser)),
  );
  expect(theirs.map(({ body }) => body.toString() === PAGE)).not.toContain(true);
});

test.each([
  ['br, gzip', 'br'],
  ['gzip', 'gzip'],
  ['identity', undefined],
])('R-UI-3: a file is sent as the browser takes it (%s), and kept for a year', async (taken, encoding) => {
  const { status, headers, body } = await raw('/assets/index-CyGyl_a5.js', { 'accept-encoding': taken });
  expect(status).toBe(200);
  expect(headers).toMatchObject({ vary: 'Accept-Encoding', 'cache-control': 'public, max-age=31536000, immutable' });
  expect([headers['content-encoding'], headers['content-type']]).toEqual([encoding, expect.stringContaining('javascript')]);
  expect(body.equals({ br: brotliCompressSync(SCRIPT), gzip: gzipSync(SCRIPT) }[encoding ?? ''] ?? Buffer.from(SCRIPT))).toBe(true);
});

test('R-UI-3: what has no hash in its name is asked for anew', async () => {
  expect((await raw('/assets/unhashed/color-scheme.js')).headers['cache-control']).toBe('no-cache');
});

test.each([
  '/assets/../sections.json',
  '/assets/..%2fsections.json',
  '/assets/%2e%2e/sections.json',
  '/assets/gone-CyGyl_a5.js',
  '/assets/',
  '/assets//etc/passwd',
  '/sections.json',
])('R-UI-3: %s is nothing', async (path) => {
  const { status, headers } = await raw(path);
  expect([status, headers['content-encoding']]).toEqual([404, undefined]);
  expect(String(headers['cache-control'])).not.toContain('immutable');
});

test('R-UI-3: the sign-in page of the console learns which identity providers there are', async () => {
  const { status, headers, body } = await raw('/signin', { accept: 'application/json' });
  expect([status, JSON.parse(body.toString())]).toEqual([200, { issuers: [] }]);
  expect(headers['cache-control']).toBe('no-store');
});

test('R-UI-3: a console that was not built is not there', () => {
  expect(findConsole(join(folder, 'nowhere'))).toBeNull();
});
