import type { Account, AccountOf } from '../../core/accounts';
import { createTokenBuckets } from '../../core/token-bucket';
import type { GatewayMetrics } from '../metrics';
import type { Peer } from './dialect';
import type { MqttQuotas } from './quotas';

/** `tooLong`: it is counted, and its dialect may tell of it. */
export type RateLimit = (peer: Peer, payload: Buffer) => 'taken' | 'tooLong' | 'refused';

/** What a connection may send more for each of its children: a parent that starts says the version of all of them. */
const CHILD = { perSecond: 1, burst: 4 };

/**
 * Limits what a device sends: no more messages a second than its quota, and none longer than allowed. What it has taken is its own and
 * not its connection's: a device that connects again has no more than it had.
 */
export function createRateLimit(metrics: GatewayMetrics, quotas: MqttQuotas, accountOf: AccountOf): RateLimit {
  const messages = createTokenBuckets<Account>({ perSecond: quotas.messagesPerSecond, burst: quotas.messagesBurst, more: CHILD });
  return (peer, payload) => {
    if (!messages.take(accountOf(peer.deviceId), peer.children)) {
      metrics.dropped.too_fast.inc();
      return 'refused';
    }
    if (payload.length <= quotas.payloadBytes) return 'taken';
    metrics.dropped.too_large.inc();
    return 'tooLong';
  };
}
