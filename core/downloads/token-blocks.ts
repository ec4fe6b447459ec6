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
  read(token: string, asker: BlockAsker, request: TokenBlockRequest): TokenBlock | Promise<TokenBlock>;
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
  /** Requests that wait, with tokens that are known: those who guess tokens take none of their places. */
  let open = 0;

  function answer(known: KnownToken, asker: BlockAsker, request: TokenBlockRequest): TokenBlock | Promise<TokenBlock> {
    const { token, grant, deviceId } = known;
    if (grant.expiresAt <= clock() || (asker.deviceId !== null && asker.deviceId !== deviceId)) return REFUSED;
    const admitted = rates.admits(token);
    // Nothing to wait for, which is so for nearly all blocks: promises would cost more than the rest.
    if (admitted === true && tokens.isFresh(known)) return answerFresh(known, asker, request);
    return answerLater(admitted, known, asker, request);
  }

  async function answerLater(
    admitted: boolean | Promise<boolean>,
    known: KnownToken,
    asker: BlockAsker,
    request: TokenBlockRequest,
  ): Promise<TokenBlock> {
    if (!(await admitted)) return { kind: 'too_fast' };
    await tokens.look(known);
    return answerFresh(known, asker, request);
  }

  function answerFresh(known: KnownToken, asker: BlockAsker, { offset, length }: TokenBlockRequest): TokenBlock | Promise<TokenBlock> {
    const { token, grant, deviceId } = known;
    if (!known.isAllowed) return REFUSED;
    const { file, etag } = known;
    if (!file) return UNKNOWN;
    if (!streams.admits({ deviceId, taskId: grant.taskId, token, peer: asker.peer })) return { kind: 'limit' };
    if (offset >= file.size) return { kind: 'beyond', size: file.size };
    const blockOf = (bytes: Buffer): TokenBlock => {
      reader.ahead(file, offset, length);
      meter.add(grant.taskId, bytes.length, 1);
      return { kind: 'block', bytes, size: file.size, etag, deviceId };
    };
    const bytes = reader.slice(file, offset, Math.min(length, file.size - offset));
    return bytes instanceof Promise ? bytes.then(blockOf) : blockOf(bytes);
  }

  function take(known: KnownToken | 'busy' | null, asker: BlockAsker, request: TokenBlockRequest): TokenBlock | Promise<TokenBlock> {
    if (known === null) return UNKNOWN;
    if (known === 'busy' || open >= limits.blocksWaiting) return BUSY;
    const answered = answer(known, asker, request);
    if (!(answered instanceof Promise)) return answered;
    open += 1;
    return answered.finally(() => {
      open -= 1;
    });
  }

  return {
    read(token, asker, request) {
      const found = tokens.find(token);
      return found instanceof Promise ? found.then((known) => take(known, asker, request)) : take(found, asker, request);
    },
    forget: tokens.forget,
  };
}
