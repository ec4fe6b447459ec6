import type { mongo } from 'mongoose';
import type { DeviceId } from '../../schema/model/ids';
import type { Limits } from '../../schema/model/limits';
import type { Collections } from '../../schema/mongo/connect';
import type { Note } from '../calls/calls';
import { refuseIfAny } from '../refuse';
import { idsViolation, requireKnownDevices } from './require-device';
import type { SessionEnds } from './session-ends';

export interface DeletionDeps {
  devices: Collections['devices'];
  limits: Pick<Limits, 'devicesPerCall'>;
  /** Ends what the devices have not finished; how many tasks that were. */
  endTasks(ids: readonly DeviceId[]): Promise<number>;
  /** They have no parent any more, and no children. */
  release(ids: readonly DeviceId[]): Promise<void>;
  /** Takes the devices out of the store and of the counts of versions, in one transaction, with what `also` does. */
  remove(ids: readonly DeviceId[], also: (session: mongo.ClientSession) => Promise<void>): Promise<number>;
  sessionEnds: SessionEnds;
  note?: Note<Deleted>;
}

export interface Deleted {
  deleted: number;
  tasksEnded: number;
}

/**
 * Disabled first: from then on no batch selects them and no gateway lets them in. A batch that has read them before makes its tasks
 * within the time its selection takes; what it makes until the devices are gone is ended with a second look.
 */
export async function deleteDevices(deps: DeletionDeps, wanted: readonly DeviceId[]): Promise<Deleted> {
  const { devices, limits } = deps;
  const ids = [...new Set(wanted)];
  refuseIfAny([idsViolation(ids.length, limits.devicesPerCall, 'deviceIds', 'Delete')]);
  await requireKnownDevices(devices, ids);
  await devices.updateMany({ _id: { $in: ids } }, { $set: { enabled: false } });
  const before = await deps.endTasks(ids);
  await deps.release(ids);
  const deleted = await deps.remove(ids, async (session) => {
    const projection = { gatewayId: 1, sessionId: 1, dialect: 1 } as const;
    const gone = await devices.find({ _id: { $in: ids } }, { session, projection }).toArray();
    await deps.sessionEnds.note(gone, session);
    // Without those that the second look ends: there are some only if a batch makes tasks at this very moment.
    await deps.note?.(session, { deleted: gone.length, tasksEnded: before });
  });
  deps.sessionEnds.tell();
  return { deleted, tasksEnded: before + (await deps.endTasks(ids)) };
}
