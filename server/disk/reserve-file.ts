import { open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type DiskState, reserveOf } from '../../core/disk-room';

const NAME = 'disk-reserve';
const BYTES = 256 * 1024 * 1024;
/** Of the reserve that uploads leave, at most so much. */
const SHARE = 1 / 4;
const PIECE = Buffer.alloc(1024 * 1024);

export interface ReserveFile {
  /** With each look at the disk. */
  follow(state: DiskState): Promise<void>;
}

/**
 * A file that is given up when the disk is full, whoever has filled it: MongoDB ends where it can't write, and with these bytes it goes on until
 * somebody has made room. It is made again when there is.
 */
export function createReserveFile(dataDir: string, reserveBytes: number): ReserveFile {
  const file = join(dataDir, NAME);

  async function make(bytes: number): Promise<void> {
    if (((await stat(file).catch(() => null))?.size ?? 0) >= bytes) return;
    // Written, not only claimed: a file with holes would take no room.
    const handle = await open(file, 'w', 0o600);
    try {
      for (let written = 0; written < bytes; written += PIECE.length) {
        await handle.write(PIECE, 0, Math.min(PIECE.length, bytes - written));
        await delay(1);
      }
    } finally {
      await handle.close();
    }
  }

  return {
    async follow({ freeBytes, totalBytes }) {
      const reserve = reserveOf(reserveBytes, totalBytes);
      const bytes = Math.min(BYTES, Math.floor(reserve * SHARE));
      if (freeBytes < bytes / 2) await rm(file, { force: true });
      else if (freeBytes > reserve + 2 * bytes && bytes > 0) await make(bytes);
    },
  };
}
