import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lock, tryLock } from '#setup/lock.mjs';

const directory = mkdtempSync(join(tmpdir(), 'updraft-lock-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const newPath = (): string => join(mkdtempSync(join(directory, 'case-')), 'a.lock');

test('a lock is held by one at a time and its owner is told to the other', () => {
  const path = newPath();
  const first = tryLock(path, 'first');
  expect(first).toHaveProperty('release');
  expect(tryLock(path, 'second')).toEqual({ owner: expect.objectContaining({ pid: process.pid, what: 'first' }) });
  if ('release' in first) first.release();
  expect(tryLock(path, 'third')).toHaveProperty('release');
});

test('the lock of a killed process is taken over, by one', async () => {
  const path = newPath();
  const script = join(directory, 'holder.mjs');
  writeFileSync(
    script,
    `import { tryLock } from ${JSON.stringify(require.resolve('#setup/lock.mjs'))};
     tryLock(${JSON.stringify(path)}, 'holder'); console.log('held'); setInterval(() => {}, 1000);`,
  );
  const holder = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(holder.stdout, 'data');
  expect(tryLock(path, 'early')).toEqual({ owner: expect.objectContaining({ pid: holder.pid, what: 'holder' }) });
  holder.kill('SIGKILL');
  await once(holder, 'exit');
  const results = [tryLock(path, 'a'), tryLock(path, 'b')];
  expect(results.map((result) => 'release' in result)).toEqual([true, false]);
});

test('a pid that was given out again does not keep a lock', () => {
  const path = newPath();
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'owner.json'), JSON.stringify({ pid: process.pid, started: 'an earlier boot:1', token: 'old', what: 'gone' }));
  expect(tryLock(path, 'next')).toHaveProperty('release');
});

test('waiting for a lock ends when it is released, and at its limit', async () => {
  const path = newPath();
  const first = await lock(path, 'first', { limitMs: 0, onWait: () => undefined });
  const waited: string[] = [];
  await expect(lock(path, 'second', { limitMs: 0, onWait: ({ what }) => waited.push(what) })).rejects.toThrow(
    `gave up waiting for process ${process.pid} (first)`,
  );
  const third = lock(path, 'third', { limitMs: 10_000, onWait: () => first.release() });
  await expect(third).resolves.toHaveProperty('release');
  expect(waited).toEqual(['first']);
});
