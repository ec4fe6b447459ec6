import { timingSafeEqual } from 'node:crypto';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { hashOf, parseKey } from './key-format';
import { createKnown } from './known';
import type { ApiKey, Viewer } from './viewer';

/** With the time between two looks at what keys hold (`holds.ts`), certain within 10 s in every process. */
const CACHE_MS = 4_000;
const CACHED_KEYS = 10_000;
const USE_NOTED_EVERY_MS = 60_000;

export interface Authenticator {
  authenticate(key: string | null | undefined): Promise<Viewer | null>;
  /** After a revocation: certain at once in this process. */
  forget(id: string): void;
}

export function createAuthenticator(apiKeys: Collections['apiKeys'], clock: Clock): Authenticator {
  const known = createKnown<ApiKey>({
    load: (id) => apiKeys.findOne({ _id: id, revokedAt: null }),
    ttlMs: CACHE_MS,
    most: CACHED_KEYS,
    clock,
  });

  return {
    async authenticate(key) {
      const parts = parseKey(key);
      if (!parts) return null;
      const { value: record, wasKnown } = await known.get(parts.id);
      if (!record || !timingSafeEqual(hashOf(parts.secret), Buffer.from(record.hash, 'hex'))) return null;
      if (!wasKnown) await noteUse(apiKeys, record, clock());
      const { deviceIds, registrations } = record;
      return {
        actorId: record._id,
        kind: 'KEY',
        name: record.name,
        role: record.role,
        products: null,
        ...(deviceIds && { deviceIds, registrations }),
      };
    },
    forget: known.forget,
  };
}

async function noteUse(apiKeys: Collections['apiKeys'], { _id, lastUsedAt }: ApiKey, now: Date): Promise<void> {
  const before = new Date(now.getTime() - USE_NOTED_EVERY_MS);
  if (lastUsedAt !== null && lastUsedAt > before) return;
  await apiKeys.updateOne({ _id, $or: [{ lastUsedAt: null }, { lastUsedAt: { $lte: before } }] }, { $set: { lastUsedAt: now } });
}
