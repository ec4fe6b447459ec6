import type { Device } from '../../../schema/model/fleet';
import { type DeviceId, deviceIdOf } from '../../../schema/model/ids';
import type { Violation } from '../../../schema/model/violation';
import type { NewDevice } from '../contract';

export interface Binding {
  deviceId: DeviceId;
  /** Null: it is nobody's child. */
  gateway: DeviceId | null;
  /** Where the input names the gateway. */
  field: string;
}

/** A new device. */
export type ToBeBound = Pick<NewDevice, 'deviceName' | 'gateway'>;

/** Null: it is behind none. */
export const bindingOf = (productKey: string, { deviceName, gateway }: ToBeBound, field: string) =>
  gateway
    ? {
        deviceId: deviceIdOf(productKey, deviceName),
        gateway: deviceIdOf(gateway.productKey ?? productKey, gateway.deviceName),
        field,
      }
    : null;

/** What is known of a binding's two devices, now and after whatever is bound together with it; undefined: there is none. */
export interface Relatives {
  child: Pick<Device, 'dialect' | 'children'> | undefined;
  parent: (Pick<Device, 'dialect'> & { isChild: boolean }) | undefined;
}

/** One level: a gateway is nobody's child, and a child is nobody's gateway. */
export function bindingViolation({ deviceId, gateway, field }: Binding, { child, parent }: Relatives): Violation | null {
  if (gateway === null) return null;
  const levels = (message: string): Violation => ({
    code: 'GATEWAY_LEVELS',
    field,
    message,
    hint: 'Name a device that has a connection of its own, for devices that have none behind them.',
  });
  if (gateway === deviceId) return levels('A device cannot be its own gateway.');
  if (parent === undefined) {
    const message = `No device has the id ${quoted(gateway)}.`;
    return { code: 'DEVICE_UNKNOWN', field, message, hint: 'Register the gateway first, or in the same list.' };
  }
  if (parent.isChild) return levels(`The device ${quoted(gateway)} is itself behind a gateway.`);
  if (child?.children) return levels(`The device ${quoted(deviceId)} has devices behind it.`);
  if (child && child.dialect !== parent.dialect) {
    const message = `The device speaks ${child.dialect}, and the gateway ${quoted(gateway)} speaks ${parent.dialect}.`;
    return { code: 'GATEWAY_DIALECT', field, message, hint: 'Messages for a device go in its gateway’s dialect: give both the same one.' };
  }
  return null;
}

export function countViolation(count: number, { gateway, field }: Pick<Binding, 'gateway' | 'field'>, maximum: number): Violation | null {
  if (count <= maximum) return null;
  const message = `The gateway ${quoted(gateway)} would have ${count} devices behind it.`;
  return { code: 'TOO_MANY', field, message, hint: 'Divide them among gateways.', limit: `${maximum} devices` };
}

const quoted = (id: DeviceId | null): string => `"${String(id).slice(0, 72)}"`;
