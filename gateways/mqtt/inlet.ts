import type { Account, AccountOf } from '../accounts';
import type { GatewayMetrics } from '../metrics';
import { createTokenBuckets } from '../token-bucket';
import type { MqttQuotas } from './broker/quotas';
import type { Peer } from './dialect';

/** `tooLong`: it is counted, and its dialect may tell of it. */
export type Inlet = (peer: Peer, payload: Buffer) => 'taken' | 'tooLong' | 'refused';

/** What a connection may send more for each device behind it: a gateway that starts says the version of all of them. */
const CHILD = { perSecond: 1, burst: 4 };

/**
 * Whether a message of a device may come in: no more a second than its quota, and no longer than allowed. What it has taken is its own and
 * not its connection's: a device that connects again has no more than it had.
 */
export function createInlet(metrics: GatewayMetrics, quotas: MqttQuotas, accountOf: AccountOf): Inlet {
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
