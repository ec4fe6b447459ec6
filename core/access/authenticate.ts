import { timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { hashOf, parseKey } from './key-format';
import type { ApiKey, Viewer } from './viewer';

const CACHE_MS = 10_000;
const CACHED_KEYS = 10_000;
const USE_NOTED_EVERY_MS = 60_000;

export interface Authenticator {
  authenticate(key: string | null | undefined): Promise<Viewer | null>;
  /** After a revocation: certain at once in this process. */
  forget(id: string): void;
}

export function createAuthenticator(apiKeys: Collections['apiKeys'], clock: Clock): Authenticator {
  /** Found keys only: guesses must not push them out. */
  const known = new LRUCache<string, ApiKey>({ max: CACHED_KEYS, ttl: CACHE_MS, ttlResolution: 0, perf: { now: () => clock().getTime() } });

  async function load(id: string): Promise<ApiKey | null> {
    const record = await apiKeys.findOne({ _id: id, revokedAt: null });
    if (record) known.set(id, record);
    return record;
  }

  return {
    async authenticate(key) {
      const parts = parseKey(key);
      if (!parts) return null;
      const cached = known.get(parts.id);
      const record = cached ?? (await load(parts.id));
      if (!record || !timingSafeEqual(hashOf(parts.secret), Buffer.from(record.hash, 'hex'))) return null;
      if (!cached) await noteUse(apiKeys, record, clock());
      const { deviceIds, registrations } = record;
      return { keyId: record._id, name: record.name, role: record.role, ...(deviceIds && { deviceIds, registrations }) };
    },
    forget: (id) => void known.delete(id),
  };
}

async function noteUse(apiKeys: Collections['apiKeys'], { _id, lastUsedAt }: ApiKey, now: Date): Promise<void> {
  const before = new Date(now.getTime() - USE_NOTED_EVERY_MS);
  if (lastUsedAt !== null && lastUsedAt > before) return;
  await apiKeys.updateOne({ _id, $or: [{ lastUsedAt: null }, { lastUsedAt: { $lte: before } }] }, { $set: { lastUsedAt: now } });
}
