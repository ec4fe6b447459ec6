import { join } from 'node:path';
import { cached } from './cached';

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

/** Where the library is, as PYTHONPATH has it: installed once, by pip, into the cache. */
export function pythonLibrary({ directory, title, requirements, only, help }: PythonLibrary, env: NodeJS.ProcessEnv): Promise<string> {
  const pip = ['-m', 'pip', 'install', '--no-deps', '--no-compile', '--no-input', '--disable-pip-version-check', '--quiet'];
  const wheels = only === 'wheels' ? ['--only-binary', ':all:'] : [];
  return cached(
    {
      directory,
      telling: `Installing ${title}, by pip`,
      async get(work) {
        const { runChild } = await import('#setup/run-child.mjs');
        const target = join(work, 'lib');
        await runChild('python3', [...pip, ...wheels, '--target', target, '--requirement', requirements], { limitMs: 10 * 60_000, env });
        return target;
      },
      failed: (reason) => `${title} could not be installed: ${reason}\n${help}`,
    },
    env,
  );
}
