import { LRUCache } from 'lru-cache';
import { atMost } from '../../../core/at-most';
import type { CoapMessage } from '../message/message';
import type { Clock } from './clock';
import { EXCHANGE_LIFETIME_MS, NON_LIFETIME_MS } from './limits';
import type { Peer } from './peer';

/** A message that was taken. Its bytes are copied as strings: a view would keep the whole datagram in memory. */
export interface Remembered {
  readonly code: number;
  readonly token: string;
  /** What a repeated message gets, one character a byte: null for none, or none yet. */
  answer: string | null;
}

/**
 * Messages of peers by their ids, so that a repeated one is not taken twice (RFC 7252 §4.5). There is room for `max` of peers that have proven
 * who they are and for as many of others, who can make nobody else's be forgotten that way.
 */
export interface Duplicates {
  /** What is known of the message when it has come before. */
  find(peer: Peer, message: CoapMessage): Remembered | undefined;
  remember(peer: Peer, message: CoapMessage): Remembered;
  forget(peer: Peer, message: CoapMessage): void;
  /** Lets go of those whose time is over; otherwise they stay until others need the room. */
  purge(): void;
  readonly size: number;
}

export function createDuplicates({ max, clock, forgotten }: { max: number; clock: Clock; forgotten(): void }): Duplicates {
  const memory = () =>
    new LRUCache<string, Remembered>({
      ...atMost(max),
      ttl: EXCHANGE_LIFETIME_MS,
      ttlResolution: 0,
      perf: clock,
      dispose: (_value, _key, reason) => {
        if (reason === 'evict') forgotten();
      },
    });
  const ofStrangers = memory();
  const ofProven = memory();
  const of = ({ identity }: Peer) => (identity === null ? ofStrangers : ofProven);
  const keyOf = (peer: Peer, { messageId }: CoapMessage): string => `${peer.key} ${messageId}`;
  return {
    find(peer, message) {
      const found = of(peer).get(keyOf(peer, message));
      // A device that has restarted may begin with the same ids. What it sends then has another token, so it is no repetition.
      return found?.code === message.code && found.token === message.token.toString('latin1') ? found : undefined;
    },
    remember(peer, message) {
      const remembered = { code: message.code, token: message.token.toString('latin1'), answer: null };
      of(peer).set(keyOf(peer, message), remembered, { ttl: message.type === 'CON' ? EXCHANGE_LIFETIME_MS : NON_LIFETIME_MS });
      return remembered;
    },
    forget(peer, message) {
      of(peer).delete(keyOf(peer, message));
    },
    purge: () => {
      ofStrangers.purgeStale();
      ofProven.purgeStale();
    },
    get size() {
      return ofStrangers.size + ofProven.size;
    },
  };
}
