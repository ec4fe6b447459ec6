import { randomBytes } from 'node:crypto';
import type { Identity, MqttDialect } from '../dialect';
import { createRateLimit } from '../rate-limit';
import type { TransportParts } from '../transport-parts';
import { HEAD } from '../unreadable';
import { createCoalescer } from './coalesce';
import type { BrokerPeer } from './peers';
import type { Resolve } from './resolve';
import { BROKER_LIMITS } from './settings';

/** A device that floods one topic (blocks of a download) is looked up so often in so long: it was there a moment ago. */
const LOOKUPS = 5;
const HEARD_FOR_MS = 1_000;

interface InboxDeps extends Omit<TransportParts, 'logger'> {
  resolve: Resolve;
  peerOf: (identity: Identity, dialect: MqttDialect) => BrokerPeer;
  /** Set where nobody gets to the broker but by our hook. */
  by?: 'HOOK';
  /** Names the session anew with each message; off where the broker says who connects. */
  renames: boolean;
}

function needsLookup(peer: BrokerPeer, topic: string): boolean {
  const now = performance.now();
  if (peer.heardOn !== topic || now - peer.heardSince > HEARD_FOR_MS) {
    peer.heardOn = topic;
    peer.heardSince = now;
    peer.lookedUp = 0;
  }
  peer.lookedUp += 1;
  return peer.lookedUp <= LOOKUPS;
}

/**
 * What devices send, in their queues. The device is the one that the topic names: the broker lets no other write there. Settles when there
 * is room for more, which is what holds the broker back.
 */
export function createInbox(deps: InboxDeps): (topic: string, payload: Buffer) => Promise<void> | void {
  const { devices, dialects, gatewayId, queues, quotas, metrics, sampled, accountOf, resolve, peerOf, renames, by } = deps;
  const rateLimit = createRateLimit(metrics, quotas, accountOf);
  const run = randomBytes(4).toString('hex');
  let count = 0;

  async function allowed(peer: BrokerPeer, topic: string): Promise<boolean> {
    if (!needsLookup(peer, topic)) return true;
    count += 1;
    const sessionId = renames ? `${run}-${count}` : null;
    let known = false;
    try {
      const proof = await devices.heard({ deviceId: peer.deviceId, dialect: peer.dialect.name, gatewayId, sessionId, by });
      known = proof !== null;
      if (proof) peer.proof = proof;
    } finally {
      // Whoever was not found is looked up again with each message, and so is one that could not be.
      if (!known) peer.heardOn = '';
    }
    return known;
  }

  const enqueue = createCoalescer({ queues, metrics, sampled }, async (peer, { topic, payload, tooLong }) => {
    if (!(await allowed(peer, topic))) metrics.dropped.unknown_device.inc();
    else if (tooLong) peer.dialect.receiveTooLong(peer, topic, payload);
    else peer.dialect.receive(peer, topic, payload);
  });

  function take(identity: Identity | null, dialect: MqttDialect, topic: string, payload: Buffer): Promise<void> | void {
    if (identity === null) return metrics.dropped.unknown_device.inc();
    const peer = peerOf(identity, dialect);
    const inside = rateLimit(peer, payload);
    if (inside === 'refused') return;
    enqueue(peer, inside === 'taken' ? { topic, payload } : { topic, payload: Buffer.from(payload.subarray(0, HEAD)), tooLong: true });
    return queues.room(BROKER_LIMITS.busyDevices) ?? undefined;
  }

  return (topic, payload) => {
    metrics.received.inc();
    for (const dialect of dialects) {
      const named = dialect.namedBy(topic);
      if (named === null) continue;
      const identity = resolve(named);
      if (!(identity instanceof Promise)) return take(identity, dialect, topic, payload);
      return identity.then(
        (found) => take(found, dialect, topic, payload),
        (error: unknown) => {
          metrics.lost.report.inc();
          sampled.error(
            'lost message',
            { topic: topic.slice(0, 128), err: error },
            'A message was lost: core could not look its device up',
          );
        },
      );
    }
    metrics.dropped.unknown_topic.inc();
  };
}
