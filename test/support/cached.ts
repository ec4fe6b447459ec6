import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export interface Cached {
  /** Its place in the cache; another version, another name. */
  directory: string;
  /** What is going on, as whoever waits for it reads it. */
  telling: string;
  /** Gets it into a folder of `work` and says which. */
  get(work: string): Promise<string>;
  /** What is said when it can't be had. */
  failed(reason: string): string;
}

/** Where something that tests fetch once is kept. Got beside its place and moved there at the end: a crash leaves nothing half made in use. */
export async function cached({ directory, telling, get, failed }: Cached, env: NodeJS.ProcessEnv): Promise<string> {
  const { cacheDir } = await import('#setup/paths.mjs');
  const { waiting } = await import('#setup/progress.mjs');
  const place = join(cacheDir(env), directory);
  if (existsSync(place)) return place;
  mkdirSync(cacheDir(env), { recursive: true });
  const work = mkdtempSync(join(cacheDir(env), `.${directory}-`));
  const done = waiting(telling);
  try {
    renameSync(await get(work), place);
    done();
  } catch (error) {
    done('failed');
    // Another process may have been faster.
    if (!existsSync(place)) throw new Error(failed((error as Error).message));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return place;
}
