import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface PythonLibrary {
  /** Its place in the cache; another version, another name. */
  directory: string;
  /** As whoever waits for it reads it. */
  title: string;
  /** A file with exact versions, or hashes. */
  requirements: string;
  /** What pip takes: programs that are built already, or also sources in pure Python. */
  only: 'wheels' | 'any';
  help: string;
}

/** Where the library is, as PYTHONPATH has it: installed once, by pip, into the cache. A crash leaves nothing half made in use. */
export async function pythonLibrary(
  { directory, title, requirements, only, help }: PythonLibrary,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { cacheDir } = await import('#setup/paths.mjs');
  const { runChild } = await import('#setup/run-child.mjs');
  const { waiting } = await import('#setup/progress.mjs');
  const library = join(cacheDir(env), directory);
  if (existsSync(library)) return library;
  mkdirSync(cacheDir(env), { recursive: true });
  const work = mkdtempSync(join(cacheDir(env), `.${directory}-`));
  const done = waiting(`Installing ${title}, by pip`);
  const pip = ['-m', 'pip', 'install', '--no-deps', '--no-compile', '--no-input', '--disable-pip-version-check', '--quiet'];
  const wheels = only === 'wheels' ? ['--only-binary', ':all:'] : [];
  try {
    await runChild('python3', [...pip, ...wheels, '--target', join(work, 'lib'), '--requirement', requirements], {
      limitMs: 10 * 60_000,
      env,
    });
    renameSync(join(work, 'lib'), library);
    done();
  } catch (error) {
    done('failed');
    if (!existsSync(library)) throw new Error(`${title} could not be installed: ${(error as Error).message}\n${help}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return library;
}
