import { setTimeout } from 'node:timers/promises';
import type { DeviceId } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import type { BlockReader } from './block-reader';
import { createBlockStreams } from './block-streams';
import type { BlockAsker, TokenBlock, TokenBlockRequest } from './contract';
import { createKnownTokens, type KnownToken, type KnownTokensDeps } from './known-tokens';
import type { DownloadMeter } from './meter';
import { createRequestRates } from './request-rates';

export interface TokenBlocks {
  read(token: string, asker: BlockAsker, request: TokenBlockRequest): Promise<TokenBlock>;
  /** What is known of these devices holds no longer. */
  forget(deviceIds: readonly DeviceId[]): void;
}

export interface TokenBlocksDeps extends Pick<KnownTokensDeps, 'tokens' | 'standings' | 'fileOf' | 'onOpened' | 'clock'> {
  reader: BlockReader;
  meter: DownloadMeter;
  limits: Pick<Limits, 'downloadsPerToken' | 'downloadsPerDevice' | 'blockRequestsPerToken' | 'blocksWaiting'>;
  now?: () => number;
  delay?: (ms: number) => Promise<unknown>;
}

const UNKNOWN: TokenBlock = { kind: 'unknown' };
const REFUSED: TokenBlock = { kind: 'refused' };
const BUSY: TokenBlock = { kind: 'busy' };

/** R-DL-4: files by short tokens, block by block. */
export function createTokenBlocks(deps: TokenBlocksDeps): TokenBlocks {
  const { reader, meter, limits, clock } = deps;
  const { now = () => performance.now(), delay = (ms) => setTimeout(ms, undefined, { ref: false }) } = deps;
  const tokens = createKnownTokens({ ...deps, now, delay });
  const streams = createBlockStreams({ limits, now });
  const rates = createRequestRates({ perSecond: limits.blockRequestsPerToken, now, delay });
  /** Requests with tokens that are known: those who guess tokens take none of their places. */
  let open = 0;

  async function answer(known: KnownToken, asker: BlockAsker, { offset, length }: TokenBlockRequest): Promise<TokenBlock> {
    const { token, grant, deviceId } = known;
    if (grant.expiresAt <= clock() || (asker.deviceId !== null && asker.deviceId !== deviceId)) return REFUSED;
    if (!(await rates.admits(token))) return { kind: 'too_fast' };
    await tokens.look(known);
    if (!known.isAllowed) return REFUSED;
    const { file, etag } = known;
    if (!file) return UNKNOWN;
    if (!streams.admits({ deviceId, taskId: grant.taskId, token, peer: asker.peer })) return { kind: 'limit' };
    if (offset >= file.size) return { kind: 'beyond', size: file.size };
    const bytes = await reader.slice(file, offset, Math.min(length, file.size - offset));
    reader.ahead(file, offset, length);
    meter.add(grant.taskId, bytes.length, 1);
    return { kind: 'block', bytes, size: file.size, etag, deviceId };
  }

  return {
    async read(token, asker, request) {
      const found = tokens.find(token);
      const known = found instanceof Promise ? await found : found;
      if (known === null) return UNKNOWN;
      if (known === 'busy' || open >= limits.blocksWaiting) return BUSY;
      open += 1;
      try {
        return await answer(known, asker, request);
      } finally {
        open -= 1;
      }
    },
    forget: tokens.forget,
  };
}
