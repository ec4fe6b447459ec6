import type { AccountOf } from '../../../core/accounts';
import type { BlockAnswer, BlockRequest } from '../../../core/downloads/contract';
import type { SampledLog } from '../../../core/sampled-log';
import type { GatewayCore } from '../../core';
import type { GatewayMetrics } from '../../metrics';
import type { DownMessage, Peer } from '../dialect';
import type { MqttQuotas } from '../quotas';
import { createBlockQueues, type QueueClock } from './block-queues';

type WordedAnswer = Exclude<BlockAnswer, { kind: 'block' }> | (Extract<BlockAnswer, { kind: 'block' }> & { offset: number });

/** `wrong`: the request can't be read any further, and the device is told so. */
export type BlockService = (
  peer: Peer,
  request: BlockRequest | { wrong: string },
  toMessage: (answer: WordedAnswer | { kind: 'wrong'; wrong: string }) => DownMessage,
) => void;

/** device-protocols §1.4. */
const BLOCKS_PER_SECOND = 20;
/** Requests of all devices that wait: each a few hundred bytes, and a device with one open request has one. */
const OPEN_IN_ALL = 100_000;
/** Each holds a block of up to 64 KiB, until the device's connection has taken it. */
const AT_ONCE = 1_024;

/**
 * Answers block requests beside the queues, so that a download holds up no report. What comes faster than it may is answered later, and what
 * can't be answered now not at all: an SDK waits 10 s then, while an error would make it repeat at once, and give up after three.
 */
export function createBlockService(
  deps: {
    downloads: GatewayCore['downloads'];
    metrics: GatewayMetrics;
    quotas: Pick<MqttQuotas, 'openRequests'>;
    sampled: SampledLog;
    accountOf: AccountOf;
  },
  clock?: QueueClock,
): BlockService {
  const { downloads, metrics, quotas, sampled, accountOf } = deps;
  const limits = { perSecond: BLOCKS_PER_SECOND, open: quotas.openRequests, openInAll: OPEN_IN_ALL, atOnce: AT_ONCE };
  const enqueue = createBlockQueues(limits, accountOf, clock);

  async function answer(
    peer: Peer,
    request: BlockRequest | { wrong: string },
    toMessage: Parameters<BlockService>[2],
    given: () => void,
  ): Promise<void> {
    const send = (message: DownMessage): Promise<boolean> => {
      given();
      return peer.send(message);
    };
    try {
      if ('wrong' in request) {
        await send(toMessage({ kind: 'wrong', wrong: request.wrong }));
        return;
      }
      const found = await downloads.block(peer.deviceId, request, peer.proof);
      await send(toMessage(found.kind === 'block' ? { ...found, offset: request.offset } : found));
    } catch (error) {
      sampled.warn(`block ${peer.deviceId}`, { deviceId: peer.deviceId, err: error }, 'A block could not be read; its device asks again');
    }
  }

  return (peer, request, toMessage) => {
    const taken = enqueue(peer, (given) => answer(peer, request, toMessage, given));
    if (taken === 'device_full') metrics.dropped.too_many_requests.inc();
    else if (taken === 'full') metrics.dropped.queue_full.inc();
  };
}
