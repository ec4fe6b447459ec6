import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Task } from '../../schema/model/task/task';
import { atMost } from '../at-most';
import type { Clock } from '../clock';
import { UserError } from '../errors';
import type { CoreSettings } from '../settings';

export interface DownloadGrant {
  taskId: string;
  attempt: number;
  fileIndex: number;
  /** `grantOf` the device when the address was given out; absent where it had none. */
  grant?: string;
}

/** The task an address is for, and what of its device the address ends with. */
export type Granted = Pick<Task, '_id' | 'attempt'> & { grant?: string };

/** An address that opens nothing by itself, and the token that opens it (device-protocols §2.5). */
export interface DownloadAccess {
  url: string;
  /** 64 hex digits; null where the address opens by itself. */
  token: string | null;
  expiresAt: Date;
  lifeSeconds: number;
}

export interface DownloadUrls {
  /** R-DL-1: an address for one file of a task's package, good for 24 h. */
  mintUrl(task: Granted, fileIndex: number, fileName: string): Promise<string>;
  /** The same for devices that send a bearer token. The URL always has its port, which Huawei's C SDK needs. */
  mintAccess(task: Granted, fileIndex: number): Promise<DownloadAccess & { token: string }>;
  /** As `mintUrl`, with its port, a file's name and a query (device-protocols §2.5). */
  mintOpenUrl(task: Granted, fileIndex: number): Promise<DownloadAccess>;
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
/** Of an address that needs a bearer token. */
const LONGEST_ID = 512;
/**
 * Behind an address that opens by itself. Huawei's C SDK looks for its `?`, without which it crashes, and takes what is before that for the name of
 * the file, into a buffer of 20 (device-protocols §2.5).
 */
const FILE_AND_QUERY = '/firmware.bin?v=2';

/** Stateless tokens: a million tasks waiting with an address each cost nothing. */
export function createDownloadUrls(deps: {
  settings: Pick<CoreSettings, 'limits' | 'publicBaseUrl'>;
  secret: Uint8Array;
  clock: Clock;
}): DownloadUrls {
  const { settings, clock } = deps;
  const key = createSecretKey(deps.secret);
  const kept = new LRUCache<string, { expires: number; grant: DownloadGrant }>(atMost(TOKENS_KEPT));

  const lifeSeconds = settings.limits.downloadTokenHours * HOUR_S;
  const expiry = (): number => Math.floor(clock().getTime() / 1_000) + lifeSeconds;

  async function sign({ _id, attempt, grant }: Granted, fileIndex: number, expires: number): Promise<string> {
    const { SignJWT } = await import('jose');
    return new SignJWT({ att: attempt, file: fileIndex, ...(grant !== undefined && { gen: grant }) })
      .setProtectedHeader({ alg: ALGORITHM })
      .setSubject(_id)
      .setExpirationTime(expires)
      .sign(key);
  }

  /** What a token says never changes; that it has expired is asked of the clock each time. */
  async function verify(token: string): Promise<DownloadGrant> {
    if (token.length > LONGEST_TOKEN) throw unknownDownload();
    const known = kept.get(token) ?? (await signed(token));
    if (known.expires * 1_000 <= clock().getTime()) throw expiredDownload();
    return known.grant;
  }

  async function signed(token: string) {
    const { errors, jwtVerify } = await import('jose');
    try {
      const { payload } = await jwtVerify(token, key, { algorithms: [ALGORITHM], currentDate: clock(), requiredClaims: ['exp'] });
      const { sub, att, file, exp, gen } = payload;
      if (typeof sub !== 'string' || typeof att !== 'number' || typeof file !== 'number' || exp === undefined) throw unknownDownload();
      const entry = { expires: exp, grant: { taskId: sub, attempt: att, fileIndex: file, ...(typeof gen === 'string' && { grant: gen }) } };
      kept.set(token, entry);
      return entry;
    } catch (error) {
      if (error instanceof errors.JWTExpired) throw expiredDownload();
      if (error instanceof errors.JOSEError) throw unknownDownload();
      throw error;
    }
  }

  /** What the address names, it names in plain: only the token, which is not in it, proves that we gave it out. */
  const tokenOf = (id: string): string => createHmac('sha256', key).update(`bearer\n${id}`).digest('hex');

  return {
    mintUrl: async (task, fileIndex) => `${settings.publicBaseUrl}/d/${await sign(task, fileIndex, expiry())}`,
    async mintOpenUrl(task, fileIndex) {
      const expires = expiry();
      const url = `${withPort(settings.publicBaseUrl)}/d/${await sign(task, fileIndex, expires)}${FILE_AND_QUERY}`;
      return { url, token: null, expiresAt: new Date(expires * 1_000), lifeSeconds };
    },
    async mintAccess(task, fileIndex) {
      const expires = expiry();
      const id = addressOf({ taskId: task._id, attempt: task.attempt, fileIndex, grant: task.grant }, expires);
      return { url: `${withPort(settings.publicBaseUrl)}/f/${id}`, token: tokenOf(id), expiresAt: new Date(expires * 1_000), lifeSeconds };
    },
    read: verify,
    async readBearer(id, token) {
      if (token === null || id.length > LONGEST_ID || !isSame(token.toLowerCase(), tokenOf(id))) throw unauthorized();
      const { expires, ...grant } = readAddress(id);
      if (expires * 1_000 <= clock().getTime()) throw expiredDownload();
      return grant;
    },
  };
}

/** The grant stands beside the time, so that addresses without one are read as before. */
const addressOf = ({ taskId, attempt, fileIndex, grant }: DownloadGrant, expires: number): string =>
  Buffer.from(`${fileIndex}.${attempt}.${grant === undefined ? expires : `${expires}-${grant}`}.${taskId}`).toString('base64url');

/** Of an address that its token has proven. */
function readAddress(id: string): DownloadGrant & { expires: number } {
  const [fileIndex, attempt, until = '', ...taskId] = Buffer.from(id, 'base64url').toString().split('.');
  const [, expires, grant] = /^(\d+)(?:-(.+))?$/.exec(until) ?? [];
  const named = { taskId: taskId.join('.'), attempt: Number(attempt), fileIndex: Number(fileIndex), expires: Number(expires) };
  return grant === undefined ? named : { ...named, grant };
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
export const expiredDownload = (): UserError => refused('The download address has expired.');
export const voidDownload = (): UserError =>
  refused('The device this download address was given out for was registered anew, or has another secret, certificate or parent since.');
export const endedDownload = (): UserError => refused('The task this download address was given out for has ended.');
export const shutOutDownload = (): UserError => refused('The device this download address was given out for is disabled or deleted.');
export const earlyDownload = (): UserError => refused('The device was not notified of this file yet.');

/** Of a short address, where one that is not known can be told from one that is no longer good. */
export const neverGivenOut = (): UserError =>
  new UserError('NOT_FOUND', {
    field: 'token',
    message: 'The download address is not one that was given out, or has expired long ago.',
    hint: 'Ask for the package again: a task that goes on answers with a new address.',
  });

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
