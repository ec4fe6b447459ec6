import { Context } from '@temporalio/activity';
import type { PushShare } from '../../core/push/push';

const BEAT_MS = 2_000;

/** The worker hands on a beat this often at most. */
export const BEAT_THROTTLE = '5s';

/** What must run where the devices' connections are: on the gateway's own task queue. */
export function createGatewayActivities(push: (share: PushShare, signal: AbortSignal) => Promise<number>) {
  return {
    /** Pushes a share; histories have it by this name. Says that it is alive by the clock, however slow the rate is; a share that was given up pushes nothing more. */
    async offerTasks(share: PushShare): Promise<number> {
      const context = Context.current();
      const timer = setInterval(() => context.heartbeat(), BEAT_MS);
      try {
        return await push(share, context.cancellationSignal);
      } finally {
        clearInterval(timer);
      }
    },
  };
}
export type GatewayActivities = ReturnType<typeof createGatewayActivities>;
