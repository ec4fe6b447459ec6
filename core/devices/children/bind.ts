import type { mongo } from 'mongoose';
import type { Device } from '../../../schema/model/fleet';
import type { DeviceId } from '../../../schema/model/ids';
import type { Violation } from '../../../schema/model/violation';
import type { Collections } from '../../../schema/mongo/connect';
import { refuseIfAny } from '../../refuse';
import { offline } from '../presence';
import { THROUGH_GATEWAY } from './session-name';

type Devices = Collections['devices'];
type Relative = Pick<Device, '_id' | 'dialect' | 'parentId' | 'children'>;

export interface Binding {
  deviceId: DeviceId;
  /** Null: it is nobody's child. */
  gateway: DeviceId | null;
  /** Where the input names the gateway. */
  field: string;
}

/**
 * Binds devices to gateways, inside a transaction, all or none. Each binding also writes the gateways it touches, so that of two at once
 * that could break a rule together one begins anew. Returns the gateways that have other children now; throws UserErrors.
 */
export async function bind(
  devices: Devices,
  session: mongo.ClientSession,
  bindings: readonly Binding[],
  maximum: number,
  now: Date,
): Promise<DeviceId[]> {
  const ids = new Set(bindings.flatMap(({ deviceId, gateway }) => (gateway === null ? [deviceId] : [deviceId, gateway])));
  const projection = { dialect: 1, parentId: 1, children: 1 } as const;
  const relatives = await devices
    .find({ _id: { $in: [...ids] } }, { session })
    .project<Relative>(projection)
    .toArray();
  const found = new Map(relatives.map((device) => [device._id, device]));
  const wanted = new Map(bindings.map(({ deviceId, gateway }) => [deviceId, gateway]));
  const refused = bindings.map((binding) => bindingViolation(binding, found, wanted)).filter((violation) => violation !== null);
  // A thousand devices may be refused for the same gateway: that is one thing to mend.
  refuseIfAny([...new Map(refused.map((violation) => [`${violation.field} ${violation.message}`, violation])).values()]);
  const changed = bindings.filter(({ deviceId, gateway }) => (found.get(deviceId)?.parentId ?? null) !== gateway);
  if (changed.length === 0) return [];
  const changedIds = changed.map(({ deviceId }) => deviceId);
  await devices.bulkWrite(
    [...new Set(changed.map(({ gateway }) => gateway))].map((gateway) => ({
      updateMany: {
        filter: { _id: { $in: changed.filter((each) => each.gateway === gateway).map(({ deviceId }) => deviceId) } },
        update: gateway === null ? { $unset: { parentId: true } } : { $set: { parentId: gateway } },
      },
    })),
    { session },
  );
  // What they had by the old gateway is over; a new one that is connected is followed afterwards.
  await devices.updateMany({ _id: { $in: changedIds }, sessionId: THROUGH_GATEWAY }, { $set: offline(now) }, { session });
  const touched = new Set(changed.flatMap(({ deviceId, gateway }) => [found.get(deviceId)?.parentId, gateway]));
  return recount(
    devices,
    session,
    [...touched].filter((id) => typeof id === 'string'),
    changed,
    maximum,
  );
}

/** How many children each has, counted and not added up. */
async function recount(
  devices: Devices,
  session: mongo.ClientSession,
  gateways: readonly DeviceId[],
  changed: readonly Binding[],
  maximum: number,
): Promise<DeviceId[]> {
  const counts = await devices
    .aggregate<{ _id: DeviceId; count: number }>(
      [{ $match: { parentId: { $in: [...gateways] } } }, { $group: { _id: '$parentId', count: { $sum: 1 } } }],
      { session },
    )
    .toArray();
  const countOf = new Map(counts.map(({ _id, count }) => [_id, count]));
  refuseIfAny(
    gateways.map((gateway) =>
      countViolation(
        countOf.get(gateway) ?? 0,
        changed.find((each) => each.gateway === gateway),
        maximum,
      ),
    ),
  );
  await devices.bulkWrite(
    gateways.map((_id) => {
      const children = countOf.get(_id);
      return { updateOne: { filter: { _id }, update: children ? { $set: { children } } : { $unset: { children: true } } } };
    }),
    { session },
  );
  return [...gateways];
}

function countViolation(count: number, binding: Binding | undefined, maximum: number): Violation | null {
  if (binding === undefined || count <= maximum) return null;
  const message = `The gateway ${quoted(binding.gateway)} would have ${count} devices behind it.`;
  return { code: 'TOO_MANY', field: binding.field, message, hint: 'Divide them among gateways.', limit: `${maximum} devices` };
}

/** One level: a gateway is nobody's child, and a child is nobody's gateway, now and after all of the bindings. */
function bindingViolation(
  { deviceId, gateway, field }: Binding,
  found: ReadonlyMap<DeviceId, Relative>,
  wanted: ReadonlyMap<DeviceId, DeviceId | null>,
): Violation | null {
  if (gateway === null) return null;
  const levels = (message: string): Violation => ({
    code: 'GATEWAY_LEVELS',
    field,
    message,
    hint: 'Name a device that has a connection of its own, for devices that have none behind them.',
  });
  const [child, parent] = [found.get(deviceId), found.get(gateway)];
  if (gateway === deviceId) return levels('A device cannot be its own gateway.');
  if (parent === undefined) {
    const message = `No device has the id ${quoted(gateway)}.`;
    return { code: 'DEVICE_UNKNOWN', field, message, hint: 'Register the gateway first, or in the same list.' };
  }
  const above = wanted.has(gateway) ? wanted.get(gateway) : parent.parentId;
  if (above) return levels(`The device ${quoted(gateway)} is itself behind a gateway.`);
  if (child?.children) return levels(`The device ${quoted(deviceId)} has devices behind it.`);
  if (child && child.dialect !== parent.dialect) {
    const message = `The device speaks ${child.dialect}, and the gateway ${quoted(gateway)} speaks ${parent.dialect}.`;
    return { code: 'GATEWAY_DIALECT', field, message, hint: 'Messages for a device go in its gateway’s dialect: give both the same one.' };
  }
  return null;
}

const quoted = (id: DeviceId | null): string => `"${String(id).slice(0, 72)}"`;
