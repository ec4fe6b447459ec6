import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Where server programs are kept between clones. */
export function cacheDir(env = process.env) {
  return env.UPDRAFT_CACHE_DIR || join(homedir(), '.cache', 'updraft');
}

export const inProject = (...parts) => join(projectRoot, ...parts);
