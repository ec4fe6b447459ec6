import type { Unanswered } from '../../../core/reports/lwm2m/contract';
import { OBSERVED_PATHS } from '../lwm2m/requests/observations';
import type { Attributes } from '../lwm2m/requests/operations';
import { type AskedDevice, unansweredOf } from './asked-device';

/** Changes at once, and the value again after so many seconds without one. From 1.2 on, what is told has to be acknowledged. */
const ATTRIBUTES: Attributes = { pmin: 0, pmax: 300 };
const OF_1_2: Attributes = { ...ATTRIBUTES, con: 1 };

/**
 * Asks a device to tell of its state and result. One that refuses is looked at instead, so that only the want of an answer is told: there is
 * no point in asking it for more then.
 */
export async function observeUpgrade(device: AskedDevice, version: string | null): Promise<Unanswered | null> {
  for (const path of OBSERVED_PATHS) {
    const failed =
      unansweredOf(await device.writeAttributes(path, version === '1.2' ? OF_1_2 : ATTRIBUTES)) ?? unansweredOf(await device.observe(path));
    if (failed !== null) return failed;
  }
  return null;
}

export async function releaseUpgrade(device: AskedDevice): Promise<void> {
  for (const path of OBSERVED_PATHS) if (unansweredOf(await device.cancelObserve(path)) !== null) return;
}
