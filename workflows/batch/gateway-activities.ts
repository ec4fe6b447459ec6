import { Context } from '@temporalio/activity';
import type { Offer } from '../../core/tasks/offers';

/** What must run where the devices' connections are: on the gateway's own task queue. */
export function createGatewayActivities(offer: (request: Offer, onProgress: (pushed: number) => void) => Promise<number>) {
  return {
    offerTasks: (request: Offer): Promise<number> => offer(request, (pushed) => Context.current().heartbeat(pushed)),
  };
}
export type GatewayActivities = ReturnType<typeof createGatewayActivities>;
