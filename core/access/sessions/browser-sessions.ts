import type { BrowserSession } from '../../../schema/model/access';
import type { Collections } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { KNOWN_MOST, KNOWN_MS, USE_NOTED_EVERY_MS } from '../bounds';
import { createKnown } from '../known';
import { newToken, tokenHash } from './session-token';

/** The oldest goes when somebody opens one more. */
const MOST_OF_ACTOR = 20;

export interface SessionTimes {
  /** Without use it ends after so long. */
  idleMinutes: number;
  /** With use as well. */
  hours: number;
}

export interface OpenedSession {
  /** For the cookie, and nowhere else. */
  token: string;
  expiresAt: Date;
}

export interface BrowserSessions {
  open(of: Pick<BrowserSession, 'actorId' | 'keyId' | 'person' | 'user'>, until?: Date): Promise<OpenedSession>;
  /** The session while it is good; noted as used. */
  get(token: string): Promise<BrowserSession | null>;
  /** Ends it: certain at once in this process. */
  end(token: string): Promise<void>;
  /** They were removed: certain at once in this process. */
  forget(ids: readonly string[]): void;
}

export function createBrowserSessions(
  sessions: Collections['browserSessions'],
  { idleMinutes, hours }: SessionTimes,
  clock: Clock,
): BrowserSessions {
  const known = createKnown<BrowserSession>({ load: (_id) => sessions.findOne({ _id }), ttlMs: KNOWN_MS, most: KNOWN_MOST, clock });
  const idleMs = idleMinutes * 60_000;

  async function dropOldest(actorId: string): Promise<void> {
    const over = await sessions
      .find({ actorId }, { projection: { _id: 1 } })
      .sort({ createdAt: -1 })
      .skip(MOST_OF_ACTOR)
      .toArray();
    if (over.length === 0) return;
    await sessions.deleteMany({ _id: { $in: over.map(({ _id }) => _id) } });
    for (const { _id } of over) known.forget(_id);
  }

  async function noteUse({ _id, usedAt }: BrowserSession, now: Date): Promise<void> {
    const before = new Date(now.getTime() - USE_NOTED_EVERY_MS);
    if (usedAt <= before) await sessions.updateOne({ _id, usedAt: { $lte: before } }, { $set: { usedAt: now } });
  }

  return {
    async open(of, until) {
      const now = clock();
      const token = newToken();
      const longest = now.getTime() + hours * 3_600_000;
      const expiresAt = new Date(Math.min(longest, until?.getTime() ?? longest));
      await sessions.insertOne({ _id: tokenHash(token) ?? '', ...of, createdAt: now, usedAt: now, expiresAt });
      await dropOldest(of.actorId);
      return { token, expiresAt };
    },
    async get(token) {
      const hash = tokenHash(token);
      if (hash === null) return null;
      const { value, wasKnown } = await known.get(hash);
      const now = clock();
      if (!value || value.expiresAt <= now || now.getTime() - value.usedAt.getTime() >= idleMs) return null;
      if (!wasKnown) await noteUse(value, now);
      return value;
    },
    forget: (ids) => ids.forEach(known.forget),
    async end(token) {
      const hash = tokenHash(token);
      if (hash === null) return;
      try {
        await sessions.deleteOne({ _id: hash });
      } finally {
        known.forget(hash);
      }
    },
  };
}
