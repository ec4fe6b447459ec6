import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDiskRoom, type DiskState, reserveOf } from '../../../core/disk-room';
import { UserError } from '../../../core/errors';
import { monitorDisk } from '../../../server/disk/monitor';
import { createReserveFile } from '../../../server/disk/reserve-file';
import { diskState, less } from '../../../server/disk/state';
import { supervise } from '../../../server/embedded/supervisor';

const MB = 1024 ** 2;
const GB = 1024 ** 3;
let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'updraft-disk-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('R-SAFE-5 room on the disk', () => {
  function roomWith(state: DiskState | null) {
    const told: string[] = [];
    const disk = { state, at: 0 };
    const room = createDiskRoom({
      look: async () => disk.state,
      reserveBytes: GB,
      onShort: () => told.push('short'),
      onRoom: () => told.push('room'),
      now: () => disk.at,
    });
    const free = (freeBytes: number): void => {
      disk.state = { freeBytes, totalBytes: 100 * GB };
      disk.at += 1_000;
    };
    return { room, told, free };
  }
  const refused = { code: 'DISK_FULL', field: 'file', limit: '1024 MiB stay free' };

  test('an upload that would leave less than the reserve is refused, others are taken', async () => {
    const { room, told } = roomWith({ freeBytes: 3 * GB, totalBytes: 100 * GB });
    await room.require();
    await room.require(2 * GB);
    await expect(room.require(2 * GB + 1)).rejects.toMatchObject({ ...refused, message: expect.stringContaining('2049 MiB') });
    expect(told).toEqual([]);
  });

  test('what was taken in and is not on the disk yet counts for a minute, whoever brought it', async () => {
    const { room, free } = roomWith({ freeBytes: 3 * GB, totalBytes: 100 * GB });
    await room.require();
    for (let time = 0; time < 4; time += 1) room.took(GB / 2);
    await room.require();
    // Half of it has come there: what is seen counts once.
    free(2 * GB);
    await room.require();
    room.took(1);
    await expect(room.require()).rejects.toMatchObject(refused);
    for (let second = 0; second <= 60; second += 1) free(3 * GB);
    await room.require(2 * GB);
  });

  test('a failure that has come of it names what stays free of this disk, which may be less than the setting', async () => {
    const { room } = roomWith({ freeBytes: 1, totalBytes: 2 * GB });
    expect(await room.cause(new Error('no space left'))).toMatchObject({ code: 'DISK_FULL', limit: '512 MiB stay free' });
  });

  test('below the reserve all are, that is said once, and it ends by itself when there is clearly more room', async () => {
    const { room, told, free } = roomWith(null);
    await room.require(GB);
    free(GB - 1);
    for (let time = 0; time < 5; time += 1) await expect(room.require()).rejects.toMatchObject(refused);
    for (const bytes of [GB, GB + MB, 0, GB + 2 * MB]) {
      free(bytes);
      expect(await room.isShort()).toBe(true);
    }
    expect(told).toEqual(['short']);
    free(1.2 * GB);
    await room.require();
    expect(told).toEqual(['short', 'room']);
  });

  test('a failure that comes meanwhile is called by its cause, a refusal stays what it is', async () => {
    const { room, free } = roomWith(null);
    const [failure, refusal] = [new Error('socket closed'), new UserError('FILE_EMPTY', { message: 'Empty.', hint: 'Send it.' })];
    free(GB);
    expect(await room.cause(failure)).toBe(failure);
    free(0);
    expect(await room.cause(failure)).toMatchObject({ code: 'DISK_FULL' });
    expect(await room.cause(refusal)).toBe(refusal);
  });

  test('a disk of which nothing is known refuses nothing; of a small one a quarter is kept', async () => {
    const { room } = roomWith(null);
    await room.require(Number.MAX_SAFE_INTEGER);
    expect([reserveOf(GB, 100 * GB), reserveOf(GB, GB), reserveOf(0, GB)]).toEqual([GB, GB / 4, 0]);
    const [small, large] = [GB, 2 * GB].map((freeBytes) => ({ freeBytes, totalBytes: 4 * GB }));
    expect([less(null, null), less(small!, null), less(null, small!), less(small!, large!), less(large!, small!)]).toEqual([
      null,
      small,
      small,
      small,
      small,
    ]);
  });
});

test('R-SAFE-5 the disk under a directory is looked at', async () => {
  const state = await diskState(directory);
  expect(state?.freeBytes).toBeGreaterThan(0);
  expect(state?.totalBytes).toBeGreaterThanOrEqual(state?.freeBytes ?? 0);
  expect(await diskState(join(directory, 'nowhere'))).toBeNull();
});

test('R-SAFE-5 some of the reserve is a file, which is given up when the disk is full, and made again', async () => {
  const reserveFile = createReserveFile(directory, 32 * MB);
  const file = join(directory, 'disk-reserve');
  const with_ = (freeBytes: number) => reserveFile.follow({ freeBytes, totalBytes: 100 * GB });
  await with_(33 * MB);
  expect(existsSync(file)).toBe(false);
  await with_(GB);
  expect(statSync(file).size).toBe(8 * MB);
  expect(statSync(file).blocks * 512).toBeGreaterThanOrEqual(8 * MB);
  await with_(20 * MB);
  expect(existsSync(file)).toBe(true);
  await with_(3 * MB);
  expect(existsSync(file)).toBe(false);
  await with_(GB);
  expect(existsSync(file)).toBe(true);
});

test('R-SAFE-5 on a disk that is full already the start fails with words', async () => {
  const logger = { error: () => undefined, info: () => undefined } as never;
  const look = async () => ({ freeBytes: 5 * MB, totalBytes: 100 * GB });
  await expect(monitorDisk({ dataDir: directory, reserveBytes: GB, isLocal: true, look }, logger)).rejects.toThrow(
    /The disk is full: 5 MiB are free under .*UPDRAFT_DATA_DIR/,
  );
  const elsewhere = await monitorDisk({ dataDir: directory, reserveBytes: GB, isLocal: false, look }, logger);
  await elsewhere.room.require();
  await elsewhere.stop();
});

test('R-SAFE-5 a server that ends for want of room is started again until there is some, and that is said once', async () => {
  const program = {
    name: 'sleeper',
    command: '/bin/sh',
    args: ['-c', `[ -e ${join(directory, 'full')} ] && exit 1; exec sleep 1000`],
    logFile: join(directory, 'log'),
    ready: async (signal: AbortSignal) => {
      // What ends at once is not ready.
      if (starts++ > 0 && starts <= TRIES) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
  };
  let starts = 0;
  const TRIES = 8;
  const restarts: string[] = [];
  const fatal = jest.fn();
  const { writeFileSync } = await import('node:fs');
  const full = join(directory, 'full');
  const events = {
    onFatal: fatal,
    onRestart: (_name: string, { reason }: { reason: string }) => void restarts.push(reason),
    isDiskFull: async () => {
      if (starts >= TRIES) rmSync(full, { force: true });
      return existsSync(full);
    },
  };
  const server = await supervise(program, events, 1);
  writeFileSync(full, '');
  const first = server.pid;
  process.kill(first, 'SIGKILL');
  while (starts <= TRIES) await new Promise((resolve) => setImmediate(resolve));
  await server.stop();
  expect(fatal).not.toHaveBeenCalled();
  expect(restarts[0]).toBe('the disk is full');
  expect(restarts.filter((reason) => reason === 'the disk is full')).toHaveLength(1);
});
