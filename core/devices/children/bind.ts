import type { mongo } from 'mongoose';
import type { Device } from '../../../schema/model/device/device';
import { AT_BROKER, type DeviceId } from '../../../schema/model/ids';
import type { Collections } from '../../../schema/mongo/connect';
import { newGeneration } from '../../random-bytes';
import { refuseIfAny } from '../../refuse';
import { offline } from '../presence';
import type { SessionEnds } from '../session-ends';
import { type Binding, bindingViolation, countViolation } from './rules';
import { THROUGH_PARENT } from './session-name';

type Devices = Collections['devices'];
type Relative = Pick<Device, '_id' | 'dialect' | 'parentId' | 'children'>;

/**
 * Binds devices to parents, inside a transaction, all or none. Each binding also writes the parents it touches, so that of two at once
 * that could break a rule together one begins anew. Returns the parents that have other children now; throws UserErrors.
 */
export async function bind(
  devices: Devices,
  session: mongo.ClientSession,
  bindings: readonly Binding[],
  maximum: number,
  now: Date,
  sessionEnds?: SessionEnds,
): Promise<DeviceId[]> {
  const ids = new Set(bindings.flatMap(({ deviceId, parentId }) => (parentId === null ? [deviceId] : [deviceId, parentId])));
  const projection = { dialect: 1, parentId: 1, children: 1 } as const;
  const relatives = await devices
    .find({ _id: { $in: [...ids] } }, { session })
    .project<Relative>(projection)
    .toArray();
  const found = new Map(relatives.map((device) => [device._id, device]));
  const wanted = new Map(bindings.map(({ deviceId, parentId }) => [deviceId, parentId]));
  const parentOf = (parentId: DeviceId | null) => {
    const parent = parentId === null ? undefined : found.get(parentId);
    // As it is after all of the bindings.
    return parent && { dialect: parent.dialect, isChild: Boolean(wanted.has(parent._id) ? wanted.get(parent._id) : parent.parentId) };
  };
  const refused = bindings
    .map((binding) => bindingViolation(binding, { child: found.get(binding.deviceId), parent: parentOf(binding.parentId) }))
    .filter((violation) => violation !== null);
  // A thousand devices may be refused for the same parent: that is one thing to mend.
  refuseIfAny([...new Map(refused.map((violation) => [`${violation.field} ${violation.message}`, violation])).values()]);
  const changed = bindings.filter(({ deviceId, parentId }) => (found.get(deviceId)?.parentId ?? null) !== parentId);
  if (changed.length === 0) return [];
  const changedIds = changed.map(({ deviceId }) => deviceId);
  await devices.bulkWrite(
    [...new Set(changed.map(({ parentId }) => parentId))].map((parentId) => ({
      updateMany: {
        filter: { _id: { $in: changed.filter((each) => each.parentId === parentId).map(({ deviceId }) => deviceId) } },
        update: {
          // Nobody who spoke for them by the old parent does any more, nor by the same one after it was another's.
          $set: { 'generations.binding': newGeneration(), ...(parentId !== null && { parentId }) },
          ...(parentId === null && { $unset: { parentId: true } }),
        },
      },
    })),
    { session },
  );
  // What they had by the old parent is over; a new one that is connected is followed afterwards.
  await devices.updateMany({ _id: { $in: changedIds }, sessionId: THROUGH_PARENT }, offline(now, 'PARENT'), { session });
  const left = new Set(changed.flatMap(({ deviceId }) => found.get(deviceId)?.parentId ?? []));
  if (sessionEnds && left.size > 0) {
    // At a broker of its own a parent stays subscribed to the topics of whom it has lost, until its connection ends.
    const away = devices.find({ _id: { $in: [...left] }, gatewayId: AT_BROKER }, { session, projection: { gatewayId: 1, sessionId: 1 } });
    await sessionEnds.note(await away.toArray(), session);
  }
  const touched = new Set(changed.flatMap(({ deviceId, parentId }) => [found.get(deviceId)?.parentId, parentId]));
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
  parents: readonly DeviceId[],
  changed: readonly Binding[],
  maximum: number,
): Promise<DeviceId[]> {
  const counts = await devices
    .aggregate<{ _id: DeviceId; count: number }>(
      [{ $match: { parentId: { $in: [...parents] } } }, { $group: { _id: '$parentId', count: { $sum: 1 } } }],
      { session },
    )
    .toArray();
  const countOf = new Map(counts.map(({ _id, count }) => [_id, count]));
  refuseIfAny(
    parents.map((parentId) => {
      const binding = changed.find((each) => each.parentId === parentId);
      return binding ? countViolation(countOf.get(parentId) ?? 0, binding, maximum) : null;
    }),
  );
  await devices.bulkWrite(
    parents.map((_id) => {
      const children = countOf.get(_id);
      return { updateOne: { filter: { _id }, update: children ? { $set: { children } } : { $unset: { children: true } } } };
    }),
    { session },
  );
  return [...parents];
}
