import { createHash } from 'node:crypto';
import type { DeviceScope } from '../../core/access/apps/device-scope';
import { devicesOfOwner, OWNER_KNOWN_MS } from '../../core/access/apps/devices-of-owner';
import type { DeviceId } from '../../schema/model/ids';
import { stamped } from './cursor';
import type { LiveSource } from './source';

/** A reader of an app. */
export interface Scoped {
  /** The one device it follows; null: all of its scope. */
  deviceId: DeviceId | null;
  /** Its devices are others now: it has to query. */
  changed(): void;
}

export interface ScopeWatch {
  has(deviceId: DeviceId): boolean;
  /** The cursor of an event, as this reader gets it. */
  cursorOf(cursor: string): string;
  /** Whether a reader that was last given this stamp knows of all devices there are now. When they have been read. */
  knows(stamp: string): Promise<boolean>;
  leave(): void;
}

export interface DeviceScopes<R extends Scoped> {
  watch(scope: DeviceScope, reader: R): ScopeWatch;
  /** Those whose scope has the device. */
  readersOf(deviceId: DeviceId): Iterable<R>;
  /** The device belongs to somebody else now, to nobody (null), or is no more. */
  ownerChanged(deviceId: DeviceId, owner: string | null): void;
  /** Changes of owners may have been missed. */
  lost(): void;
  stop(): void;
}

/**
 * What a reader is told to query may be answered by another process, which knows the devices of an owner for so long. A little more than
 * that, since timers may be early.
 */
export const TOLD_AFTER_MS = OWNER_KNOWN_MS + 100;
/** While devices go on changing, readers are told together, but not later than after so many times that. */
const MOST_ROUNDS = 5;
const AGAIN_MS = 1_000;
const READS_AT_ONCE = 8;

interface Watched<R> {
  readonly owner: string | null;
  ids: Set<DeviceId>;
  readonly readers: Set<R>;
  /** Raised by each change that is seen, so that a look that began before it does not count. */
  touches: number;
  /** Its readers have been told of `ids` with this cursor; null: not yet, or these have not been read. */
  since: string | null;
  stamp: string | null;
  untold: Set<R>;
  telling: { timer: NodeJS.Timeout; touches: number; rounds: number } | null;
  isDue: boolean;
  onRead: (() => void)[];
}

/**
 * R-DEV-7: the devices of apps that follow, by the log that tasks come by, so that no event costs a question. A device that was lost is out
 * with the change itself; what was gained or lost besides is read once, and told to readers with a Resync.
 */
export function createDeviceScopes<R extends Scoped>(source: LiveSource, position: () => string): DeviceScopes<R> {
  const byOwner = new Map<string, Watched<R>>();
  const byDevice = new Map<DeviceId, Set<Watched<R>>>();
  const due = new Set<Watched<R>>();
  let reads = 0;

  function index(watched: Watched<R>, deviceId: DeviceId): void {
    const there = byDevice.get(deviceId);
    if (there) there.add(watched);
    else byDevice.set(deviceId, new Set([watched]));
  }

  function unindex(watched: Watched<R>, deviceId: DeviceId): void {
    const there = byDevice.get(deviceId);
    there?.delete(watched);
    if (there?.size === 0) byDevice.delete(deviceId);
  }

  function setIds(watched: Watched<R>, ids: readonly DeviceId[]): void {
    for (const id of watched.ids) unindex(watched, id);
    watched.ids = new Set(ids);
    watched.stamp = null;
    for (const id of ids) index(watched, id);
  }

  function open(scope: DeviceScope): Watched<R> {
    const { owner, deviceIds } = scope;
    const known = owner === null ? undefined : byOwner.get(owner);
    if (known) return known;
    const empty = { ids: new Set<DeviceId>(), readers: new Set<R>(), untold: new Set<R>(), onRead: [] };
    const watched: Watched<R> = {
      owner,
      ...empty,
      touches: 0,
      since: owner === null ? '' : null,
      stamp: null,
      telling: null,
      isDue: false,
    };
    setIds(watched, deviceIds);
    if (owner === null) return watched;
    byOwner.set(owner, watched);
    read(watched);
    return watched;
  }

  function close(watched: Watched<R>): void {
    for (const id of watched.ids) unindex(watched, id);
    if (watched.owner !== null) byOwner.delete(watched.owner);
    due.delete(watched);
    if (watched.telling) clearTimeout(watched.telling.timer);
    settle(watched);
  }

  function settle(watched: Watched<R>): void {
    watched.isDue = false;
    for (const resolve of watched.onRead.splice(0)) resolve();
  }

  function read(watched: Watched<R>): void {
    watched.isDue = true;
    due.add(watched);
    readDue();
  }

  function readDue(): void {
    for (const watched of due) {
      if (reads >= READS_AT_ONCE) return;
      due.delete(watched);
      reads += 1;
      void readOne(watched).finally(() => {
        reads -= 1;
        readDue();
      });
    }
  }

  async function readOne(watched: Watched<R>): Promise<void> {
    const { touches, owner } = watched;
    try {
      const ids = await devicesOfOwner(source.collections.devices, owner ?? '');
      if (watched.readers.size === 0) return;
      if (touches === watched.touches) apply(watched, ids);
      else due.add(watched);
    } catch (error) {
      source.logger.warn({ err: error }, 'The devices of an owner could not be read; it is tried again');
      setTimeout(() => watched.readers.size > 0 && read(watched), AGAIN_MS).unref();
    }
  }

  function apply(watched: Watched<R>, ids: readonly DeviceId[]): void {
    const had = watched.ids;
    const isSame = ids.length === had.size && ids.every((id) => had.has(id));
    if (!isSame) {
      setIds(watched, ids);
      tellLater(watched, ({ deviceId }) => deviceId === null || had.has(deviceId) !== watched.ids.has(deviceId));
    } else if (watched.untold.size === 0) watched.since ??= '';
    settle(watched);
  }

  function touch(watched: Watched<R>, touched: DeviceId): void {
    watched.touches += 1;
    tellLater(watched, ({ deviceId }) => deviceId === null || deviceId === touched);
    read(watched);
  }

  function tellLater(watched: Watched<R>, isMeant: (reader: R) => boolean): void {
    watched.since = null;
    for (const reader of watched.readers) if (isMeant(reader)) watched.untold.add(reader);
    if (!watched.telling) arm(watched, 1);
  }

  function arm(watched: Watched<R>, rounds: number): void {
    const timer = setTimeout(() => tell(watched), TOLD_AFTER_MS).unref();
    watched.telling = { timer, touches: watched.touches, rounds };
  }

  function tell(watched: Watched<R>): void {
    const { touches = 0, rounds = 0 } = watched.telling ?? {};
    const isCalm = touches === watched.touches && !watched.isDue;
    watched.telling = null;
    if (!isCalm && rounds < MOST_ROUNDS) {
      arm(watched, rounds + 1);
      return;
    }
    const told = [...watched.untold];
    if (isCalm) {
      watched.since = position();
      watched.untold.clear();
    } else arm(watched, 1);
    for (const reader of told) reader.changed();
  }

  function stampOf(watched: Watched<R>): string {
    watched.stamp ??= createHash('sha256')
      .update([...watched.ids].join('\n'))
      .digest('base64url')
      .slice(0, 16);
    return watched.stamp;
  }

  return {
    watch(scope, reader) {
      const watched = open(scope);
      watched.readers.add(reader);
      if (watched.telling) watched.untold.add(reader);
      // One device, or those of a key, are the same as long as the reader has them.
      const isPlain = watched.owner === null || reader.deviceId !== null;
      return {
        has: (deviceId) => watched.ids.has(deviceId),
        cursorOf(cursor) {
          if (isPlain) return cursor;
          return stamped(cursor, watched.since !== null && cursor >= watched.since ? stampOf(watched) : '');
        },
        async knows(stamp) {
          if (watched.isDue) await new Promise<void>((resolve) => void watched.onRead.push(resolve));
          return isPlain || stamp === stampOf(watched);
        },
        leave() {
          watched.untold.delete(reader);
          if (watched.readers.delete(reader) && watched.readers.size === 0) close(watched);
        },
      };
    },
    *readersOf(deviceId) {
      for (const { readers } of byDevice.get(deviceId) ?? []) yield* readers;
    },
    ownerChanged(deviceId, owner) {
      for (const watched of [...(byDevice.get(deviceId) ?? [])]) {
        if (watched.owner === null || watched.owner === owner) continue;
        unindex(watched, deviceId);
        watched.ids.delete(deviceId);
        watched.stamp = null;
        touch(watched, deviceId);
      }
      const gained = owner === null ? undefined : byOwner.get(owner);
      if (gained) touch(gained, deviceId);
    },
    lost() {
      for (const watched of byOwner.values()) read(watched);
    },
    stop() {
      due.clear();
      for (const watched of [...byOwner.values()]) close(watched);
    },
  };
}
