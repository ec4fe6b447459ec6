import type { mongo } from 'mongoose';
import type { Device } from '../../../schema/model/fleet';
import { AT_BROKER, type DeviceId } from '../../../schema/model/ids';
import type { Collections } from '../../../schema/mongo/connect';
import { newGeneration } from '../../chance';
import { refuseIfAny } from '../../refuse';
import { offline } from '../presence';
import type { SessionEnds } from '../session-ends';
import { type Binding, bindingViolation, countViolation } from './rules';
import { THROUGH_GATEWAY } from './session-name';

type Devices = Collections['devices'];
type Relative = Pick<Device, '_id' | 'dialect' | 'parentId' | 'children'>;

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
  sessionEnds?: SessionEnds,
): Promise<DeviceId[]> {
  const ids = new Set(bindings.flatMap(({ deviceId, gateway }) => (gateway === null ? [deviceId] : [deviceId, gateway])));
  const projection = { dialect: 1, parentId: 1, children: 1 } as const;
  const relatives = await devices
    .find({ _id: { $in: [...ids] } }, { session })
    .project<Relative>(projection)
    .toArray();
  const found = new Map(relatives.map((device) => [device._id, device]));
  const wanted = new Map(bindings.map(({ deviceId, gateway }) => [deviceId, gateway]));
  const parentOf = (gateway: DeviceId | null) => {
    const parent = gateway === null ? undefined : found.get(gateway);
    // As it is after all of the bindings.
    return parent && { dialect: parent.dialect, isChild: Boolean(wanted.has(parent._id) ? wanted.get(parent._id) : parent.parentId) };
  };
  const refused = bindings
    .map((binding) => bindingViolation(binding, { child: found.get(binding.deviceId), parent: parentOf(binding.gateway) }))
    .filter((violation) => violation !== null);
  // A thousand devices may be refused for the same gateway: that is one thing to mend.
  refuseIfAny([...new Map(refused.map((violation) => [`${violation.field} ${violation.message}`, violation])).values()]);
  const changed = bindings.filter(({ deviceId, gateway }) => (found.get(deviceId)?.parentId ?? null) !== gateway);
  if (changed.length === 0) return [];
  const changedIds = changed.map(({ deviceId }) => deviceId);
  await devices.bulkWrite(
    [...new Set(changed.map(({ gateway }) => gateway))].map((gateway) => ({
      updateMany: {
        filter: { _id: { $in: changed.filter((each) => each.gateway === gateway).map(({ deviceId }) => deviceId) } },
        update: {
          // Nobody who spoke for them by the old gateway does any more, nor by the same one after it was another's.
          $set: { 'generations.binding': newGeneration(), ...(gateway !== null && { parentId: gateway }) },
          ...(gateway === null && { $unset: { parentId: true } }),
        },
      },
    })),
    { session },
  );
  // What they had by the old gateway is over; a new one that is connected is followed afterwards.
  await devices.updateMany({ _id: { $in: changedIds }, sessionId: THROUGH_GATEWAY }, offline(now), { session });
  const left = new Set(changed.flatMap(({ deviceId }) => found.get(deviceId)?.parentId ?? []));
  if (sessionEnds && left.size > 0) {
    // At a broker of its own a gateway stays subscribed to the topics of whom it has lost, until its connection ends.
    const away = devices.find({ _id: { $in: [...left] }, gatewayId: AT_BROKER }, { session, projection: { gatewayId: 1, sessionId: 1 } });
    await sessionEnds.note(await away.toArray(), session);
  }
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
    gateways.map((gateway) => {
      const binding = changed.find((each) => each.gateway === gateway);
      return binding ? countViolation(countOf.get(gateway) ?? 0, binding, maximum) : null;
    }),
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
