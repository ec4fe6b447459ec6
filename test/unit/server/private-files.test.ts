import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keepPrivate, writePrivate } from '../../../server/private-files';

let root: string;
const warnings: string[] = [];
const logger = { warn: (message: unknown) => void warnings.push(String(message)) };
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'updraft-private-'));
  warnings.length = 0;
});
afterEach(() => rmSync(root, { recursive: true }));

const modeOf = (...path: string[]): number => statSync(join(root, ...path)).mode & 0o777;

/** A data directory as versions before made it, with modes that follow from the usual umask. */
function oldData(): void {
  for (const folder of ['mongo/journal', 'logs', 'tls', 'package-copies', 'instance.lock']) {
    mkdirSync(join(root, folder), { recursive: true, mode: 0o755 });
  }
  const files = [
    'mongo/WiredTiger',
    'mongo/journal/1',
    'temporal.db',
    'temporal.db-wal',
    'temporal.db-shm',
    'logs/mongod.log',
    'tls/ca.pem',
  ];
  for (const file of [...files, 'logs/temporal.log.1', 'updraft.log', 'instance.lock/owner.json']) {
    writeFileSync(join(root, file), file, { mode: 0o644 });
  }
  chmodSync(root, 0o755);
}

test('R-SAFE-4 a data directory of an earlier version is closed at the start, with all that is in it', async () => {
  oldData();
  await keepPrivate(root, logger);
  expect(modeOf()).toBe(0o700);
  for (const path of readdirSync(root, { recursive: true }).map(String)) {
    expect([path, modeOf(path)]).toEqual([path, statSync(join(root, path)).isDirectory() ? 0o700 : 0o600]);
  }
  expect(readFileSync(join(root, 'temporal.db'), 'utf8')).toBe('temporal.db');
  expect(warnings).toEqual([]);
});

test('R-SAFE-4 a new one is made for its owner alone, however deep it lies', async () => {
  await keepPrivate(join(root, 'a/b'), logger);
  expect([modeOf('a'), modeOf('a/b')]).toEqual([0o700, 0o700]);
});

test('R-SAFE-4 what is not of Updraft keeps its modes, in a directory that serves others as well', async () => {
  writeFileSync(join(root, 'run.sh'), '', { mode: 0o755 });
  mkdirSync(join(root, 'node_modules'), { mode: 0o755 });
  await keepPrivate(root, logger);
  expect([modeOf('run.sh'), modeOf('node_modules')]).toEqual([0o755, 0o755]);
});

test('R-SAFE-4 a link is not followed', async () => {
  const elsewhere = mkdtempSync(join(tmpdir(), 'updraft-elsewhere-'));
  writeFileSync(join(elsewhere, 'theirs'), '', { mode: 0o644 });
  symlinkSync(elsewhere, join(root, 'logs'));
  symlinkSync(join(elsewhere, 'theirs'), join(root, 'temporal.db'));
  chmodSync(elsewhere, 0o755);
  await keepPrivate(root, logger);
  expect(statSync(elsewhere).mode & 0o777).toBe(0o755);
  expect(statSync(join(elsewhere, 'theirs')).mode & 0o777).toBe(0o644);
  rmSync(elsewhere, { recursive: true });
});

test('R-SAFE-4 a directory that is everybody’s, as /tmp is, stays so, and a warning names it', async () => {
  chmodSync(root, 0o1777);
  await keepPrivate(root, logger);
  expect(modeOf()).toBe(0o777);
  expect(warnings).toEqual([expect.stringContaining(root)]);
});

test('R-SAFE-4 a secret is written for its owner alone, also over a file that all could read', async () => {
  const file = join(root, 'secret');
  writeFileSync(`${file}.new`, 'half a', { mode: 0o644 });
  writeFileSync(file, 'old', { mode: 0o644 });
  await writePrivate(file, 'new');
  expect([readFileSync(file, 'utf8'), modeOf('secret')]).toEqual(['new', 0o600]);
  expect(readdirSync(root)).toEqual(['secret']);
});

test('R-SAFE-4 a data directory is made with all that it lies in, each for its user alone', async () => {
  await keepPrivate(join(root, 'a/b/c'), logger);
  expect(['a', 'a/b', 'a/b/c'].map((path) => modeOf(path))).toEqual([0o700, 0o700, 0o700]);
});

test('R-SAFE-4 a data directory that many make at once is there for each', async () => {
  const paths = Array.from({ length: 40 }, (_, number) => join(root, `a${number % 2}/b/c/d/${number % 3}`));
  await Promise.all(paths.map((path) => keepPrivate(path, logger)));
  expect([modeOf('a0'), modeOf('a1/b/c/d/1')]).toEqual([0o700, 0o700]);
});

const onLinux = process.platform === 'linux' ? test : test.skip;
if (process.platform !== 'linux')
  console.warn('NOT PROVEN: where no directory can be made at all the start ends, for there is no /proc here');
onLinux('R-SAFE-4 where a file system takes no directories the start ends, and says so', async () => {
  for (const path of ['/proc/updraft', '/proc/updraft/data'])
    await expect(keepPrivate(path, logger)).rejects.toMatchObject({ code: 'ENOENT', path: '/proc/updraft' });
});
