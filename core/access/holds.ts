import type { Viewer } from './viewer';

/** Milliseconds between two looks at what was changed elsewhere. */
const CHECK_MS = 2_000;

export interface Holds {
  /** `end` is called once, when the key is revoked or may do something else than now. Gives what lets go of it. */
  hold(key: string, viewer: Viewer, end: () => void): () => void;
  /** Ends what the key with this id holds. */
  end(keyId: string): void;
}

interface Held {
  key: string;
  keyId: string;
  rights: string;
  end(): void;
}

/** R-SAFE-2: what keys have opened and is still open, so that it ends with them. */
export function createHolds(authenticate: (key: string) => Promise<Viewer | null>): Holds {
  const open = new Set<Held>();
  let isScheduled = false;

  function close(held: Held): void {
    if (!open.delete(held)) return;
    held.end();
  }

  async function check(held: Held): Promise<void> {
    try {
      const viewer = await authenticate(held.key);
      if (!viewer || rightsOf(viewer) !== held.rights) close(held);
    } catch {
      // The store is away, and nobody can have revoked the key: the next look tells.
    }
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(async () => {
      await Promise.all([...open].map(check));
      isScheduled = false;
      if (open.size > 0) schedule();
    }, CHECK_MS).unref();
  }

  return {
    hold(key, viewer, end) {
      const held: Held = { key, keyId: viewer.keyId, rights: rightsOf(viewer), end };
      open.add(held);
      // It may have been revoked since it was looked at.
      void check(held);
      schedule();
      return () => void open.delete(held);
    },
    end(keyId) {
      for (const held of [...open]) if (held.keyId === keyId) close(held);
    },
  };
}

const rightsOf = ({ role, deviceIds }: Viewer): string => [role, ...(deviceIds ?? [])].join(' ');
