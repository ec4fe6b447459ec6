import type { DeviceId } from '../../schema/model/ids';
import type { Dialect } from '../../schema/model/protocol/dialect';
import type { Collections } from '../../schema/mongo/connect';
import { UserError } from '../errors';

/** R-FLOW-7: a task goes on in the dialect it began with, so a device that has one keeps its own. */
export async function requireDialectFree(
  devices: Collections['devices'],
  isBusy: (id: DeviceId) => Promise<boolean>,
  id: DeviceId,
  dialect: Dialect,
): Promise<void> {
  const device = await devices.findOne({ _id: id }, { projection: { dialect: 1, parentId: 1, children: 1 } });
  if (device === null || device.dialect === dialect) return;
  if (device.parentId || device.children) {
    throw new UserError('GATEWAY_DIALECT', {
      field: 'dialect',
      message: device.parentId ? 'The device has a parent, and both speak the same dialect.' : 'The device has children.',
      hint: 'Take the devices away from their parent first.',
    });
  }
  if (!(await isBusy(id))) return;
  throw new UserError('TASK_STATE', {
    field: 'dialect',
    message: `A task of the device has not ended, and goes on in the dialect ${device.dialect}.`,
    hint: 'Wait for its end, or cancel it first.',
  });
}
