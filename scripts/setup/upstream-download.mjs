import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runChild } from './run-child.mjs';

const ANSWER_MS = 4_000;
const STALLED_MS = 30_000;
const LIMIT_MS = 15 * 60_000;

/**
 * Gets the archive that upstream publishes for this system, checks its pinned hash before anything is taken out of it, and takes the one
 * program out. A server that does not answer is given up in seconds: behind a firewall there is none.
 */
export async function upstreamDownload({ name, upstream }, { cache, onProgress, system = `${process.platform}-${process.arch}` }) {
  const pinned = upstream[system];
  if (!pinned) throw new Error(`there is none with a known hash for ${system}`);
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, `.${name}-`));
  try {
    const archive = join(work, 'archive.tgz');
    const digest = await download(pinned.url, archive, (done, total) => onProgress(name, done, total));
    if (digest !== pinned.sha256) throw new Error(`${pinned.url} has SHA-256 ${digest}, expected ${pinned.sha256}; not used`);
    const program = await takeOut(name, archive, work);
    await chmod(program, 0o755);
    const directory = join(cache, pinned.directory);
    await mkdir(directory, { recursive: true });
    // A rename over a program that runs is safe: the running one keeps its file.
    await rename(program, join(directory, name));
    return join(directory, name);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Answers with the SHA-256 of what came. */
async function download(url, file, onBytes) {
  const { host } = new URL(url);
  const stalled = new AbortController();
  let reason = `${host} did not answer within ${ANSWER_MS / 1000} s`;
  let timer = setTimeout(() => stalled.abort(), ANSWER_MS);
  const signal = AbortSignal.any([stalled.signal, AbortSignal.timeout(LIMIT_MS)]);
  try {
    const response = await fetch(url, { signal });
    if (!response.ok) throw new Error(`${host} answered ${response.status}`, { cause: 'told' });
    const total = Number(response.headers.get('content-length')) || undefined;
    reason = `${host} sent nothing for ${STALLED_MS / 1000} s, or not all within ${LIMIT_MS / 60_000} minutes`;
    const hash = createHash('sha256');
    let done = 0;
    const counted = new Transform({
      transform(chunk, _encoding, next) {
        clearTimeout(timer);
        timer = setTimeout(() => stalled.abort(), STALLED_MS);
        hash.update(chunk);
        done += chunk.length;
        onBytes(done, total);
        next(null, chunk);
      },
    });
    await pipeline(response.body, counted, createWriteStream(file), { signal });
    return hash.digest('hex');
  } catch (error) {
    if (error.cause === 'told') throw error;
    throw new Error(signal.aborted ? reason : `${host} can't be reached (${error.cause?.code ?? error.message})`);
  } finally {
    clearTimeout(timer);
  }
}

/** Archives name their top folder after system and version, each in its own way. */
async function takeOut(name, archive, work) {
  const limits = { limitMs: 5 * 60_000, what: 'tar' };
  const entries = (await runChild('tar', ['-tzf', archive], limits)).split('\n');
  const entry = entries.find((path) => path === name || path.endsWith(`/bin/${name}`));
  if (!entry) throw new Error(`the archive has no program ${name}`);
  await runChild('tar', ['-xzf', archive, '-C', work, entry], limits);
  return join(work, entry);
}
