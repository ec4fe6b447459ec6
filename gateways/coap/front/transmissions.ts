import type { Clock } from './clock';
import { ACK_RANDOM_FACTOR, MAX_RETRANSMIT } from './limits';
import type { FrontMetrics } from './metrics';
import type { Peer } from './peer';

export type TransmissionEnd = 'acknowledged' | 'reset' | 'timeout';

export interface Transmission {
  peer: Peer;
  messageId: number;
  datagram: Buffer;
  ackTimeoutMs: number;
  /** How often it may be sent in all. */
  most: number;
  ended(how: TransmissionEnd): void;
}

/** Confirmable messages that are sent until the peer says that it has them (RFC 7252 §4.2). */
export interface Transmissions {
  start(transmission: Transmission): void;
  /** The peer acknowledged, or reset, the message. False: none of that id was sent to it. */
  end(peerKey: string, messageId: number, how: 'acknowledged' | 'reset'): boolean;
  /** Nobody waits for it any more; `ended` isn't called. */
  stop(peerKey: string, messageId: number): void;
  close(): void;
  readonly size: number;
}

export const MOST_TRANSMISSIONS = 1 + MAX_RETRANSMIT;

export function createTransmissions({
  clock,
  random,
  metrics,
  send,
}: {
  clock: Clock;
  random: () => number;
  metrics: FrontMetrics;
  send(peer: Peer, datagram: Buffer): void;
}): Transmissions {
  const underWay = new Map<string, { transmission: Transmission; timer: unknown }>();
  const keyOf = (peerKey: string, messageId: number): string => `${peerKey} ${messageId}`;

  function take(key: string): Transmission | undefined {
    const found = underWay.get(key);
    if (found === undefined) return undefined;
    underWay.delete(key);
    clock.clearTimeout(found.timer);
    return found.transmission;
  }

  return {
    start(transmission) {
      const { peer, messageId, datagram, ackTimeoutMs, most, ended } = transmission;
      const key = keyOf(peer.key, messageId);
      let sent = 1;
      let waitMs = ackTimeoutMs * (1 + random() * (ACK_RANDOM_FACTOR - 1));
      const entry = { transmission, timer: undefined as unknown };
      const overdue = (): void => {
        if (sent >= most) {
          underWay.delete(key);
          ended('timeout');
          return;
        }
        sent += 1;
        waitMs *= 2;
        entry.timer = clock.setTimeout(overdue, waitMs);
        metrics.retransmissions.inc();
        send(peer, datagram);
      };
      entry.timer = clock.setTimeout(overdue, waitMs);
      underWay.set(key, entry);
      send(peer, datagram);
    },
    end(peerKey, messageId, how) {
      const transmission = take(keyOf(peerKey, messageId));
      transmission?.ended(how);
      return transmission !== undefined;
    },
    stop(peerKey, messageId) {
      take(keyOf(peerKey, messageId));
    },
    close() {
      for (const { timer } of underWay.values()) clock.clearTimeout(timer);
      underWay.clear();
    },
    get size() {
      return underWay.size;
    },
  };
}
