import { LRUCache } from 'lru-cache';
import { type DeviceId, deviceOfTask } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import type { PackageFile } from '../../schema/model/package/firmware-package';
import { atMost } from '../at-most';
import type { Clock } from '../clock';
import type { ShortGrant, ShortTokens } from './short-token';
import { refusalOf, type Standing, type Standings } from './standings';

/** A token, as far as it is known in this process. */
export interface KnownToken {
  readonly token: string;
  readonly grant: ShortGrant;
  readonly deviceId: DeviceId;
  /** Null until its device was allowed to have it. */
  file: PackageFile | null;
  /** The first 8 bytes of the file's SHA-256. */
  etag: Buffer;
  /** Whether its device may have the file, as last looked up. */
  isAllowed: boolean;
}

export interface KnownTokens {
  /** Null: never given out. `busy`: as many tokens as may be are being looked for. */
  find(token: string): KnownToken | Promise<KnownToken | null> | 'busy';
  /** Whether that was looked up within the last second, so that there is nothing to wait for. */
  isFresh(known: KnownToken): boolean;
  /** Looks up whether its device may have the file, at most once a second. Rejects when the store can't be asked about one that is not known to. */
  look(known: KnownToken): Promise<void>;
  /** What is known of these devices holds no longer. */
  forget(deviceIds: readonly DeviceId[]): void;
}

export interface KnownTokensDeps {
  tokens: Pick<ShortTokens, 'find'>;
  standings: Pick<Standings, 'ofTask'>;
  fileOf(packageId: string, fileIndex: number): Promise<PackageFile | null>;
  /** The first request for the file in the attempt, before a byte leaves. */
  onOpened(standing: Standing, attempt: number): Promise<void>;
  limits: Pick<Limits, 'blocksWaiting'>;
  clock: Clock;
  now(): number;
  delay(ms: number): Promise<unknown>;
}

interface Kept extends KnownToken {
  lookedAt: number;
  looking: Look | null;
}

interface Look {
  ended: Promise<void>;
  /** For downloads that go on meanwhile: settles when it has ended, or has taken too long. */
  awaited: Promise<unknown>;
  /** It began before a change, so what it brings may no longer be so. */
  isStale: boolean;
}

const KEPT = 20_000;
/** How long a token may go on after its task has ended in another process: one read of the store for many blocks. */
const LOOKED_FOR_MS = 1_000;
/** A download that runs waits so long for the store to say that it may go on, and then goes on: nothing has ended that the store does not know of. */
const AWAITED_FOR_MS = 500;
const ETAG_BYTES = 8;

/** A token's file never changes, so that only whether it may be had is asked again. */
export function createKnownTokens(deps: KnownTokensDeps): KnownTokens {
  const { tokens, standings, fileOf, onOpened, limits, clock, now, delay } = deps;
  const ofDevice = new Map<DeviceId, Set<Kept>>();
  const kept = new LRUCache<string, Kept>({ ...atMost(KEPT), dispose: leave });
  const finding = new Map<string, Promise<Kept | null>>();

  function join(known: Kept): Kept {
    kept.set(known.token, known);
    const ofItsDevice = ofDevice.get(known.deviceId);
    if (ofItsDevice) ofItsDevice.add(known);
    else ofDevice.set(known.deviceId, new Set([known]));
    return known;
  }

  function leave(known: Kept): void {
    const ofItsDevice = ofDevice.get(known.deviceId);
    ofItsDevice?.delete(known);
    if (ofItsDevice?.size === 0) ofDevice.delete(known.deviceId);
  }

  /** What nobody was given is not kept: guesses must not push out what is known. */
  async function findInStore(token: string): Promise<Kept | null> {
    const grant = await tokens.find(token);
    if (!grant) return null;
    return join({
      ...{ token, grant, deviceId: deviceOfTask(grant.taskId), file: null, etag: Buffer.alloc(0), isAllowed: false },
      ...{ lookedAt: Number.NEGATIVE_INFINITY, looking: null },
    });
  }

  async function lookInStore(known: Kept, isStale: () => boolean): Promise<void> {
    const askedAt = now();
    const { taskId, attempt, grant, fileIndex } = known.grant;
    const standing = await standings.ofTask(taskId);
    const refusal = standing === null ? 'ENDED' : refusalOf(standing, { attempt, grant });
    if (standing && refusal === null) {
      known.file ??= await fileOf(standing.task.packageId, fileIndex);
      if (known.file) known.etag = Buffer.from(known.file.sha256, 'hex').subarray(0, ETAG_BYTES);
      await onOpened(standing, attempt);
    }
    if (isStale()) return;
    known.isAllowed = refusal === null;
    if (refusal !== 'NOT_YET') known.lookedAt = askedAt;
  }

  function begin(known: Kept): Look {
    const ended = lookInStore(known, () => look.isStale).finally(() => {
      if (known.looking === look) known.looking = null;
    });
    const awaited = known.isAllowed ? Promise.race([ended.catch(() => undefined), delay(AWAITED_FOR_MS)]) : ended;
    const look: Look = { ended, awaited, isStale: false };
    return look;
  }

  const isFresh = (known: KnownToken): boolean => now() - (known as Kept).lookedAt < LOOKED_FOR_MS;

  return {
    find(token) {
      const found = kept.get(token);
      // It may have been given out once more since.
      if (found && found.grant.expiresAt > clock()) return found;
      const underWay = finding.get(token);
      if (underWay) return underWay;
      if (finding.size >= limits.blocksWaiting) return 'busy';
      const begun = findInStore(token).finally(() => finding.delete(token));
      finding.set(token, begun);
      return begun;
    },
    isFresh,
    async look(of) {
      const known = of as Kept;
      while (!isFresh(known)) {
        known.looking ??= begin(known);
        const look = known.looking;
        await (known.isAllowed ? look.awaited : look.ended);
        if (!look.isStale) return;
      }
    },
    forget(deviceIds) {
      for (const id of deviceIds) {
        for (const known of ofDevice.get(id) ?? []) {
          if (known.looking) known.looking.isStale = true;
          Object.assign(known, { isAllowed: false, lookedAt: Number.NEGATIVE_INFINITY, looking: null });
        }
      }
    },
  };
}
