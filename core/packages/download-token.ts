import { createSecretKey } from 'node:crypto';
import type { Task } from '../../schema/model/task';
import type { Clock } from '../clock';
import { UserError } from '../errors';
import type { CoreSettings } from '../settings';

export interface DownloadGrant {
  taskId: string;
  attempt: number;
  fileIndex: number;
}

export interface DownloadUrls {
  /** R-DL-1: an address for one file of a task's package, good for 24 h. */
  mintUrl(task: Pick<Task, '_id' | 'attempt'>, fileIndex: number, fileName: string): Promise<string>;
  /** Throws DOWNLOAD_REFUSED for a token that is expired or not ours. */
  read(token: string): Promise<DownloadGrant>;
}

const HOUR_S = 3_600;
const LONGEST_TOKEN = 1_024;
const ALGORITHM = 'HS256';

/** Stateless tokens: a million tasks waiting with an address each cost nothing. */
export function createDownloadUrls(deps: {
  settings: Pick<CoreSettings, 'limits' | 'publicBaseUrl'>;
  secret: Uint8Array;
  clock: Clock;
}): DownloadUrls {
  const { settings, clock } = deps;
  const key = createSecretKey(deps.secret);
  return {
    async mintUrl({ _id, attempt }, fileIndex) {
      const { SignJWT } = await import('jose');
      const now = Math.floor(clock().getTime() / 1_000);
      const token = await new SignJWT({ att: attempt, file: fileIndex })
        .setProtectedHeader({ alg: ALGORITHM })
        .setSubject(_id)
        .setExpirationTime(now + settings.limits.downloadTokenHours * HOUR_S)
        .sign(key);
      return `${settings.publicBaseUrl}/d/${token}`;
    },
    async read(token) {
      const { errors, jwtVerify } = await import('jose');
      if (token.length > LONGEST_TOKEN) throw unknownDownload();
      try {
        const { payload } = await jwtVerify(token, key, { algorithms: [ALGORITHM], currentDate: clock(), requiredClaims: ['exp'] });
        return grantOf(payload);
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw refused('The download address has expired.');
        if (error instanceof errors.JOSEError) throw unknownDownload();
        throw error;
      }
    },
  };
}

function grantOf({ sub, att, file }: { sub?: string; att?: unknown; file?: unknown }): DownloadGrant {
  if (typeof sub === 'string' && typeof att === 'number' && typeof file === 'number') return { taskId: sub, attempt: att, fileIndex: file };
  throw unknownDownload();
}

export const unknownDownload = (): UserError => refused('The download address is not one that was given out.');
export const endedDownload = (): UserError => refused('The task this download address was given out for has ended.');

const refused = (message: string): UserError =>
  new UserError('DOWNLOAD_REFUSED', {
    field: 'token',
    message,
    hint: 'Ask for the package again: a task that goes on answers with a new address.',
  });
