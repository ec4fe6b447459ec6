import type { SampledLog } from '../../../core/sampled-log';
import type { DeviceLanes, LaneJob } from '../../device-lanes';
import type { GatewayMetrics } from '../../metrics';
import type { BrokerPeer } from './peers';

export interface UpMessage {
  topic: string;
  payload: Buffer;
  /** It was too long, and this is its beginning. */
  tooLong?: true;
}

/** Messages that wait as one job, and as many more as there are devices behind the one that sends them. */
const TOGETHER = 4;

interface Line {
  messages: UpMessage[];
  job: LaneJob;
}

/**
 * Puts messages into the lane of their device. Those that wait one behind the other are one job: a parent says everything for its
 * devices on its own topic, and may say more at once than a lane has jobs. `handle` may be asked for the same message again.
 */
export function createLines(
  { lanes, metrics, sampled }: { lanes: DeviceLanes; metrics: GatewayMetrics; sampled: SampledLog },
  handle: (peer: BrokerPeer, message: UpMessage) => Promise<void>,
): (peer: BrokerPeer, message: UpMessage) => void {
  const waiting = new WeakMap<BrokerPeer, Line>();

  function begin(peer: BrokerPeer, first: UpMessage): Line {
    const messages = [first];
    const ends = (): void => {
      if (waiting.get(peer) === line) waiting.delete(peer);
    };
    const job: LaneJob = {
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
    const line = { messages, job };
    return line;
  }

  return (peer, message) => {
    const line = waiting.get(peer);
    const isNext = line !== undefined && lanes.last(peer.deviceId) === line.job;
    if (isNext && line.messages.length < TOGETHER + peer.children) {
      line.messages.push(message);
      return;
    }
    const next = begin(peer, message);
    waiting.set(peer, next);
    lanes.push(peer.deviceId, next.job);
  };
}
