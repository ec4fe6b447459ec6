import type { DeviceId } from '../../schema/model/ids';
import { type Dialect, traitsOf } from '../../schema/model/protocol/dialect';
import type { Collections } from '../../schema/mongo/connect';
import type { StoredDevice, StoredLwm2mIdentity } from '../../schema/mongo/devices';
import { UserError } from '../errors';
import { newGeneration } from '../random-bytes';
import { refuseIfAny } from '../refuse';
import { ownersOf, takenViolations } from './lwm2m/taken';

const KNOWN = { deviceName: 1, dialect: 1, parentId: 1, children: 1, gatewayId: 1, sessionId: 1 } as const;
type Known = Pick<StoredDevice, '_id' | keyof typeof KNOWN>;

/** What a change of dialect writes beside it. `lost`: the device as it was, where it is not known any more by what it was to LwM2M. */
export interface DialectChange {
  set: { lwm2m?: StoredLwm2mIdentity; 'generations.lwm2m'?: string };
  unset: 'lwm2m'[];
  lost: Known | null;
}

export const NO_DIALECT_CHANGE: DialectChange = { set: {}, unset: [], lost: null };

/**
 * R-FLOW-7: a task goes on in the dialect it began with, so a device that has one keeps its own. A device that comes to speak LwM2M gets its name
 * as endpoint name, and no key; one that ceases to loses both. Throws GATEWAY_DIALECT, TASK_STATE, ENDPOINT_EXISTS.
 */
export async function dialectChange(
  devices: Collections['devices'],
  isBusy: (id: DeviceId) => Promise<boolean>,
  id: DeviceId,
  dialect: Dialect,
): Promise<DialectChange> {
  const device = await devices.findOne<Known>({ _id: id }, { projection: KNOWN });
  if (device === null || device.dialect === dialect) return NO_DIALECT_CHANGE;
  if (device.parentId || device.children) {
    throw new UserError('GATEWAY_DIALECT', {
      field: 'dialect',
      message: device.parentId ? 'The device has a parent, and both speak the same dialect.' : 'The device has children.',
      hint: 'Take the devices away from their parent first.',
    });
  }
  if (await isBusy(id)) throw busy(device);
  if (traitsOf(device).identity === 'endpoint') return { set: { 'generations.lwm2m': newGeneration() }, unset: ['lwm2m'], lost: device };
  if (traitsOf({ dialect }).identity !== 'endpoint') return NO_DIALECT_CHANGE;
  const wanted = { deviceId: id, endpoint: device.deviceName, psks: [] };
  const taken = takenViolations([{ ...wanted, path: '', isDefault: true }], await ownersOf(devices, [wanted]));
  refuseIfAny(taken.map((violation) => ({ ...violation, field: 'dialect' })));
  return { set: { lwm2m: { endpoint: device.deviceName } }, unset: [], lost: null };
}

const busy = (device: Known): UserError =>
  new UserError('TASK_STATE', {
    field: 'dialect',
    message: `A task of the device has not ended, and goes on in the dialect ${device.dialect}.`,
    hint: 'Wait for its end, or cancel it first.',
  });
