import type { Reading } from '../../../core/reports/lwm2m/contract';
import type { Resource, Resources } from '../lwm2m/formats/decoded';
import type { RequestFailure } from '../lwm2m/requests/outcome';
import { type AskedDevice, refusalText, unansweredOf } from './asked-device';

/** Codes that say that there is no such thing to be read (LwM2M Core 1.1 §6.3.1, table 6.3.1.-1). */
const NOT_THERE: readonly string[] = ['4.04', '4.05'];

/** What a failed read says of what was to be read. */
export function failedReading(failure: RequestFailure): Exclude<Reading<never>, { value: never }> {
  const failed = unansweredOf(failure);
  if (failed !== null) return { failed };
  if (failure.failed === 'unreadable') return { missing: 'UNREADABLE' };
  const { code } = refusalText(failure);
  return { missing: NOT_THERE.includes(code) ? 'NOT_THERE' : 'REFUSED', code };
}

/** Of one resource, or of an object with all that the device has in it. */
export async function readOne(device: AskedDevice, path: string): Promise<Reading<Resources>> {
  const outcome = await device.read(path);
  if ('failed' in outcome) return failedReading(outcome);
  return outcome.done.resources.length === 0 ? { missing: 'UNREADABLE' } : { value: outcome.done };
}

/** An instance of an object in one request; where the device refuses that, or says what cannot be read, by its resources one after the other. */
export async function readInstance(device: AskedDevice, path: string, resources: readonly number[]): Promise<Reading<Resources>> {
  const whole = await readOne(device, path);
  if (!('missing' in whole)) return whole;
  const found: Resource[] = [];
  for (const [index, id] of resources.entries()) {
    const one = await readOne(device, `${path}/${id}`);
    if ('failed' in one) return one;
    if ('value' in one) found.push(...one.value.resources);
    // Neither the instance nor the first of its resources: the device does not have it, and is not asked for the rest.
    else if (index === 0 && whole.code === '4.04' && one.code === '4.04') return one;
  }
  return found.length === 0 ? whole : { value: { resources: found, mistyped: [] } };
}
