import type { CoapMessage, CoapType } from '../message/message';
import type { Duplicates } from './duplicates';
import type { FrontLimits } from './limits';
import type { FrontMetrics } from './metrics';
import type { Peer } from './peer';

export interface NotificationsDeps {
  limits: FrontLimits;
  metrics: FrontMetrics;
  duplicates: Duplicates;
  sendEmpty(peer: Peer, type: CoapType, messageId: number): Buffer;
  /** Whether the notification, or the error that ends an observation, is wanted. An unwanted one gets a reset, which ends the observation (RFC 7641 §3.6). Null: nobody has time for it now; `stranger`: nobody knows who sends it. These get no answer, and may come again. */
  onNotification(peer: Peer, notification: CoapMessage): boolean | Promise<boolean | 'stranger' | null>;
  onError(error: unknown): void;
}

/** Responses of observed resources, which come without a request: those with Observe, and errors. */
export interface Notifications {
  take(peer: Peer, notification: CoapMessage): void;
  close(): void;
}

export function createNotifications(deps: NotificationsDeps): Notifications {
  const { limits, metrics, duplicates, sendEmpty, onNotification, onError } = deps;
  /** Strangers fill only their own. */
  const handling = { strangers: 0, proven: 0 };
  let closed = false;

  return {
    take(peer, notification) {
      const kind = peer.identity === null ? 'strangers' : 'proven';
      if (handling[kind] >= limits.handling) {
        metrics.dropped.overloaded.inc();
        return;
      }
      const remembered = duplicates.remember(peer, notification);
      const settled = (wanted: boolean | 'stranger' | null): void => {
        if (closed) return;
        if (wanted === null || wanted === 'stranger') {
          metrics.dropped[wanted === null ? 'overloaded' : 'unwanted_notification'].inc();
          duplicates.forget(peer, notification);
          return;
        }
        if (wanted) metrics.notifications.inc();
        else metrics.dropped.unwanted_notification.inc();
        if (wanted && notification.type !== 'CON') return;
        remembered.answer = sendEmpty(peer, wanted ? 'ACK' : 'RST', notification.messageId).toString('latin1');
      };
      /** It was not taken, so its repetition is welcome. */
      const failed = (error: unknown): void => {
        metrics.dropped.handler_failed.inc();
        duplicates.forget(peer, notification);
        onError(error);
      };
      try {
        const wanted = onNotification(peer, notification);
        if (typeof wanted === 'boolean') {
          settled(wanted);
          return;
        }
        handling[kind] += 1;
        wanted.then(settled, failed).finally(() => {
          handling[kind] -= 1;
        });
      } catch (error) {
        failed(error);
      }
    },
    close() {
      closed = true;
    },
  };
}
