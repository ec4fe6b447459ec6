import type { DeviceId } from '../schema/model/ids';
import { UserError } from './errors';

const NAMED = 5;

/** Ids are quoted cut, and a few of them. */
export function devicesUnknown(field: string, ids: readonly DeviceId[], count: number): UserError {
  const named = ids.slice(0, NAMED).map((id) => `"${String(id).slice(0, 72)}"`);
  const more = count > named.length ? ` and ${count - named.length} more` : '';
  return new UserError('DEVICE_UNKNOWN', {
    field,
    message: `No device has the id ${named.join(', ')}${more}.`,
    hint: 'Query `devices` for the ids there are. Nothing was changed.',
  });
}
