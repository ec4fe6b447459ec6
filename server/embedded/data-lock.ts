import { join, resolve } from 'node:path';
import { StartError } from './start-error';

/** Keeps a second instance from the same data. Throws with who holds it; a lock whose owner is gone is taken over. */
export async function lockData(dataDir: string): Promise<{ release(): void }> {
  const { tryLock } = await import('#setup/lock.mjs');
  const result = tryLock(join(dataDir, 'instance.lock'), 'updraft');
  if ('release' in result) return result;
  throw new StartError(
    `Another Updraft (process ${result.owner.pid}) is running on the data in ${resolve(dataDir)}. ` +
      'Stop it first, or give this one data of its own with UPDRAFT_DATA_DIR.',
  );
}
