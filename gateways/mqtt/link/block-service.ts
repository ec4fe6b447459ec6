import type { BlockAnswer, BlockRequest } from '../../../core/core';
import type { GatewayCore } from '../../core';
import type { GatewayMetrics } from '../../metrics';
import type { SampledLog } from '../../sampled-log';
import type { MqttQuotas } from '../broker/quotas';
import type { DownMessage, Peer } from '../dialect';
import { createBlockRate } from './block-rate';
import { createOpenRequests } from './open-requests';

type WordedAnswer = Exclude<BlockAnswer, { kind: 'block' }> | (Extract<BlockAnswer, { kind: 'block' }> & { offset: number });

/** `wrong`: the request can't be read any further, and the device is told so. */
export type BlockService = (
  peer: Peer,
  request: BlockRequest | { wrong: string },
  word: (answer: WordedAnswer | { kind: 'wrong'; wrong: string }) => DownMessage,
) => void;

/** device-protocols §1.4. */
const BLOCKS_PER_SECOND = 20;
/** Requests being answered, of all devices: each holds a block of up to 64 KiB. */
const UNDER_WAY = 256;

/**
 * Answers block requests beside the lanes, so that a download holds up no report. On overload it is silent, which makes an SDK wait its
 * 10 s; an error would make it repeat at once, and give up after three.
 */
export function createBlockService(deps: {
  downloads: GatewayCore['downloads'];
  metrics: GatewayMetrics;
  quotas: Pick<MqttQuotas, 'openRequests'>;
  sampled: SampledLog;
}): BlockService {
  const { downloads, metrics, quotas, sampled } = deps;
  const openRequest = createOpenRequests(quotas.openRequests);
  const rates = new WeakMap<Peer, () => boolean>();
  let underWay = 0;

  function allows(peer: Peer): boolean {
    let rate = rates.get(peer);
    if (!rate) {
      rate = createBlockRate(BLOCKS_PER_SECOND);
      rates.set(peer, rate);
    }
    return rate();
  }

  async function answer(peer: Peer, request: BlockRequest, word: Parameters<BlockService>[2]): Promise<void> {
    const open = openRequest(peer);
    if (open === null) return metrics.dropped.too_many_requests.inc();
    underWay += 1;
    try {
      const found = await downloads.block(peer.deviceId, request);
      await peer.send(word(found.kind === 'block' ? { ...found, offset: request.offset } : found));
    } catch (error) {
      sampled.warn(`block ${peer.deviceId}`, { deviceId: peer.deviceId, err: error }, 'A block could not be read; its device asks again');
    } finally {
      underWay -= 1;
      open.close();
    }
  }

  return (peer, request, word) => {
    if (!allows(peer)) metrics.dropped.too_fast.inc();
    else if (underWay >= UNDER_WAY) metrics.dropped.queue_full.inc();
    else if ('wrong' in request) void peer.send(word({ kind: 'wrong', wrong: request.wrong }));
    else void answer(peer, request, word);
  };
}
