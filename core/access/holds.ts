import { UserError } from '../errors';
import { type Credential, credentialKey } from './credential';
import type { Viewer } from './viewer';

/** Milliseconds between two looks at what was changed elsewhere; apps are many, and taken in each fourth. */
const CHECK_MS = 2_000;
const APPS_EVERY = 4;
const AT_ONCE = 8;

export interface Holds {
  /** `end` is called once, when the credential is good no more or may do something else than now. Gives what lets go of it. */
  hold(credential: Credential, viewer: Viewer, end: () => void): () => void;
  /** Ends what somebody holds, and what the tokens do that a key has made. */
  end(actorId: string): void;
  /** Ends what was opened with a credential. */
  endOf(credential: Credential): void;
}

interface Held {
  credential: Credential;
  actorIds: readonly (string | undefined)[];
  isApp: boolean;
  /** As it was at the last look. */
  viewer: Viewer;
  end(): void;
}

/** R-SAFE-2: what credentials have opened and is still open, so that it ends with them. */
export function createHolds(identify: (credential: Credential) => Promise<Viewer | null>): Holds {
  const open = new Set<Held>();
  let isScheduled = false;
  let round = 0;

  function close(held: Held): void {
    if (!open.delete(held)) return;
    held.end();
  }

  async function check(credential: Credential, held: readonly Held[]): Promise<void> {
    const viewer = await identify(credential).catch((error: unknown) => {
      if (error instanceof UserError && error.code === 'NOT_SIGNED_IN') return null;
      // The store is away, and nobody can have revoked anything: the next look tells.
      return undefined;
    });
    if (viewer === undefined) return;
    for (const one of held) {
      if (viewer && isAsBefore(one.viewer, viewer)) one.viewer = viewer;
      else close(one);
    }
  }

  /** Each credential once, however much it holds. */
  async function checkAll(): Promise<void> {
    const together = new Map<string, { credential: Credential; held: Held[] }>();
    for (const held of open) {
      if (held.isApp && round % APPS_EVERY !== 0) continue;
      const key = credentialKey(held.credential);
      const others = together.get(key);
      if (others) others.held.push(held);
      else together.set(key, { credential: held.credential, held: [held] });
    }
    const left = together.values();
    const work = async (): Promise<void> => {
      for (const { credential, held } of left) await check(credential, held);
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

  function closeWhere(isMeant: (held: Held) => boolean): void {
    for (const held of [...open]) if (isMeant(held)) close(held);
  }

  return {
    hold(credential, viewer, end) {
      const held: Held = {
        credential,
        actorIds: [viewer.actorId, viewer.madeBy],
        isApp: viewer.role === 'APP',
        viewer,
        end,
      };
      open.add(held);
      // It may have been revoked since it was looked at.
      void check(credential, [held]);
      schedule();
      return () => void open.delete(held);
    },
    end: (actorId) => closeWhere((held) => held.actorIds.includes(actorId)),
    endOf(credential) {
      const key = credentialKey(credential);
      closeWhere((held) => credentialKey(held.credential) === key);
    },
  };
}

/** The devices of an owner come and go without an end: what an app follows looks at each of them itself (`api/live/device-scopes.ts`). */
const rightsOf = ({ role, products, owner, deviceIds }: Viewer): string =>
  JSON.stringify([role, products, owner ?? null, owner === undefined ? deviceIds : null]);

const isAsBefore = (before: Viewer, now: Viewer): boolean => rightsOf(before) === rightsOf(now);
