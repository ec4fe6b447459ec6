import type { DeviceList } from '../../schema/model/device/device-list';
import type { Collections } from '../../schema/mongo/connect';
import { ofList } from '../../schema/mongo/device-lists';
import { requireRole } from '../access/require-role';
import type { Clock } from '../clock';
import { deviceRowsOf } from '../device-files/read';
import { createIdLookup } from '../devices/stored-ids';
import { type DiskRoom, ROOM_WITHOUT_END } from '../disk-room';
import { UserError } from '../errors';
import { removeInPieces } from '../in-pieces';
import { requireProductOf } from '../products/require-product';
import type { CoreSettings } from '../settings';
import { unguessableId } from '../unguessable-id';
import { checkRows, type Problems } from './check';
import type { DeviceListService } from './contract';

const HOUR_MS = 60 * 60 * 1_000;
const KEPT_MS = 7 * 24 * HOUR_MS;
/** Longer than a batch may wait for its start. */
const KEPT_FOR_BATCH_MS = 2 * KEPT_MS;

export interface DeviceListDeps {
  collections: Collections;
  settings: Pick<CoreSettings, 'limits'>;
  clock: Clock;
  /** Without end when not given. */
  disk?: DiskRoom;
}

export function createDeviceListService({ collections, settings, clock, disk = ROOM_WITHOUT_END }: DeviceListDeps): DeviceListService {
  const { deviceLists, deviceListProblems, products } = collections;
  const within = (ms: number): Date => new Date(clock().getTime() + ms);

  return {
    async create(viewer, productKey, file) {
      requireRole(viewer, 'OPERATOR');
      await requireProductOf(viewer, products, productKey);
      await disk.require();
      const _id = unguessableId();
      const problems: Problems = { INVALID: 0, UNKNOWN: 0, DUPLICATE: 0 };
      const about = { productKey, createdBy: viewer.actorId, createdAt: clock() };
      await deviceLists.insertOne({ _id, ...about, status: 'CHECKING', rows: 0, problems, expiresAt: within(HOUR_MS) });
      try {
        const stored = createIdLookup(collections.devices);
        let rows = 0;
        for await (const chunk of deviceRowsOf(file, settings.limits.deviceFileRows)) {
          await disk.require();
          await checkRows(collections, { listId: _id, productKey, columns: chunk.columns }, chunk.rows, problems, stored);
          rows += chunk.rows.length;
          const going = { $set: { rows, expiresAt: within(HOUR_MS) } };
          const { matchedCount } = await deviceLists.updateOne({ _id, status: 'CHECKING' }, going, {
            writeConcern: { w: 1, journal: false },
          });
          // Whoever slept so long that it expired must not leave rows that no list is there for.
          if (matchedCount === 0) throw new Error(`list ${_id} expired while it was checked`);
        }
        const status = Object.values(problems).some((count) => count > 0) || rows === 0 ? 'REFUSED' : 'CLEAN';
        const list = await deviceLists.findOneAndUpdate(
          { _id, status: 'CHECKING' },
          { $set: { status, rows, problems, expiresAt: within(KEPT_MS) } },
          { returnDocument: 'after' },
        );
        if (list === null) throw new Error(`list ${_id} went while it was checked`);
        return list;
      } catch (error) {
        await removeList(collections, _id);
        throw await disk.cause(error);
      }
    },
    get: (id) => deviceLists.findOne({ _id: id, status: { $ne: 'EXPIRED' } }),
    problems: (id) => deviceListProblems.find(ofList(id)).sort({ _id: 1 }),
  };
}

/** Its record goes last: what a crash leaves is found by it. */
async function removeList(collections: Collections, id: string, signal?: AbortSignal): Promise<void> {
  await removeInPieces(collections.deviceListRows, ofList(id), signal);
  await removeInPieces(collections.deviceListProblems, ofList(id), signal);
  if (!signal?.aborted) await collections.deviceLists.deleteOne({ _id: id });
}

/** A batch takes the list as its scope: it stays until the batch has certainly made its tasks. Throws LIST_UNKNOWN, LIST_NOT_CLEAN. */
export async function useList({ deviceLists }: Pick<Collections, 'deviceLists'>, productKey: string, id: string, now: Date): Promise<void> {
  const found: DeviceList | null = await deviceLists.findOneAndUpdate({ _id: id, productKey, status: { $ne: 'EXPIRED' } }, [
    {
      $set: {
        expiresAt: {
          $cond: [{ $eq: ['$status', 'CLEAN'] }, { $max: ['$expiresAt', new Date(now.getTime() + KEPT_FOR_BATCH_MS)] }, '$expiresAt'],
        },
      },
    },
  ]);
  if (found === null) throw listUnknown();
  if (found.status === 'CLEAN') return;
  if (found.status === 'CHECKING') {
    const hint = 'Wait for the answer to the upload. The batch was not created.';
    throw new UserError('LIST_NOT_CLEAN', { field: 'scope.listId', message: 'The list is still being checked.', hint });
  }
  throw listNotClean(found, 'scope.listId', 'The batch was not created.');
}

/** Takes away what has expired; may run in several processes at once, and stops when told to. */
export async function sweepLists(collections: Collections, now: Date, signal?: AbortSignal): Promise<number> {
  const { batches, deviceLists } = collections;
  // Dynamic batches ask for their lists as long as they take devices.
  const inUse = await batches.find({ matching: true, 'scope.kind': 'list' }, { projection: { scope: 1 } }).toArray();
  const kept = inUse.flatMap(({ scope }) => (scope.kind === 'list' ? [scope.listId] : []));
  await deviceLists.updateMany({ expiresAt: { $lt: now }, _id: { $nin: kept } }, { $set: { status: 'EXPIRED' } });
  const expired = await deviceLists.find({ status: 'EXPIRED' }, { projection: { _id: 1 } }).toArray();
  for (const { _id } of expired) await removeList(collections, _id, signal);
  return expired.length;
}

const listUnknown = (): UserError =>
  new UserError('LIST_UNKNOWN', {
    field: 'scope.listId',
    message: "No list of the package's product has this id, or it has expired.",
    hint: 'Send the file to /lists again, with the product of the package.',
  });

/** Of a list that a batch cannot use. */
export function listNotClean({ _id, rows, problems }: Pick<DeviceList, '_id' | 'rows' | 'problems'>, field: string, so: string): UserError {
  const count = Object.values(problems).reduce((sum, each) => sum + each, 0);
  return new UserError('LIST_NOT_CLEAN', {
    field,
    message: `${count} of the ${rows} rows of the list name no device of the product, or one twice.`,
    hint: `Download /lists/${_id}/invalid.csv, which says of each row what is wrong, correct those rows, and send the file again. ${so}`,
  });
}
