import { timingSafeEqual } from 'node:crypto';
import type { Collections } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { UserError } from '../../errors';
import { KNOWN_MOST, KNOWN_MS, USE_NOTED_EVERY_MS } from '../bounds';
import { createKnown } from '../known';
import type { ApiKey, Viewer } from '../viewer';
import { hashOf, parseKey } from './key-format';

export interface KeyAuthenticator {
  /** Throws NOT_SIGNED_IN for one that has expired. */
  authenticate(key: string): Promise<Viewer | null>;
  /** Of a browser session that was opened with the key. */
  viewerOf(id: string): Promise<Viewer | null>;
  /** After a change: certain at once in this process. */
  forget(id: string): void;
}

export function createKeyAuthenticator(apiKeys: Collections['apiKeys'], clock: Clock): KeyAuthenticator {
  const known = createKnown<ApiKey>({
    load: (id) => apiKeys.findOne({ _id: id, revokedAt: null }),
    ttlMs: KNOWN_MS,
    most: KNOWN_MOST,
    clock,
  });

  async function used({ value: record, wasKnown }: { value: ApiKey | null; wasKnown: boolean }): Promise<Viewer | null> {
    if (!record) return null;
    if (record.expiresAt && record.expiresAt <= clock()) throw keyExpired();
    if (!wasKnown) await noteUse(apiKeys, record, clock());
    return viewerOfKey(record);
  }

  return {
    async authenticate(key) {
      const parts = parseKey(key);
      if (!parts) return null;
      const found = await known.get(parts.id);
      if (!found.value || !timingSafeEqual(hashOf(parts.secret), Buffer.from(found.value.hash, 'hex'))) return null;
      return used(found);
    },
    viewerOf: async (id) => used(await known.get(id)),
    forget: known.forget,
  };
}

const keyExpired = (): UserError =>
  new UserError('NOT_SIGNED_IN', {
    message: 'The API key has expired.',
    hint: 'Ask an administrator for another key, or for a later expiry.',
  });

function viewerOfKey({ _id, name, role, products = null, expiresAt, deviceIds, registrations }: ApiKey): Viewer {
  const rights = { ...(expiresAt && { expiresAt }), ...(deviceIds && { deviceIds, registrations }) };
  return { actorId: _id, kind: 'KEY', name, role, products, ...rights };
}

async function noteUse(apiKeys: Collections['apiKeys'], { _id, lastUsedAt }: ApiKey, now: Date): Promise<void> {
  const before = new Date(now.getTime() - USE_NOTED_EVERY_MS);
  if (lastUsedAt !== null && lastUsedAt > before) return;
  await apiKeys.updateOne({ _id, $or: [{ lastUsedAt: null }, { lastUsedAt: { $lte: before } }] }, { $set: { lastUsedAt: now } });
}
