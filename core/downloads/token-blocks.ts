import { setTimeout } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { DeviceId } from '../../schema/model/ids';
import { deviceOfTask } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import type { PackageFile } from '../../schema/model/package/firmware-package';
import type { Clock } from '../clock';
import type { BlockReader } from './block-reader';
import { createBlockStreams } from './block-streams';
import type { BlockAsker, TokenBlock, TokenBlockRequest } from './contract';
import type { DownloadMeter } from './meter';
import type { ShortGrant, ShortTokens } from './short-token';
import { refusalOf, type Standing, type Standings } from './standings';

export interface TokenBlocks {
  read(token: string, asker: BlockAsker, request: TokenBlockRequest): Promise<TokenBlock>;
  /** What is known of these devices holds no longer. */
  forget(deviceIds: readonly DeviceId[]): void;
}

export interface TokenBlocksDeps {
  tokens: Pick<ShortTokens, 'find'>;
  standings: Pick<Standings, 'ofTask'>;
  fileOf(packageId: string, fileIndex: number): Promise<PackageFile | null>;
  reader: BlockReader;
  meter: DownloadMeter;
  /** The first request for the file in the attempt, before a byte leaves. */
  onOpened(standing: Standing, attempt: number): Promise<void>;
  limits: Pick<Limits, 'downloadsPerToken' | 'downloadsPerDevice' | 'blockRequestsPerToken' | 'blocksWaiting'>;
  clock: Clock;
  now?: () => number;
  delay?: (ms: number) => Promise<unknown>;
}

/** A token, as far as it is known in this process. */
interface Known {
  token: string;
  grant: ShortGrant;
  deviceId: DeviceId;
  /** Null until the task was read. */
  file: PackageFile | null;
  etag: Buffer;
  isRefused: boolean;
  /** When the store was last asked whether its device may have the file. */
  checkedAt: number;
  checking: Promise<void> | null;
  /** Requests of the present second. */
  second: number;
  requests: number;
  /** Those that wait for the next one. */
  delayed: number;
}

const KEPT = 20_000;
/** How long a token may go on after its task has ended in another process: one read of the store for many blocks. */
const CHECKED_FOR_MS = 1_000;
const ETAG_BYTES = 8;
const SECOND_MS = 1_000;
/** Requests of one token that wait for the next second: a device asks for the next block when it has the last, so that the fastest link has it wait and no more. */
const MOST_DELAYED = 4;

const UNKNOWN: TokenBlock = { kind: 'unknown' };
const REFUSED: TokenBlock = { kind: 'refused' };
const BUSY: TokenBlock = { kind: 'busy' };

/** R-DL-4: files by short tokens, block by block. A token's file never changes, so that only whether it may be had is asked again. */
export function createTokenBlocks(deps: TokenBlocksDeps): TokenBlocks {
  const { tokens, standings, fileOf, reader, meter, onOpened, limits, clock } = deps;
  const { now = () => performance.now(), delay = (ms) => setTimeout(ms, undefined, { ref: false }) } = deps;
  const streams = createBlockStreams({ limits, now });
  const ofDevice = new Map<DeviceId, Set<Known>>();
  const kept = new LRUCache<string, Known>({ max: KEPT, dispose: leave });
  const finding = new Map<string, Promise<Known | null>>();
  /** Requests with tokens that are known: those who guess tokens take none of their places. */
  let open = 0;

  function join(known: Known): Known {
    kept.set(known.token, known);
    const tokensOfDevice = ofDevice.get(known.deviceId);
    if (tokensOfDevice) tokensOfDevice.add(known);
    else ofDevice.set(known.deviceId, new Set([known]));
    return known;
  }

  function leave(known: Known): void {
    const tokensOfDevice = ofDevice.get(known.deviceId);
    tokensOfDevice?.delete(known);
    if (tokensOfDevice?.size === 0) ofDevice.delete(known.deviceId);
  }

  /** What nobody was given is not kept: guesses must not push out what is known. */
  async function find(token: string): Promise<Known | null> {
    const grant = await tokens.find(token);
    if (!grant) return null;
    return join({
      ...{ token, grant, deviceId: deviceOfTask(grant.taskId), file: null, etag: Buffer.alloc(0), isRefused: false },
      ...{ checkedAt: Number.NEGATIVE_INFINITY, checking: null, second: 0, requests: 0, delayed: 0 },
    });
  }

  /** `busy`: as many tokens as may be are being looked for. */
  function known(token: string): Promise<Known | null> | Known | 'busy' {
    const found = kept.get(token);
    // It may have been given out once more since.
    if (found && found.grant.expiresAt > clock()) return found;
    const underWay = finding.get(token);
    if (underWay) return underWay;
    if (finding.size >= limits.blocksWaiting) return 'busy';
    const begun = find(token).finally(() => finding.delete(token));
    finding.set(token, begun);
    return begun;
  }

  async function check(of: Known): Promise<void> {
    const askedAt = now();
    const { taskId, attempt, grant, fileIndex } = of.grant;
    const standing = await standings.ofTask(taskId);
    const refusal = standing === null ? 'ENDED' : refusalOf(standing, { attempt, grant });
    of.isRefused = refusal !== null;
    if (standing && refusal === null) {
      of.file ??= await fileOf(standing.task.packageId, fileIndex);
      if (of.file) of.etag = Buffer.from(of.file.sha256, 'hex').subarray(0, ETAG_BYTES);
      await onOpened(standing, attempt);
    }
    if (refusal !== 'NOT_YET') of.checkedAt = askedAt;
  }

  /** Whether the request may be answered, which is in the next second when those of this one are used up. */
  async function inItsSecond(of: Known): Promise<boolean> {
    for (;;) {
      const at = now();
      const second = Math.floor(at / SECOND_MS);
      if (of.second !== second) of.requests = 0;
      of.second = second;
      if (of.requests < limits.blockRequestsPerToken) break;
      if (of.delayed >= MOST_DELAYED) return false;
      of.delayed += 1;
      await delay((second + 1) * SECOND_MS - at);
      of.delayed -= 1;
    }
    of.requests += 1;
    return true;
  }

  async function answer(of: Known, asker: BlockAsker, { offset, length }: TokenBlockRequest): Promise<TokenBlock> {
    if (of.grant.expiresAt <= clock() || (asker.deviceId !== null && asker.deviceId !== of.deviceId)) return REFUSED;
    if (!(await inItsSecond(of))) return { kind: 'too_fast' };
    if (now() - of.checkedAt >= CHECKED_FOR_MS) {
      of.checking ??= check(of).finally(() => {
        of.checking = null;
      });
      await of.checking;
    }
    const { token, file, etag, deviceId } = of;
    const { taskId } = of.grant;
    if (of.isRefused) return REFUSED;
    if (!file) return UNKNOWN;
    if (!streams.admits({ deviceId, taskId, token, peer: asker.peer })) return { kind: 'limit' };
    if (offset >= file.size) return { kind: 'beyond', size: file.size };
    const bytes = await reader.slice(file, offset, Math.min(length, file.size - offset));
    reader.ahead(file, offset, length);
    meter.add(taskId, bytes.length, 1);
    return { kind: 'block', bytes, size: file.size, etag };
  }

  return {
    async read(token, asker, request) {
      const found = known(token);
      const of = found instanceof Promise ? await found : found;
      if (of === null) return UNKNOWN;
      if (of === 'busy' || open >= limits.blocksWaiting) return BUSY;
      open += 1;
      try {
        return await answer(of, asker, request);
      } finally {
        open -= 1;
      }
    },
    forget(deviceIds) {
      for (const id of deviceIds) for (const of of ofDevice.get(id) ?? []) of.checkedAt = Number.NEGATIVE_INFINITY;
    },
  };
}
