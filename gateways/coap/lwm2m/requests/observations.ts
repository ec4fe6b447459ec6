import { LRUCache } from 'lru-cache';
import { atMost } from '../../../../core/at-most';
import type { DeviceId } from '../../../../schema/model/ids';
import { type Clock, systemClock } from '../../front/clock';
import type { Peer } from '../../front/peer';
import { readBlock } from '../../message/block-option';
import { CODE } from '../../message/codes';
import type { CoapMessage } from '../../message/message';
import { OPTION, optionOf, uintOf } from '../../message/options';
import { decode } from '../formats/decode';
import type { Resources } from '../formats/decoded';
import { parsePath } from '../formats/path';
import { orderOf, type Taken } from './notification-order';
import { observeToken } from './observe-token';

/**
 * Why a notification was dropped. The first three get a reset, which ends the observation (RFC 7641 §3.6); the first one only from who has
 * proven who it is: a device behind NAT may tell something from another port before its Update says where it is now.
 */
export const NOTIFICATION_DROPS = [
  'not_registered',
  'unknown_token',
  'canceled',
  /** The device says with an error that there will be no more (RFC 7641 §3.2). */
  'ended',
  'replayed',
  'reordered',
  'unreadable',
  /** Larger than one message: what is observed are single resources. */
  'in_blocks',
] as const;
export type NotificationDrop = (typeof NOTIFICATION_DROPS)[number];

/** State and result of the firmware object: two single resources, since small clients fail at larger notifications. */
export const OBSERVED_PATHS = ['/5/0/3', '/5/0/5'] as const;

export interface Notification extends Resources {
  deviceId: DeviceId;
  registrationId: string;
  /** What is observed: `/5/0/3`. */
  path: string;
}

type Registered = Pick<Notification, 'deviceId' | 'registrationId'>;

export interface ObservationsDeps {
  /** The installation's, the same for every gateway. */
  secret: Uint8Array;
  /** What may be observed, the same for every gateway: a notification of a device is about one of them. */
  paths?: readonly string[];
  /** Null: nobody who is registered. */
  registrationOf(peer: Peer): Promise<Registered | null>;
  /** A registered device has told something, be it late or twice. */
  onHeard?(registered: Registered): void;
  /** Rejects when it could not be taken: the device may send it again. */
  onResources(notification: Notification): Promise<void>;
  dropped(reason: NotificationDrop): void;
  /** Observations whose last number is known. When full, the one not heard of for longest is forgotten: what comes next of it is new. */
  mostObservations?: number;
  clock?: Pick<Clock, 'now'>;
}

/** What devices tell on their own about what is observed. */
export interface Observations {
  tokenOf(registrationId: string, path: string): Buffer;
  /** The device is being asked: what comes from now on is wanted. */
  begin(registrationId: string, path: string): void;
  /** The device has answered that it will tell, with that number in its Observe option. */
  begun(registrationId: string, path: string, number: number): void;
  /** Nothing more of it is wanted. */
  ended(registrationId: string, path: string): void;
  /** Whether the notification is wanted; the front resets others. `stranger`: who sends it is not known there, yet. */
  onNotification(peer: Peer, notification: CoapMessage): Promise<boolean | 'stranger'>;
}

const MOST_OBSERVATIONS = 100_000;

export function createObservations(deps: ObservationsDeps): Observations {
  const { secret, registrationOf, onHeard, onResources, dropped } = deps;
  const { mostObservations = MOST_OBSERVATIONS, clock = systemClock } = deps;
  const paths: readonly string[] = deps.paths ?? OBSERVED_PATHS;
  const last = new LRUCache<string, Taken | 'ended'>(atMost(mostObservations));
  const keyOf = (registrationId: string, path: string): string => `${registrationId} ${path}`;

  function tokenOf(registrationId: string, path: string): Buffer {
    if (!paths.includes(path)) throw new RangeError(`${path} is not among what may be observed`);
    return observeToken(secret, registrationId, path);
  }

  function drop(reason: NotificationDrop): boolean {
    dropped(reason);
    return reason !== 'not_registered' && reason !== 'unknown_token' && reason !== 'canceled';
  }

  /** Whether it is wanted. */
  async function take({ deviceId, registrationId }: Registered, notification: CoapMessage): Promise<boolean> {
    const path = paths.find((each) => tokenOf(registrationId, each).equals(notification.token));
    if (path === undefined) return drop('unknown_token');
    const key = keyOf(registrationId, path);
    const before = last.get(key);
    if (before === 'ended') return drop('canceled');
    if (notification.code !== CODE.content) {
      last.set(key, 'ended');
      return drop('ended');
    }
    const taken = { number: uintOf(notification, OPTION.observe) ?? 0, at: clock.now() };
    const order = orderOf(taken.number, taken.at, before);
    if (order !== 'newer') return drop(order);
    const block = optionOf(notification, OPTION.block2);
    if (block !== undefined && readBlock(block)?.more !== false) return drop('in_blocks');
    const decoded = decode(notification.payload, uintOf(notification, OPTION.contentFormat), parsePath(path) ?? []);
    if ('unreadable' in decoded) return drop('unreadable');
    last.set(key, taken);
    try {
      await onResources({ ...decoded, deviceId, registrationId, path });
    } catch (error) {
      if (last.peek(key) === taken) {
        if (before === undefined) last.delete(key);
        else last.set(key, before);
      }
      throw error;
    }
    return true;
  }

  return {
    tokenOf,
    begin(registrationId, path) {
      const key = keyOf(registrationId, path);
      if (last.peek(key) === 'ended') last.delete(key);
    },
    begun: (registrationId, path, number) => void last.set(keyOf(registrationId, path), { number, at: clock.now() }),
    ended: (registrationId, path) => void last.set(keyOf(registrationId, path), 'ended'),

    async onNotification(peer, notification) {
      const registered = await registrationOf(peer);
      if (registered === null) {
        const wanted = drop('not_registered');
        return peer.identity === null ? 'stranger' : wanted;
      }
      const wanted = await take(registered, notification);
      if (wanted) onHeard?.(registered);
      return wanted;
    },
  };
}
