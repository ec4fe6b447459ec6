import type { Task } from '../task/task';
import { isDelivering } from './upgrade';

/** What an ended task leaves: a device that may have something of it is to be reset. */
export function leftBehind(
  { lwm2m, look, gatewayId, waitBy }: Task,
  succeeded: boolean,
  now: Date,
): Partial<Pick<Task, 'look' | 'waitBy'>> {
  const left = lwm2m && isDelivering(lwm2m) && !succeeded ? { gatewayId, at: now } : null;
  return { ...((left || look) && { look: left }), ...(waitBy && { waitBy: null }) };
}
