import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import { devicesUnknown } from '../devices-unknown';
import { UserError } from '../errors';

/** Throws NOT_FOUND: an empty list for a device that does not exist would hide a typing error. */
export async function requireDevice(devices: Collections['devices'], id: DeviceId): Promise<void> {
  if (await devices.findOne({ _id: id }, { projection: { _id: 1 } })) return;
  throw deviceNotFound();
}

export const deviceNotFound = (): UserError =>
  new UserError('NOT_FOUND', {
    field: 'deviceId',
    message: 'There is no device with this id.',
    hint: 'Query `devices` for the ids there are.',
  });

/** Throws DEVICE_UNKNOWN. */
export async function requireKnownDevices(devices: Collections['devices'], ids: readonly DeviceId[], field = 'deviceIds'): Promise<void> {
  const found = await devices.find({ _id: { $in: [...ids] } }, { projection: { _id: 1 } }).toArray();
  if (found.length === ids.length) return;
  const known = new Set(found.map(({ _id }) => _id));
  const unknown = ids.filter((id) => !known.has(id));
  throw devicesUnknown(field, unknown, unknown.length);
}

export function idsViolation(count: number, maximum: number, field: string, verb: string) {
  const limit = `1–${maximum} devices`;
  if (count === 0)
    return { code: 'REQUIRED', field, message: 'The list names no device.', hint: 'Name at least one device.', limit } as const;
  if (count <= maximum) return null;
  const message = `The list has ${count} devices.`;
  return { code: 'TOO_MANY', field, message, hint: `${verb} at most ${maximum} in one call.`, limit } as const;
}
