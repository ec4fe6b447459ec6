import { LRUCache } from 'lru-cache';
import type { TaskId } from '../../schema/model/ids';
import type { PackageFile } from '../../schema/model/package/firmware-package';
import type { DownloadRefusal } from '../../schema/model/task/may-download';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import type { UserError } from '../errors';
import type { CoreSettings } from '../settings';
import type { BlockReader } from './block-reader';
import type { Download, DownloadService } from './contract';
import {
  type DownloadGrant,
  type DownloadUrls,
  earlyDownload,
  endedDownload,
  expiredDownload,
  neverGivenOut,
  shutOutDownload,
  unknownDownload,
  voidDownload,
} from './download-token';
import type { DownloadMeter } from './meter';
import type { ShortTokens } from './short-token';
import { schemesOf } from './short-url';
import { createStandings, refusalOf, type Standing } from './standings';
import { createStreams } from './streams';
import { createTokenBlocks } from './token-blocks';
import { createTransfers } from './transfers';

export interface DownloadDeps {
  collections: Pick<Collections, 'tasks' | 'packages'>;
  urls: Pick<DownloadUrls, 'read' | 'readBearer'>;
  tokens: Pick<ShortTokens, 'find'>;
  reader: BlockReader;
  /** For devices that ask for a kilobyte or less at a time, many at once. */
  blockReader: BlockReader;
  meter: DownloadMeter;
  /** The first request for the file of a notification, before a byte leaves. */
  onOpened?(taskId: TaskId, attempt: number): Promise<void>;
  settings: Pick<CoreSettings, 'limits' | 'publicBaseUrl' | 'coapBaseUrls'>;
  clock: Clock;
}

/** What core tells downloads of, so that they end at once and not at the next look. */
export interface DownloadEvents {
  tasksEnded(ended: readonly { _id: TaskId; deviceId: string }[]): void;
  devicesShutOut(ids: readonly string[]): void;
  close(): void;
}

type PackageFiles = { files: PackageFile[]; createdAt: Date };

const FILES_KEPT = 500;

const REFUSALS: Record<DownloadRefusal, () => UserError> = {
  ENDED: endedDownload,
  DEVICE: shutOutDownload,
  VOID: voidDownload,
  NOT_YET: earlyDownload,
};

export function createDownloadService(deps: DownloadDeps): DownloadService & DownloadEvents {
  const { urls, tokens, reader, meter, clock } = deps;
  const { packages } = deps.collections;
  const { limits } = deps.settings;
  /** A package's files never change, and none goes while a task of it is unfinished: a request costs one read, that of the task. */
  const kept = new LRUCache<string, PackageFiles>({ max: FILES_KEPT });
  const standings = createStandings(deps.collections);
  const streams = createStreams({ packages, standings, limits, clock });
  const transfers = createTransfers({ standings, limits });

  async function filesOf(packageId: string): Promise<PackageFiles | null> {
    const known = kept.get(packageId);
    if (known) return known;
    const read = await packages.findOne({ _id: packageId }, { projection: { files: 1, createdAt: 1 } });
    if (read) kept.set(packageId, read);
    return read;
  }

  async function tellOpened({ task }: Standing, attempt: number): Promise<void> {
    if (task.negotiation && task.attempt === attempt && task.negotiation.openedAt === null) await deps.onOpened?.(task._id, attempt);
  }

  const tokenBlocks = createTokenBlocks({
    ...{ tokens, standings, reader: deps.blockReader, meter, limits, clock },
    fileOf: async (packageId, fileIndex) => (await filesOf(packageId))?.files[fileIndex] ?? null,
    onOpened: tellOpened,
  });

  /** R-DL-5, R-DL-7: asked anew for each request. */
  async function opened({ taskId, fileIndex, attempt, grant }: DownloadGrant, token: string): Promise<Download> {
    const standing = await standings.ofTask(taskId);
    if (!standing) throw unknownDownload();
    const refusal = refusalOf(standing, { attempt, grant });
    if (refusal !== null) throw REFUSALS[refusal]();
    const { task } = standing;
    const firmware = await filesOf(task.packageId);
    const file = firmware?.files[fileIndex];
    if (!firmware || !file) throw unknownDownload();
    const { name, size, sha256 } = file;
    await tellOpened(standing, attempt);
    meter.add(taskId, 0, 1);
    return {
      ...{ taskId, name, size, sha256, createdAt: firmware.createdAt },
      begin(range, stop) {
        const transfer = transfers.begin({ taskId, deviceId: task.deviceId, attempt, grant, token }, stop);
        return {
          pieces: reader.read(file, range),
          served(bytes) {
            transfer.moved(bytes);
            meter.add(taskId, bytes, 0);
          },
          sent: transfer.sent,
          end: transfer.end,
        };
      },
    };
  }

  return {
    schemes: () => schemesOf(deps.settings),
    open: async (token) => opened(await urls.read(token), token),
    openWithBearer: async (id, bearer) => opened(await urls.readBearer(id, bearer), id),
    async openShort(token) {
      const found = await tokens.find(token);
      if (!found) throw neverGivenOut();
      if (found.expiresAt <= clock()) throw expiredDownload();
      return opened(found, token);
    },
    tokenBlock: tokenBlocks.read,
    async block(deviceId, { streamId, fileId, offset, size }, proof) {
      const found = fileId === 1 ? await streams.fileFor(deviceId, streamId, proof) : null;
      if (!found) return { kind: 'unknown' };
      const { taskId, file } = found;
      if (offset >= file.size) return { kind: 'beyond', fileLength: file.size };
      const bytes = await reader.slice(file, offset, Math.min(size, file.size - offset));
      meter.add(taskId, bytes.length, 1);
      return { kind: 'block', bytes, fileLength: file.size };
    },
    tasksEnded(ended) {
      const deviceIds = ended.map(({ deviceId }) => deviceId);
      streams.forget(deviceIds);
      tokenBlocks.forget(deviceIds);
      transfers.tasksEnded(ended.map(({ _id }) => _id));
    },
    devicesShutOut(ids) {
      streams.forget(ids);
      tokenBlocks.forget(ids);
      transfers.devicesShutOut(ids);
    },
    close: transfers.close,
  };
}
