import { existsSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inProject } from './paths.mjs';
import { runChild } from './run-child.mjs';

const ANSWER_MS = 4_000;

/**
 * Upstream's own downloader, run as a process of its own so that it can be given up: mongodb-memory-server-core for mongod, @temporalio/testing for Temporal.
 * Their servers get a few seconds to answer first, because behind a firewall both wait for minutes.
 */
export async function upstreamDownload({ name, upstream }, { cache, onProgress }) {
  if (!existsSync(inProject('node_modules'))) throw new Error('dependencies are not installed');
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, `.${name}-`));
  const fetcher = (task, limitMs) =>
    runChild(process.execPath, [inProject('scripts/setup/upstream-fetch.mjs'), task, name, upstream.version, work], {
      limitMs,
      what: 'the downloader',
      cwd: inProject(),
    });
  try {
    const url = (await fetcher('url', 20_000)).trim().split('\n').at(-1);
    await probe(url);
    const timer = setInterval(() => onProgress(name, bytesIn(work)), 1_000);
    await fetcher('get', 15 * 60_000).finally(() => clearInterval(timer));
    const program = programIn(work);
    if (!program) throw new Error('the downloader left no program');
    await chmod(program, 0o755);
    const directory = join(cache, upstream.directory);
    await mkdir(directory, { recursive: true });
    await rename(program, join(directory, name));
    return join(directory, name);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function probe(url) {
  const { host } = new URL(url);
  const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(ANSWER_MS) }).catch((error) => {
    throw new Error(
      error.name === 'TimeoutError'
        ? `${host} did not answer within ${ANSWER_MS / 1000} s`
        : `${host} can't be reached (${error.cause?.code ?? error.message})`,
    );
  });
  if (response.status >= 400) throw new Error(`${host} answered ${response.status}`);
}

const files = (directory) =>
  readdirSync(directory, { recursive: true })
    .map((entry) => ({ path: join(directory, entry), stat: statSync(join(directory, entry), { throwIfNoEntry: false }) }))
    .filter(({ stat }) => stat?.isFile());

const bytesIn = (directory) => files(directory).reduce((sum, { stat }) => sum + stat.size, 0);

/** Both downloaders name their file after versions and systems; the program is by far the largest. */
const programIn = (directory) => files(directory).sort((a, b) => b.stat.size - a.stat.size)[0]?.path;
