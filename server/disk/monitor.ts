import type { Logger } from 'pino';
import { createDiskRoom, type DiskRoom, type DiskState } from '../../core/disk-room';
import { repeat } from '../../core/repeat';
import { StartError } from '../embedded/start-error';
import { createReserveFile } from './reserve-file';
import { diskState, less } from './state';

const LOOK_EVERY_MS = 1_000;
/** Below this MongoDB does not even start: its journal alone is 100 MB. */
const START_BYTES = 128 * 1024 * 1024;

export interface DiskMonitor {
  room: DiskRoom;
  /** Of a database that runs elsewhere, once there is a connection. */
  also(look: () => Promise<DiskState | null>): void;
  stop(): Promise<void>;
}

export interface DiskMonitorOptions {
  dataDir: string;
  reserveBytes: number;
  /** The servers that run here keep their data in `dataDir`. */
  isLocal: boolean;
  look?: (dataDir: string) => Promise<DiskState | null>;
}

const megabytes = (bytes: number): number => Math.floor(bytes / 1024 ** 2);

/**
 * R-SAFE-5: looks at the disk that the embedded servers write to, and keeps some of it for them. Throws StartError when there is too little to
 * begin with.
 */
export async function monitorDisk(options: DiskMonitorOptions, logger: Logger): Promise<DiskMonitor> {
  const { dataDir, reserveBytes, isLocal, look = diskState } = options;
  const others: (() => Promise<DiskState | null>)[] = [];
  const local = async (): Promise<DiskState | null> => (isLocal ? look(dataDir) : null);
  const room = createDiskRoom({
    reserveBytes,
    async look() {
      let state = await local();
      for (const other of others) state = less(state, await other().catch(() => null));
      return state;
    },
    onShort: ({ freeBytes, reserveBytes: reserve }) =>
      logger.error(
        { disk: isLocal ? dataDir : 'of the database', freeMB: megabytes(freeBytes), reserveMB: megabytes(reserve) },
        'The disk is full, or nearly so: uploads are refused (DISK_FULL) until there is room again. All else goes on as long as it can',
      ),
    onRoom: ({ freeBytes }) => logger.info({ freeMB: megabytes(freeBytes) }, 'There is room on the disk again: uploads are taken'),
  });
  if (!isLocal) return { room, also: (other) => void others.push(other), stop: async () => undefined };

  const reserveFile = createReserveFile(dataDir, reserveBytes);
  async function once(): Promise<void> {
    const state = await local();
    if (state) await reserveFile.follow(state);
    await room.isShort();
  }
  const before = await local();
  if (before && before.freeBytes < START_BYTES) await reserveFile.follow({ ...before, freeBytes: 0 });
  const state = await local();
  if (state && state.freeBytes < START_BYTES) throw diskFull(dataDir, state);
  // After one that failed, the next tries again.
  const stop = repeat(
    once,
    () => LOOK_EVERY_MS,
    () => undefined,
  );
  return { room, also: (other) => void others.push(other), stop };
}

const diskFull = (dataDir: string, { freeBytes }: DiskState): StartError =>
  new StartError(
    `The disk is full: ${megabytes(freeBytes)} MiB are free under ${dataDir}, and MongoDB needs ${megabytes(START_BYTES)} MiB to start. ` +
      'Make room on it, or choose another with UPDRAFT_DATA_DIR.',
  );
