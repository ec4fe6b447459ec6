import type { SampledLog } from '../../../core/sampled-log';
import type { DeviceQueues, QueueJob } from '../../device-queues';
import type { GatewayMetrics } from '../../metrics';
import type { BrokerPeer } from './peers';

export interface UpMessage {
  topic: string;
  payload: Buffer;
  /** It was too long, and this is its beginning. */
  tooLong?: true;
}

/** Messages that wait as one job, and one more for each child of the device that sends them. */
const TOGETHER = 4;

interface Group {
  messages: UpMessage[];
  job: QueueJob;
}

/**
 * Puts messages into the queue of their device. Those that wait one after the other are coalesced into one job: a parent says everything for
 * its children on its own topic, and may say more at once than a queue has jobs. `handle` may be asked for the same message again.
 */
export function createCoalescer(
  { queues, metrics, sampled }: { queues: DeviceQueues; metrics: GatewayMetrics; sampled: SampledLog },
  handle: (peer: BrokerPeer, message: UpMessage) => Promise<void>,
): (peer: BrokerPeer, message: UpMessage) => void {
  const waiting = new WeakMap<BrokerPeer, Group>();

  function begin(peer: BrokerPeer, first: UpMessage): Group {
    const messages = [first];
    const ends = (): void => {
      if (waiting.get(peer) === group) waiting.delete(peer);
    };
    const job: QueueJob = {
      kind: 'report',
      expendable: false,
      async run() {
        ends();
        for (let message = messages[0]; message !== undefined; message = messages[0]) {
          await handle(peer, message);
          messages.shift();
        }
      },
      lost(error) {
        for (const _ of messages.slice(1)) metrics.lost.report.inc();
        sampled.error('lost message', { deviceId: peer.deviceId, err: error }, 'A message was lost: core could not look its device up');
      },
      crowdedOut() {
        ends();
        for (const _ of messages.slice(1)) metrics.dropped.queue_full.inc();
      },
    };
    const group = { messages, job };
    return group;
  }

  return (peer, message) => {
    const group = waiting.get(peer);
    const isNext = group !== undefined && queues.last(peer.deviceId) === group.job;
    if (isNext && group.messages.length < TOGETHER + peer.children) {
      group.messages.push(message);
      return;
    }
    const next = begin(peer, message);
    waiting.set(peer, next);
    queues.push(peer.deviceId, next.job);
  };
}
