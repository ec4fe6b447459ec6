import type { DeviceId, TaskId } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import { goesOnUntil } from '../../schema/model/protocol/least-rate';
import type { DownloadRefusal } from '../../schema/model/task/may-download';
import { UserError } from '../errors';
import type { TransferEnd } from './contract';
import { refusalOf, type Standings } from './standings';

export interface TransferOf {
  taskId: TaskId;
  deviceId: DeviceId;
  attempt: number;
  grant?: string;
  /** Of which as many may run as of one token. */
  token: string;
}

export interface Transfers {
  /** `stop` is called once, when the device may not have the rest, or takes it too slowly. Throws DOWNLOAD_LIMIT and BUSY. */
  begin(of: TransferOf, stop: (reason: TransferEnd) => void): { moved(bytes: number): void; sent(): void; end(): void };
  /** Ends theirs at once; what ends elsewhere is found out within a second. */
  tasksEnded(ids: readonly TaskId[]): void;
  devicesShutOut(ids: readonly DeviceId[]): void;
  /** Looks no more, until another one begins. */
  close(): void;
}

interface Running extends TransferOf {
  movedAt: number;
  /** Unless more of it moves. */
  goesOnUntil: number;
  /** All of it has left this process, and some may wait in the kernel for a slow device. */
  isSent: boolean;
  stop(reason: TransferEnd): void;
}

interface Deps {
  standings: Pick<Standings, 'ofTask'>;
  limits: Pick<Limits, 'downloadsPerToken' | 'downloadsPerDevice' | 'downloads' | 'downloadBytesPerSecond'>;
  now?: () => number;
  checkEveryMs?: number;
}

const CHECK_EVERY_MS = 500;
/** A transfer of which nothing left for so long gives way to another one: its device has lost the connection, most likely, and is back. */
const STALLED_MS = 3_000;
/** As above, where another device wants the place: a slow one may show nothing for a while, since kernels hold what it has yet to read. */
const STALLED_FOR_OTHERS_MS = 60_000;
/** A kernel may hold a megabyte before it shows that any of it was read. */
const TIMEOUT_MS = 10 * 60_000;
/** What a device that is refused is told to wait, in seconds: whatever has stalled by then gives way. */
export const DOWNLOAD_LIMIT_RETRY_S = STALLED_MS / 1_000;

const ENDS: Record<DownloadRefusal, TransferEnd> = {
  ENDED: 'task_ended',
  NOT_YET: 'task_ended',
  DEVICE: 'device_shut_out',
  VOID: 'device_shut_out',
};

/**
 * The transfers over HTTP that run in this process (R-DL-7). They are limited per token and per device; they end with their task, also those of
 * which all was sent and not all may have arrived, which count for no limit any more; and while any runs, all of them are looked at twice a second, in one read for hundreds.
 */
export function createTransfers(deps: Deps): Transfers {
  const { standings, limits, now = () => performance.now(), checkEveryMs = CHECK_EVERY_MS } = deps;
  const running = new Map<DeviceId, Set<Running>>();
  const leastRate = { bytesPerSecond: limits.downloadBytesPerSecond, timeoutMs: TIMEOUT_MS };
  /** Of those that are not all sent. */
  let count = 0;
  let timer: NodeJS.Timeout | null = null;

  const all = (): Running[] => [...running.values()].flatMap((ofDevice) => [...ofDevice]);

  function markSent(transfer: Running): void {
    if (!transfer.isSent) count -= 1;
    transfer.isSent = true;
  }

  function forget(transfer: Running): void {
    markSent(transfer);
    const ofDevice = running.get(transfer.deviceId);
    ofDevice?.delete(transfer);
    if (ofDevice?.size === 0) running.delete(transfer.deviceId);
  }

  function stop(transfer: Running, reason: TransferEnd): void {
    forget(transfer);
    transfer.stop(reason);
  }

  /** Those in the way of another one. Each unfinished task of a device, one a module, may have one transfer whatever the others have. */
  function inTheWayOf({ deviceId, taskId, token }: TransferOf): Running[] {
    const all = [...(running.get(deviceId) ?? [])].filter(({ isSent }) => !isSent);
    const ofToken = all.filter((each) => each.token === token);
    if (ofToken.length >= limits.downloadsPerToken) return ofToken;
    return all.length >= limits.downloadsPerDevice && all.some((each) => each.taskId === taskId) ? all : [];
  }

  function makeRoom(wanted: TransferOf): void {
    const inTheWay = inTheWayOf(wanted);
    if (inTheWay.length === 0) return;
    const [first] = inTheWay.sort((one, other) => one.movedAt - other.movedAt);
    if (first === undefined || now() - first.movedAt < STALLED_MS) throw tooMany(inTheWay.length);
    stop(first, 'replaced');
  }

  /** Of one that has come to a halt, where there are as many as may be. */
  function makeRoomForAll(): void {
    if (count < limits.downloads) return;
    let halted: Running | null = null;
    for (const transfer of all()) {
      if (!transfer.isSent && transfer.movedAt < (halted?.movedAt ?? now() - STALLED_FOR_OTHERS_MS)) halted = transfer;
    }
    if (halted === null) throw tooManyInAll(limits.downloads);
    stop(halted, 'replaced');
  }

  function endSlow(): void {
    for (const transfer of all()) if (!transfer.isSent && now() > transfer.goesOnUntil) stop(transfer, 'too_slow');
  }

  /** What can't be asked about goes on: nothing has ended that the store does not know of. */
  async function check(): Promise<void> {
    endSlow();
    await Promise.allSettled(
      all().map(async (transfer) => {
        const standing = await standings.ofTask(transfer.taskId);
        const refusal = standing === null ? 'ENDED' : refusalOf(standing, transfer);
        if (refusal !== null && running.get(transfer.deviceId)?.has(transfer)) stop(transfer, ENDS[refusal]);
      }),
    );
  }

  function checkLater(): void {
    if (running.size === 0) return;
    timer ??= setTimeout(() => {
      void check().finally(() => {
        timer = null;
        checkLater();
      });
    }, checkEveryMs).unref();
  }

  return {
    begin(of, onStop) {
      makeRoom(of);
      makeRoomForAll();
      const transfer: Running = { ...of, movedAt: now(), goesOnUntil: now() + TIMEOUT_MS, isSent: false, stop: onStop };
      count += 1;
      const ofDevice = running.get(of.deviceId);
      if (ofDevice) ofDevice.add(transfer);
      else running.set(of.deviceId, new Set([transfer]));
      checkLater();
      return {
        moved(bytes) {
          transfer.movedAt = now();
          transfer.goesOnUntil = goesOnUntil(transfer.goesOnUntil, bytes, transfer.movedAt, leastRate);
        },
        sent: () => markSent(transfer),
        end: () => forget(transfer),
      };
    },
    tasksEnded(ids) {
      if (running.size === 0) return;
      const ended = new Set(ids);
      for (const ofDevice of [...running.values()])
        for (const transfer of [...ofDevice]) if (ended.has(transfer.taskId)) stop(transfer, 'task_ended');
    },
    devicesShutOut(ids) {
      for (const id of ids) for (const transfer of [...(running.get(id) ?? [])]) stop(transfer, 'device_shut_out');
    },
    close() {
      if (timer) clearTimeout(timer);
      timer = null;
    },
  };
}

const tooManyInAll = (running: number): UserError =>
  new UserError('BUSY', {
    message: `${running} downloads are running already.`,
    hint: 'Wait a few seconds and ask again.',
    limit: `${running}`,
  });

const tooMany = (running: number): UserError =>
  new UserError('DOWNLOAD_LIMIT', {
    field: 'token',
    message: `${running} downloads of this device are running already.`,
    hint: 'Let one of them end first, or wait a few seconds: one that has come to a halt gives way.',
    limit: `${running}`,
  });
