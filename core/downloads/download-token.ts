import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Task } from '../../schema/model/task';
import type { Clock } from '../clock';
import { UserError } from '../errors';
import type { CoreSettings } from '../settings';

export interface DownloadGrant {
  taskId: string;
  attempt: number;
  fileIndex: number;
}

/** An address that opens nothing by itself, and the token that opens it (device-protocols §2.5). */
export interface DownloadAccess {
  url: string;
  token: string;
  expiresAt: Date;
}

export interface DownloadUrls {
  /** R-DL-1: an address for one file of a task's package, good for 24 h. */
  mintUrl(task: Pick<Task, '_id' | 'attempt'>, fileIndex: number, fileName: string): Promise<string>;
  /** The same for devices that send a bearer token. The URL always has its port, which Huawei's C SDK needs. */
  mintAccess(task: Pick<Task, '_id' | 'attempt'>, fileIndex: number): Promise<DownloadAccess>;
  /** Throws DOWNLOAD_REFUSED for a token that is expired or not ours. */
  read(token: string): Promise<DownloadGrant>;
  /** Throws DOWNLOAD_UNAUTHORIZED for a token that is missing, not ours or another address's, DOWNLOAD_REFUSED for an expired one. */
  readBearer(id: string, token: string | null): Promise<DownloadGrant>;
}

const HOUR_S = 3_600;
const LONGEST_TOKEN = 1_024;
const ALGORITHM = 'HS256';
/** Tokens whose signature need not be checked again: a device that downloads by range sends its own with each. */
const TOKENS_KEPT = 2_000;
/** 128 bits. */
const ID_BYTES = 16;

/** Tokens for the path and for the header are not each other's: who logs addresses must not log what opens the others. */
type Use = 'path' | 'bearer';

/** Stateless tokens: a million tasks waiting with an address each cost nothing. */
export function createDownloadUrls(deps: {
  settings: Pick<CoreSettings, 'limits' | 'publicBaseUrl'>;
  secret: Uint8Array;
  clock: Clock;
}): DownloadUrls {
  const { settings, clock } = deps;
  const key = createSecretKey(deps.secret);
  const kept = new LRUCache<string, { use: unknown; expires: number; grant: DownloadGrant }>({ max: TOKENS_KEPT });

  async function sign({ _id, attempt }: Pick<Task, '_id' | 'attempt'>, fileIndex: number, use: Use) {
    const { SignJWT } = await import('jose');
    const expires = Math.floor(clock().getTime() / 1_000) + settings.limits.downloadTokenHours * HOUR_S;
    const token = await new SignJWT({ att: attempt, file: fileIndex, ...(use === 'bearer' && { use }) })
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(_id)
      .setExpirationTime(expires)
      .sign(key);
    return { token, expiresAt: new Date(expires * 1_000) };
  }

  /** What a token says never changes; that it has expired is asked of the clock each time. */
  async function verify(token: string, use: Use, unknown: () => UserError): Promise<DownloadGrant> {
    if (token.length > LONGEST_TOKEN) throw unknown();
    const known = kept.get(token) ?? (await signed(token, unknown));
    if (known.use !== use) throw unknown();
    if (known.expires * 1_000 <= clock().getTime()) throw expiredDownload();
    return known.grant;
  }

  async function signed(token: string, unknown: () => UserError) {
    const { errors, jwtVerify } = await import('jose');
    try {
      const { payload } = await jwtVerify(token, key, { algorithms: [ALGORITHM], currentDate: clock(), requiredClaims: ['exp'] });
      const { sub, att, file, exp, use = 'path' } = payload;
      if (typeof sub !== 'string' || typeof att !== 'number' || typeof file !== 'number' || exp === undefined) throw unknown();
      const entry = { use, expires: exp, grant: { taskId: sub, attempt: att, fileIndex: file } };
      kept.set(token, entry);
      return entry;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw expiredDownload();
      if (error instanceof errors.JOSEError) throw unknown();
      throw error;
    }
  }

  /** What an address with a bearer token is called: the file of the task, to nobody but us. */
  const idOf = (taskId: string, fileIndex: number): string =>
    createHmac('sha256', key).update(`address\n${fileIndex}\n${taskId}`).digest().subarray(0, ID_BYTES).toString('base64url');

  return {
    async mintUrl(task, fileIndex) {
      return `${settings.publicBaseUrl}/d/${(await sign(task, fileIndex, 'path')).token}`;
    },
    async mintAccess(task, fileIndex) {
      const url = `${withPort(settings.publicBaseUrl)}/f/${idOf(task._id, fileIndex)}`;
      return { url, ...(await sign(task, fileIndex, 'bearer')) };
    },
    read: (token) => verify(token, 'path', unknownDownload),
    async readBearer(id, token) {
      if (token === null) throw unauthorized();
      const grant = await verify(token, 'bearer', unauthorized);
      if (!isSame(id, idOf(grant.taskId, grant.fileIndex))) throw unauthorized();
      return grant;
    },
  };
}

function withPort(baseUrl: string): string {
  const { protocol, hostname, port, pathname } = new URL(baseUrl);
  return `${protocol}//${hostname}:${port || (protocol === 'https:' ? 443 : 80)}${pathname.replace(/\/$/, '')}`;
}

function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

export const unknownDownload = (): UserError => refused('The download address is not one that was given out.');
const expiredDownload = (): UserError => refused('The download address has expired.');
export const endedDownload = (): UserError => refused('The task this download address was given out for has ended.');

const refused = (message: string): UserError =>
  new UserError('DOWNLOAD_REFUSED', {
    field: 'token',
    message,
    hint: 'Ask for the package again: a task that goes on answers with a new address.',
  });

const unauthorized = (): UserError =>
  new UserError('DOWNLOAD_UNAUTHORIZED', {
    field: 'authorization',
    message: 'The bearer token is missing, or is not the one of this address.',
    hint: 'Send the access token that came with this address.',
  });
