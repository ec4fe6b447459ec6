import { LRUCache } from 'lru-cache';
import { atMost } from '../../core/at-most';
import { networkOf } from '../../core/strangers';

const MOST = 20;
const WITHIN_MS = 60_000;

/** How often an address may show a link that is none: false when it has done so 20 times within a minute. */
export function createLinkTries(): { mayTry(address: string | undefined): boolean; failed(address: string | undefined): void } {
  const failures = new LRUCache<string, number>({ ...atMost(10_000), ttl: WITHIN_MS, noUpdateTTL: true });
  return {
    mayTry: (address) => (failures.get(networkOf(address)) ?? 0) < MOST,
    failed(address) {
      const network = networkOf(address);
      failures.set(network, (failures.get(network) ?? 0) + 1);
    },
  };
}
