import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAMS } from '#setup/program-list.mjs';
import { upstreamDownload } from '#setup/upstream-download.mjs';

const root = mkdtempSync(join(tmpdir(), 'updraft-upstream-'));
let server: Server;
let address: string;

/** As MongoDB packs it: the program under a folder that is named after the system. */
function archive(): Buffer {
  const folder = join(root, 'tool-linux-1.0', 'bin');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tool'), '#!/bin/sh\necho tool 1.0\n');
  writeFileSync(join(folder, 'tool-helper'), 'not wanted');
  execFileSync('tar', ['-czf', join(root, 'tool.tgz'), '-C', root, 'tool-linux-1.0']);
  return readFileSync(join(root, 'tool.tgz'));
}
const served = archive();
const right = createHash('sha256').update(served).digest('hex');

beforeAll(async () => {
  server = createServer((request, response) => (request.url === '/tool.tgz' ? response.end(served) : response.writeHead(404).end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(root, { recursive: true, force: true });
});

const get = (path: string, sha256: string, system = 'linux-x64') => {
  const cache = mkdtempSync(join(root, 'cache-'));
  const program = { name: 'tool', upstream: { 'linux-x64': { url: `${address}${path}`, sha256, directory: 'tool-1.0' } } };
  return { cache, done: upstreamDownload(program, { cache, system, onProgress: () => undefined }) };
};

test("R-SAFE-6 upstream's archive with the pinned hash gives its one program, ready to run, and nothing else stays", async () => {
  const { cache, done } = get('/tool.tgz', right);
  const path = await done;
  expect(path).toBe(join(cache, 'tool-1.0', 'tool'));
  expect(statSync(path).mode & 0o111).toBe(0o111);
  expect(readdirSync(cache)).toEqual(['tool-1.0']);
  expect(readdirSync(join(cache, 'tool-1.0'))).toEqual(['tool']);
});

test('R-SAFE-6 an archive with another hash is neither unpacked nor used', async () => {
  const { cache, done } = get('/tool.tgz', '0'.repeat(64));
  await expect(done).rejects.toThrow(`has SHA-256 ${right}, expected ${'0'.repeat(64)}; not used`);
  expect(readdirSync(cache)).toEqual([]);
});

test('what upstream answers instead, and that a system has no archive, is told', async () => {
  await expect(get('/none', right).done).rejects.toThrow(`127.0.0.1:${new URL(address).port} answered 404`);
  await expect(get('/tool.tgz', right, 'sunos-x64').done).rejects.toThrow('there is none with a known hash for sunos-x64');
});

const downloads = Object.entries(PROGRAMS).flatMap(([name, { upstream, wheel }]) =>
  [...Object.entries(upstream), ...Object.entries(wheel)].map(([system, pinned]) => [`${name} for ${system}`, pinned] as const),
);

test.each(downloads)('R-SAFE-6 each download of %s is pinned by version and SHA-256', (_what, pinned) => {
  expect(pinned.sha256).toMatch(/^[0-9a-f]{64}$/);
  if ('url' in pinned) expect(pinned.url).toMatch(new RegExp(`^https://.*[-_]${pinned.version.replaceAll('.', '\\.')}[-_.]`));
  else
    for (const { requirement, sha256 } of [pinned, ...(pinned.libraries ? [pinned.libraries] : [])])
      expect([requirement, sha256]).toEqual([expect.stringMatching(/^[\w-]+==\d+\.\d+\.\d+$/), expect.stringMatching(/^[0-9a-f]{64}$/)]);
});

test('R-SAFE-6 every mongod that is downloaded has the fix of CVE-2025-14847 and is looked for in the cache; older ones only at last', () => {
  const { upstream, wheel, flaw, cachedAs, outdatedAs } = PROGRAMS.mongod;
  const directories = [...Object.values(upstream), ...Object.values(wheel)].map(({ directory }) => directory);
  expect([...new Set(directories)].sort()).toEqual([...cachedAs].sort());
  const unfixed = (names: string[]): string[] =>
    names.filter((name) => {
      const [, release = '', patch] = /^mongod-(\d+\.\d+)\.(\d+)$/.exec(name) ?? [];
      return !(Number(patch) >= (flaw.fixedIn[release] ?? Number.POSITIVE_INFINITY));
    });
  expect(unfixed(cachedAs)).toEqual([]);
  const outdated = [...outdatedAs.beforeWheel, ...outdatedAs.atLast];
  expect(unfixed(outdated)).toEqual(outdated);
  expect(existsSync(join(__dirname, '../../../scripts/setup/upstream-fetch.mjs'))).toBe(false);
});
