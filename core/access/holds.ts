import type { Viewer } from './viewer';

/** Milliseconds between two looks at what was changed elsewhere; an app's, which asks for its devices too, is taken in each fourth. */
const CHECK_MS = 2_000;
const APPS_EVERY = 4;
const AT_ONCE = 8;

export interface Holds {
  /** `end` is called once, when the key is revoked or may do something else than now. Gives what lets go of it. */
  hold(key: string, viewer: Viewer, end: () => void): () => void;
  /** Ends what somebody holds. */
  end(actorId: string): void;
}

interface Held {
  key: string;
  actorId: string;
  isApp: boolean;
  rights: string;
  end(): void;
}

/** R-SAFE-2: what keys have opened and is still open, so that it ends with them. */
export function createHolds(authenticate: (key: string) => Promise<Viewer | null>): Holds {
  const open = new Set<Held>();
  let isScheduled = false;
  let round = 0;

  function close(held: Held): void {
    if (!open.delete(held)) return;
    held.end();
  }

  async function check(key: string, held: readonly Held[]): Promise<void> {
    try {
      const viewer = await authenticate(key);
      for (const one of held) if (!viewer || rightsOf(viewer) !== one.rights) close(one);
    } catch {
      // The store is away, and nobody can have revoked the key: the next look tells.
    }
  }

  /** Each key once, however much it holds. */
  async function checkAll(): Promise<void> {
    const byKey = new Map<string, Held[]>();
    for (const held of open) {
      if (held.isApp && round % APPS_EVERY !== 0) continue;
      const ofKey = byKey.get(held.key);
      if (ofKey) ofKey.push(held);
      else byKey.set(held.key, [held]);
    }
    const left = byKey.entries();
    const work = async (): Promise<void> => {
      for (const [key, held] of left) await check(key, held);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(async () => {
      round += 1;
      await checkAll();
      isScheduled = false;
      if (open.size > 0) schedule();
    }, CHECK_MS).unref();
  }

  return {
    hold(key, viewer, end) {
      const held: Held = { key, actorId: viewer.actorId, isApp: viewer.role === 'APP', rights: rightsOf(viewer), end };
      open.add(held);
      // It may have been revoked since it was looked at.
      void check(key, [held]);
      schedule();
      return () => void open.delete(held);
    },
    end(actorId) {
      for (const held of [...open]) if (held.actorId === actorId) close(held);
    },
  };
}

const rightsOf = ({ role, deviceIds }: Viewer): string => [role, ...(deviceIds ?? [])].join(' ');
