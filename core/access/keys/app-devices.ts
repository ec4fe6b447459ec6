import type { ApiKey } from '../../../schema/model/access';
import { registrationOf } from '../../../schema/model/device/generations';
import { type DeviceId, productKeyOf } from '../../../schema/model/ids';
import type { Limits } from '../../../schema/model/limits';
import type { Collections } from '../../../schema/mongo/connect';
import { refuseIfAny } from '../../refuse';
import type { NewApiKey } from '../contract';
import { isOfOwnDevice } from '../permissions/products';
import type { Viewer } from '../viewer';

const FIELD = 'deviceIds';

/** The devices of a new key: some for an app, none for other roles. Throws REQUIRED, INVALID_FORMAT, TOO_MANY, DEVICE_UNKNOWN. */
export async function appDevices(
  devices: Collections['devices'],
  { role, deviceIds, products }: NewApiKey,
  viewer: Pick<Viewer, 'products'>,
  { appDevices: most }: Pick<Limits, 'appDevices'>,
): Promise<Pick<ApiKey, 'deviceIds' | 'registrations' | 'products'>> {
  const ids = [...new Set(deviceIds ?? [])];
  if (role !== 'APP') {
    if (ids.length === 0) return { products: products ? [...new Set(products)].sort() : null };
    refuse('INVALID_FORMAT', `A key of the role ${role} is for all devices.`, 'Leave the devices out, or choose the role APP.');
  }
  if (products != null)
    refuseIfAny([
      {
        ...{ code: 'INVALID_FORMAT', field: 'products', message: 'A key of the role APP is for its devices, and the product is theirs.' },
        hint: 'Leave the products out.',
      },
    ]);
  const limit = `1–${most}`;
  if (ids.length === 0) refuse('REQUIRED', 'A key of the role APP is for certain devices, and none is named.', 'Name its devices.', limit);
  if (ids.length > most) refuse('TOO_MANY', `The key names ${ids.length} devices.`, 'Make a key for each part of them.', limit);
  if (new Set(ids.map(productKeyOf)).size > 1)
    refuse('INVALID_FORMAT', 'The devices are of more than one product.', 'Make a key for each product.');
  const known = await registrationsOf(devices, ids);
  const unknown = ids.find((id) => !known.has(id) || !isOfOwnDevice(viewer, id));
  if (unknown !== undefined)
    refuse('DEVICE_UNKNOWN', `There is no device "${unknown.slice(0, 100)}".`, 'Query `devices` for the ids there are.');
  return { deviceIds: ids, registrations: ids.map((id) => known.get(id) ?? null), products: [...new Set(ids.map(productKeyOf))] };
}

/** What an app's key is for now: not for a device that was deleted, nor for one that has its name since. */
export async function withOwnDevices(devices: Collections['devices'], viewer: Viewer): Promise<Viewer> {
  const { deviceIds, registrations = [] } = viewer;
  if (deviceIds === undefined) return viewer;
  const known = await registrationsOf(devices, deviceIds);
  return { ...viewer, deviceIds: deviceIds.filter((id, index) => known.get(id) === (registrations[index] ?? null)) };
}

async function registrationsOf(devices: Collections['devices'], ids: readonly DeviceId[]): Promise<Map<DeviceId, string | null>> {
  const found = await devices.find({ _id: { $in: [...ids] } }, { projection: { 'generations.registration': 1 } }).toArray();
  return new Map(found.map((device) => [device._id, registrationOf(device)]));
}

function refuse(code: 'REQUIRED' | 'INVALID_FORMAT' | 'TOO_MANY' | 'DEVICE_UNKNOWN', message: string, hint: string, limit?: string): void {
  refuseIfAny([{ code, field: FIELD, message, hint, ...(limit && { limit }) }]);
}
