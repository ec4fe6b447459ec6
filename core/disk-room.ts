import { UserError, UserErrors } from './errors';

export interface DiskState {
  freeBytes: number;
  totalBytes: number;
}

/** R-SAFE-5: what uploads ask before they write, and while they do, so that the stores never meet a full disk. */
export interface DiskRoom {
  /** Throws DISK_FULL where `bytes` more would leave less than the reserve. */
  require(bytes?: number): Promise<void>;
  /** So many bytes more are on their way to the disk. */
  took(bytes: number): void;
  /** Whether less than the reserve is free. */
  isShort(): Promise<boolean>;
  /** What a failure is called that has come while the disk was short; other failures, and all refusals, stay what they are. */
  cause(error: unknown): Promise<unknown>;
}

export const ROOM_WITHOUT_END: DiskRoom = {
  require: async () => undefined,
  took: () => undefined,
  isShort: async () => false,
  cause: async (error) => error,
};

export interface DiskRoomDeps {
  /** Null: nobody can tell, so nothing is refused. */
  look(): Promise<DiskState | null>;
  reserveBytes: number;
  /** Once, when less than the reserve is left, and once when there is room again. */
  onShort(state: DiskState & { reserveBytes: number }): void;
  onRoom(state: DiskState): void;
  now?: () => number;
}

/** A state serves so long: many uploads ask at once, each again and again. */
const KNOWN_MS = 500;
/** MongoDB writes what it was given at its next checkpoint, a minute later at most: until then the disk does not show it. */
const ON_ITS_WAY_MS = 60_000;
/** There is room again only with so much more than the reserve, or every file that is deleted would be told. */
const ROOM_AGAIN = 1.1;
/** Of a small disk the reserve is at most so much. */
const SHARE = 1 / 4;

export const reserveOf = (reserveBytes: number, totalBytes: number): number => Math.min(reserveBytes, Math.floor(totalBytes * SHARE));

export function createDiskRoom({ look, reserveBytes, onShort, onRoom, now = Date.now }: DiskRoomDeps): DiskRoom {
  let known: { state: Promise<DiskState | null>; at: number } | null = null;
  let short = false;
  let lastFree = 0;
  /** What was taken in, in steps of `KNOWN_MS`, and what was free before. */
  let onItsWay: { at: number; bytes: number; free: number }[] = [];

  function took(bytes: number): void {
    const last = onItsWay.at(-1);
    if (last && now() - last.at < KNOWN_MS) last.bytes += bytes;
    else onItsWay.push({ at: now(), bytes, free: lastFree });
  }

  /** Of what was taken in, what the disk does not show yet. */
  function unseen(freeBytes: number): number {
    const since = now() - ON_ITS_WAY_MS;
    onItsWay = onItsWay.filter(({ at }) => at >= since);
    const [oldest] = onItsWay;
    if (!oldest) return 0;
    const taken = onItsWay.reduce((sum, { bytes }) => sum + bytes, 0);
    return Math.max(0, taken - Math.max(0, oldest.free - freeBytes));
  }

  /** Null where there is nothing to go by. */
  async function state(): Promise<(DiskState & { reserve: number }) | null> {
    if (known === null || now() - known.at > KNOWN_MS) known = { state: look().catch(() => null), at: now() };
    const seen = await known.state;
    if (seen === null) return null;
    lastFree = seen.freeBytes;
    const reserve = reserveOf(reserveBytes, seen.totalBytes);
    const isShort = seen.freeBytes < (short ? reserve * ROOM_AGAIN : reserve);
    if (isShort !== short) {
      short = isShort;
      if (short) onShort({ ...seen, reserveBytes: reserve });
      else onRoom(seen);
    }
    return { ...seen, reserve };
  }

  async function isShort(): Promise<boolean> {
    await state();
    return short;
  }

  return {
    isShort,
    took,
    async require(bytes = 0) {
      const seen = await state();
      if (seen !== null && (short || seen.freeBytes - unseen(seen.freeBytes) - bytes < seen.reserve)) throw diskFull(seen.reserve, bytes);
    },
    async cause(error) {
      if (error instanceof UserError || error instanceof UserErrors) return error;
      const seen = await state();
      return short ? diskFull(seen?.reserve ?? reserveBytes, 0) : error;
    },
  };
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1024 ** 2)} MiB`;

function diskFull(reserve: number, bytes: number): UserError {
  const needs = bytes > 0 ? `${megabytes(bytes)}, which this upload takes,` : 'this upload';
  return new UserError('DISK_FULL', {
    field: 'file',
    message: `The disk that Updraft stores on has no room for ${needs} beside its reserve.`,
    hint: 'Delete packages that nobody needs, or give the disk more room, and send it again: nothing has to be restarted.',
    limit: `${megabytes(reserve)} stay free`,
  });
}
