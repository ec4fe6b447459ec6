import { Context } from '@temporalio/activity';
import type { Offer } from '../../core/push/offers';

const BEAT_MS = 2_000;

/** The worker hands on a beat this often at most. */
export const BEAT_THROTTLE = '5s';

/** What must run where the devices' connections are: on the gateway's own task queue. */
export function createGatewayActivities(offer: (request: Offer, signal: AbortSignal) => Promise<number>) {
  return {
    /** Says that it is alive by the clock, however slow the rate is; a share that was given up pushes nothing more. */
    async offerTasks(request: Offer): Promise<number> {
      const context = Context.current();
      const timer = setInterval(() => context.heartbeat(), BEAT_MS);
      try {
        return await offer(request, context.cancellationSignal);
      } finally {
        clearInterval(timer);
      }
    },
  };
}
export type GatewayActivities = ReturnType<typeof createGatewayActivities>;
