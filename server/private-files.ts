import { chmod, lstat, mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Logger } from 'pino';

const FOR_OTHERS = 0o077;
const STICKY = 0o1000;
const FOLDER = 0o700;

/** What Updraft and its servers keep in the data directory. Nothing else in it is touched, whatever directory a setting names. */
const OURS = /^(mongo(\.\w+(\.new)?)?|temporal\.db.*|logs|tls(\.new)?|package-copies|master\.key|instance\.lock.*|updraft\.log|admin-key)$/;

/**
 * Makes the data directory and takes from it, and from what Updraft keeps there, what other users of the machine could do with it.
 * What belongs to somebody else can't be changed and is named in a warning.
 */
export async function keepPrivate(dataDir: string, logger: Pick<Logger, 'warn'>): Promise<void> {
  // A system without modes has rights of another kind.
  if (process.platform === 'win32') return;
  await makeDirectory(dataDir);
  const left: string[] = [];
  await close(dataDir, left);
  for (const name of await readdir(dataDir)) if (OURS.test(name)) await closeAll(join(dataDir, name), left);
  if (left.length === 0) return;
  const more = left.length > 1 ? ` and ${left.length - 1} more` : '';
  logger.warn(
    `Other users of this machine may read or change ${left[0]}${more}: it belongs to another user, or to all. Give it to the user that runs Updraft, with mode 0700 for directories and 0600 for files.`,
  );
}

/** One step after the other: where a file system takes no directories and says "not there", as /proc does, Node's own way has no end. */
export async function makeDirectory(named: string): Promise<void> {
  const path = resolve(named);
  const made = await mkdir(path, { mode: FOLDER }).then(
    () => null,
    (error: NodeJS.ErrnoException) => error,
  );
  if (made === null || (made.code === 'EEXIST' && (await stat(path)).isDirectory())) return;
  const above = dirname(path);
  if (made.code !== 'ENOENT' || above === path) throw made;
  // It may be there by now, made by another process that starts; then one more attempt says what is wrong.
  if (!(await isDirectory(above))) await makeDirectory(above);
  await mkdir(path, { mode: FOLDER }).catch(async (error) => {
    if (!(await isDirectory(path))) throw error;
  });
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

async function closeAll(path: string, left: string[]): Promise<void> {
  if (!(await close(path, left))) return;
  const names = await readdir(path).catch(() => []);
  for (const name of names) await closeAll(join(path, name), left);
}

/** Answers whether it is a directory. What goes meanwhile, as servers' files do, is left. */
async function close(path: string, left: string[]): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  if (found === null || (!found.isDirectory() && !found.isFile())) return false;
  if ((found.mode & FOR_OTHERS) !== 0) {
    // /tmp and its like are everybody's.
    const closed = (found.mode & STICKY) === 0 && (await chmod(path, found.mode & FOLDER).then(ok, gone));
    if (!closed) left.push(path);
  }
  return found.isDirectory();
}

const ok = (): boolean => true;
const gone = (error: NodeJS.ErrnoException): boolean => error.code === 'ENOENT';

/** Writes a file for its owner alone, whole or not at all. */
export async function writePrivate(file: string, text: string): Promise<void> {
  const made = `${file}.new`;
  const handle = await open(made, 'w', 0o600);
  try {
    await handle.chmod(0o600);
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(made, file);
}
