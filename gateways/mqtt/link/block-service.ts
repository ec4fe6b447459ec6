import type { BlockAnswer, BlockRequest } from '../../../core/core';
import type { GatewayCore } from '../../core';
import type { GatewayMetrics } from '../../metrics';
import type { SampledLog } from '../../sampled-log';
import type { Deliver } from '../broker/delivery';
import type { MqttQuotas } from '../broker/quotas';
import type { Session } from '../broker/session';
import type { DownMessage } from '../dialect';
import { createBlockRate } from './block-rate';
import { createOpenRequests } from './open-requests';

type WordedAnswer = Exclude<BlockAnswer, { kind: 'block' }> | (Extract<BlockAnswer, { kind: 'block' }> & { offset: number });

/** `wrong`: the request can't be read any further, and the device is told so. */
export type BlockService = (
  session: Session,
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
  deliver: Deliver;
  metrics: GatewayMetrics;
  quotas: Pick<MqttQuotas, 'openRequests'>;
  sampled: SampledLog;
}): BlockService {
  const { downloads, deliver, metrics, quotas, sampled } = deps;
  const openRequest = createOpenRequests(quotas.openRequests);
  const rates = new WeakMap<Session, () => boolean>();
  let underWay = 0;

  function allows(session: Session): boolean {
    let rate = rates.get(session);
    if (!rate) {
      rate = createBlockRate(BLOCKS_PER_SECOND);
      rates.set(session, rate);
    }
    return rate();
  }

  async function answer(session: Session, request: BlockRequest, word: Parameters<BlockService>[2]): Promise<void> {
    const open = openRequest(session);
    if (open === null) return metrics.dropped.too_many_requests.inc();
    underWay += 1;
    try {
      const found = await downloads.block(session.deviceId, request);
      await deliver(session, word(found.kind === 'block' ? { ...found, offset: request.offset } : found));
    } catch (error) {
      sampled.warn(
        `block ${session.deviceId}`,
        { deviceId: session.deviceId, err: error },
        'A block could not be read; its device asks again',
      );
    } finally {
      underWay -= 1;
      open.close();
    }
  }

  return (session, request, word) => {
    if (!allows(session)) metrics.dropped.too_fast.inc();
    else if (underWay >= UNDER_WAY) metrics.dropped.queue_full.inc();
    else if ('wrong' in request) void deliver(session, word({ kind: 'wrong', wrong: request.wrong }));
    else void answer(session, request, word);
  };
}
