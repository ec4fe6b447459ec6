import { createHash, createHmac, createSecretKey } from 'node:crypto';
import DataLoader from 'dataloader';
import type { Collections } from '../../schema/mongo/connect';
import type { DownloadTokenRecord } from '../../schema/mongo/download-tokens';
import type { Clock } from '../clock';
import type { CoreSettings } from '../settings';
import type { DownloadGrant, Granted } from './download-token';

/** What a short token is for. */
export interface ShortGrant extends DownloadGrant {
  expiresAt: Date;
}

export interface ShortTokens {
  /**
   * The token of a file for an attempt of a task: always the same one, in every process, as long as its device is known by the same. It is good
   * for `limits.downloadTokenHours` from the last time it was issued.
   */
  issue(task: Granted, fileIndex: number): Promise<{ token: string; expiresAt: Date }>;
  /** Null: it was never issued, or has expired long ago. One that has expired lately is found. */
  find(token: string): Promise<ShortGrant | null>;
}

/** 128 bits in base64url. */
export const SHORT_TOKEN = /^[\w-]{22}$/;
const TOKEN_BYTES = 16;
const HOUR_MS = 3_600_000;
/** In one read or write of the store. */
const AT_ONCE = 500;

/**
 * Tokens for addresses that must be short. They are computed, so that a repeated notification says the same address, and kept by their hash, so
 * that neither the store nor the log of its slow commands has one in it.
 */
export function createShortTokens(deps: {
  downloadTokens: Collections['downloadTokens'];
  settings: Pick<CoreSettings, 'limits'>;
  secret: Uint8Array;
  clock: Clock;
}): ShortTokens {
  const { downloadTokens, settings, clock } = deps;
  const key = createSecretKey(deps.secret);
  const options = { cache: false, maxBatchSize: AT_ONCE, batchScheduleFn: setImmediate };

  const tokenOf = ({ _id, attempt, grant = '' }: Granted, fileIndex: number): string =>
    createHmac('sha256', key)
      .update(`short\n${fileIndex}.${attempt}.${grant}.${_id}`)
      .digest()
      .subarray(0, TOKEN_BYTES)
      .toString('base64url');

  const writer = new DataLoader<DownloadTokenRecord, true>(async (records) => {
    const operations = records.map(({ _id, expiresAt, ...grant }) => ({
      updateOne: { filter: { _id }, update: { $setOnInsert: grant, $max: { expiresAt } }, upsert: true },
    }));
    await downloadTokens.bulkWrite(operations, { ordered: false });
    return records.map(() => true);
  }, options);

  const reader = new DataLoader<string, DownloadTokenRecord | null>(async (ids) => {
    const found = new Map((await downloadTokens.find({ _id: { $in: [...new Set(ids)] } }).toArray()).map((record) => [record._id, record]));
    return ids.map((id) => found.get(id) ?? null);
  }, options);

  return {
    async issue(task, fileIndex) {
      const token = tokenOf(task, fileIndex);
      const expiresAt = new Date(clock().getTime() + settings.limits.downloadTokenHours * HOUR_MS);
      const { _id: taskId, attempt, grant } = task;
      await writer.load({ _id: hashOf(token), taskId, attempt, fileIndex, ...(grant !== undefined && { grant }), expiresAt });
      return { token, expiresAt };
    },
    async find(token) {
      if (!SHORT_TOKEN.test(token)) return null;
      const record = await reader.load(hashOf(token));
      if (!record) return null;
      const { _id, ...grant } = record;
      return grant;
    },
  };
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
