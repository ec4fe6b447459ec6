import type { SampledLog } from '../../core/sampled-log';
import type { GatewayMetrics } from '../metrics';
import type { Peer } from './dialect';

type Reason = 'malformed' | 'foreign_topic';

/** Counts and logs a message that is dropped; `messages` are the dialect's words for why. */
export const createDrop =
  ({ metrics, sampled }: { metrics: GatewayMetrics; sampled: SampledLog }, messages: Record<Reason, string>) =>
  ({ deviceId }: Peer, reason: Reason, topic: string): void => {
    metrics.dropped[reason].inc();
    sampled.warn(`${reason} ${deviceId}`, { deviceId, topic: topic.slice(0, 128) }, messages[reason]);
  };
