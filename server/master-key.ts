import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { MASTER_KEY_BYTES } from '../core/sealing';
import type { Config } from './config';
import { StartError } from './embedded/start-error';

const FILE = 'master.key';

/**
 * The keys of UPDRAFT_MASTER_KEY, or the one in the data directory, made on the first start: apart from the store, so that a copy
 * of the store alone gives no secret away.
 */
export async function readMasterKeys(
  { masterKeys, dataDir }: Pick<Config, 'masterKeys' | 'dataDir'>,
  logger: Pick<Logger, 'warn'>,
): Promise<Uint8Array[]> {
  if (masterKeys) return masterKeys.map((key) => Buffer.from(key, 'hex'));
  const file = join(dataDir, FILE);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  try {
    await writeFile(file, `${randomBytes(MASTER_KEY_BYTES).toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
    logger.warn(
      `A master key was made in ${file}. Back it up apart from the database, or set UPDRAFT_MASTER_KEY; with several hosts you must.`,
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const text = (await readFile(file, 'utf8')).trim();
  if (/^[0-9a-f]{64}$/i.test(text)) return [Buffer.from(text, 'hex')];
  throw new StartError(`${file} holds no master key: expected 64 hex digits. Restore it from a backup.`);
}
