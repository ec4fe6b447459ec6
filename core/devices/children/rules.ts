import type { Device } from '../../../schema/model/device/device';
import { type DeviceId, deviceIdOf } from '../../../schema/model/ids';
import { traitsOf } from '../../../schema/model/protocol/dialect';
import type { Violation } from '../../../schema/model/violation';
import type { NewDevice } from '../contract';

export interface Binding {
  deviceId: DeviceId;
  /** Null: it is nobody's child. */
  parentId: DeviceId | null;
  /** Where the input names the parent. */
  field: string;
}

/** A new device. */
export type ToBeBound = Pick<NewDevice, 'deviceName' | 'parent'>;

/** Null: it has no parent. */
export const bindingOf = (productKey: string, { deviceName, parent }: ToBeBound, field: string) =>
  parent
    ? {
        deviceId: deviceIdOf(productKey, deviceName),
        parentId: deviceIdOf(parent.productKey ?? productKey, parent.deviceName),
        field,
      }
    : null;

/** What is known of a binding's two devices, now and after whatever is bound together with it; undefined: there is none. */
export interface Relatives {
  child: Pick<Device, 'dialect' | 'children'> | undefined;
  parent: (Pick<Device, 'dialect'> & { isChild: boolean }) | undefined;
}

export const parentUnknown = (parentId: DeviceId, field: string): Violation => ({
  code: 'DEVICE_UNKNOWN',
  field,
  message: `No device has the id ${quoted(parentId)}.`,
  hint: 'Register the parent first, or in the same list.',
});

/** One level: a parent is nobody's child, and a child is nobody's parent. */
export function bindingViolation({ deviceId, parentId, field }: Binding, { child, parent }: Relatives): Violation | null {
  if (parentId === null) return null;
  const levels = (message: string): Violation => ({
    code: 'GATEWAY_LEVELS',
    field,
    message,
    hint: 'Name as parent a device that has a connection of its own and no parent, for devices that have no children.',
  });
  if (parentId === deviceId) return levels('A device cannot be its own parent.');
  if (parent === undefined) return parentUnknown(parentId, field);
  if (parent.isChild) return levels(`The device ${quoted(parentId)} is itself a child.`);
  if (child?.children) return levels(`The device ${quoted(deviceId)} has children.`);
  const without = [parent, ...(child ? [child] : [])].find((device) => traitsOf(device).childTopics === null);
  if (without) {
    const message = `${traitsOf(without).name} devices have no children and are nobody's.`;
    return { code: 'GATEWAY_DIALECT', field, message, hint: 'Leave the parent out: such a device has a connection of its own.' };
  }
  if (child && child.dialect !== parent.dialect) {
    const message = `The device speaks ${child.dialect}, and the parent ${quoted(parentId)} speaks ${parent.dialect}.`;
    return { code: 'GATEWAY_DIALECT', field, message, hint: 'Messages for a device go in its parent’s dialect: give both the same one.' };
  }
  return null;
}

export function countViolation(count: number, { parentId, field }: Pick<Binding, 'parentId' | 'field'>, maximum: number): Violation | null {
  if (count <= maximum) return null;
  const message = `The parent ${quoted(parentId)} would have ${count} children.`;
  return { code: 'TOO_MANY', field, message, hint: 'Divide them among several parents.', limit: `${maximum} devices` };
}

const quoted = (id: DeviceId | null): string => `"${String(id).slice(0, 72)}"`;
