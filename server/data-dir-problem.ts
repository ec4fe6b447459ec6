import { resolve, sep } from 'node:path';
import { StartError } from './embedded/start-error';

const WHY: Record<string, string> = {
  EEXIST: 'is there and is no directory',
  ENOTDIR: 'is, or lies in, a file',
  ENOENT: 'cannot be made: what it lies in, or leads to, is not there',
  ELOOP: 'is a link that leads to itself',
  ENAMETOOLONG: 'is too long a name',
  EACCES: 'may not be read and written by this user',
  EPERM: 'may not be read and written by this user',
  EROFS: 'lies on a file system that cannot be written',
  ENOSPC: 'cannot be made: the disk is full',
};

/** What is wrong with the data directory, what is in it or what it lies in, by an error of making or reading it; null for any other. */
export function dataDirProblem({ code, path }: NodeJS.ErrnoException, dataDir: string): StartError | null {
  const directory = resolve(dataDir);
  const place = resolve(path ?? dataDir);
  const why = WHY[code ?? ''];
  const isNear = place === directory || place.startsWith(`${directory}${sep}`) || directory.startsWith(`${place}${sep}`);
  if (why === undefined || !isNear) return null;
  return new StartError(
    `The data directory ${directory} cannot be used: ${place === directory ? 'it' : place} ${why}. ` +
      'Set UPDRAFT_DATA_DIR to a directory of its own that this user can write, or one that is to be made.',
  );
}
