import type { mongo } from 'mongoose';
import { type RegistrationChange as Change, deviceOf, presenceNews } from '../../schema/model/registration/news';
import { sessionOf } from '../../schema/model/registration/registration';
import type { Collections } from '../../schema/mongo/connect';
import type { StoredDevice } from '../../schema/mongo/devices';
import { counted, offline, present } from '../devices/presence';

/** What a change writes to its device's document; null: nothing. A disabled device does not come. */
export function presenceOperation(change: Change, now: Date): mongo.AnyBulkWriteOperation<StoredDevice> | null {
  const { before, after } = change;
  const news = presenceNews(change);
  if (after && news === 'CAME') {
    const at = { gatewayId: after.gatewayId, sessionId: sessionOf(after) };
    // A Register is a connection, and may come again and again. A device that wakes up does what it is expected to do.
    const isRegister = before?.registrationId !== after.registrationId;
    const update = isRegister ? [counted(at, now, before?.online ?? false)] : present(at, now);
    return { updateOne: { filter: { _id: after._id, enabled: true }, update } };
  }
  // Also of one that was off-line by its registration: a reset writes the devices last, and may not have come to them.
  if (before && (news === 'WENT' || after === null))
    return { updateOne: { filter: { _id: before._id, sessionId: sessionOf(before) }, update: offline(now, 'REGISTRATION') } };
  return null;
}

/** After the writes: those whose device should have come and may not. */
export async function shutOutOf(
  devices: Collections['devices'],
  changes: readonly Change[],
  session: mongo.ClientSession,
): Promise<Change[]> {
  const came = changes.filter((change) => presenceNews(change) === 'CAME');
  if (came.length === 0) return [];
  const found = devices.find({ _id: { $in: came.map(deviceOf) }, enabled: true }, { session, projection: { _id: 1 } });
  const enabled = new Set((await found.toArray()).map(({ _id }) => _id));
  return came.filter((change) => !enabled.has(deviceOf(change)));
}
