import type { BlockAsker, DownloadService, TokenBlock } from '../../../core/downloads/contract';
import type { DeviceId } from '../../../schema/model/ids';
import { blockSize, writeBlock } from '../message/block-option';
import { CODE } from '../message/codes';
import type { CoapMessage, CoapOption } from '../message/message';
import { OPTION, uintOption } from '../message/options';
import { decideBlock, OCTET_STREAM } from './decide-block';
import type { BlockMetrics } from './metrics';

export interface BlockAnswer {
  code: number;
  options: CoapOption[];
  payload?: Buffer;
  /** A valid token was shown: the answer may be longer than what an unknown address may be sent. */
  proven: boolean;
}

export interface BlockAnswersDeps {
  downloads: Pick<DownloadService, 'tokenBlock'>;
  metrics: BlockMetrics;
  /** A device has shown its token: it is awake, from whichever port it asks. */
  onHeard?(deviceId: DeviceId): void;
  /** The store could not be asked or read. */
  onError(error: unknown): void;
}

type Refused = Exclude<TokenBlock['kind'], 'block'>;

/** What a refusal is answered with, and after how many seconds its device may ask again where that is of use (device-protocols §3.6). */
const REFUSALS: Record<Refused | 'failed', { code: number; retrySeconds?: number }> = {
  unknown: { code: CODE.notFound },
  refused: { code: CODE.forbidden },
  beyond: { code: CODE.badRequest },
  limit: { code: CODE.tooManyRequests, retrySeconds: 3 },
  too_fast: { code: CODE.tooManyRequests, retrySeconds: 1 },
  busy: { code: CODE.serviceUnavailable, retrySeconds: 5 },
  failed: { code: CODE.serviceUnavailable, retrySeconds: 5 },
};

const CONTENT_FORMAT: CoapOption = uintOption(OPTION.contentFormat, OCTET_STREAM);

/**
 * Answers requests for files under `/f/` (R-DL-4). Nothing is kept between two of them, so that a repeated one may be computed again and any
 * gateway can answer the next. Never throws or rejects.
 */
export function createBlockAnswers({ downloads, metrics, onHeard, onError }: BlockAnswersDeps) {
  function refuse(kind: keyof typeof REFUSALS): BlockAnswer {
    metrics.requests[kind].inc();
    const { code, retrySeconds } = REFUSALS[kind];
    return { code, options: retrySeconds === undefined ? [] : [uintOption(OPTION.maxAge, retrySeconds)], proven: false };
  }

  function failed(error: unknown): BlockAnswer {
    onError(error);
    return refuse('failed');
  }

  function answerOf(found: TokenBlock, { num, szx }: { num: number; szx: number }): BlockAnswer {
    if (found.kind !== 'block') return refuse(found.kind);
    const { bytes, size, etag, deviceId } = found;
    onHeard?.(deviceId);
    metrics.requests.block.inc();
    metrics.bytes.inc(bytes.length);
    const options = [
      { number: OPTION.etag, value: etag },
      CONTENT_FORMAT,
      { number: OPTION.block2, value: writeBlock({ num, more: num * blockSize(szx) + bytes.length < size, szx }) },
      uintOption(OPTION.size2, size),
    ];
    return { code: CODE.content, options, payload: bytes, proven: true };
  }

  return function answerBlock(asker: BlockAsker, request: CoapMessage): BlockAnswer | Promise<BlockAnswer> {
    const decision = decideBlock(request);
    if ('refusal' in decision) {
      metrics.requests.wrong.inc();
      return { code: decision.refusal, options: [], proven: false };
    }
    const { token, num, szx } = decision;
    try {
      const found = downloads.tokenBlock(token, asker, { offset: num * blockSize(szx), length: blockSize(szx) });
      return found instanceof Promise ? found.then((block) => answerOf(block, decision)).catch(failed) : answerOf(found, decision);
    } catch (error) {
      return failed(error);
    }
  };
}
