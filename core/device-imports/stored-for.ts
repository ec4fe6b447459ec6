import type { ImportRow } from '../../schema/model/device/device-import';
import { deviceIdOf } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import type { StoredImport } from '../../schema/mongo/device-imports';
import { openSecret } from '../device-secrets/secrets';
import type { Sealing } from '../sealing';

/** The rows whose device is there already: those whose device this import has made, and those whose device is somebody else's. */
export async function storedFor(
  { collections: { devices }, sealing }: { collections: Pick<Collections, 'devices'>; sealing: Sealing },
  { productKey, createdAt }: Pick<StoredImport, 'productKey' | 'createdAt'>,
  rows: readonly ImportRow[],
): Promise<{ own: Set<number>; others: Set<number> }> {
  const ids = rows.map(({ deviceName }) => deviceIdOf(productKey, deviceName));
  const found = await devices.find({ _id: { $in: ids } }, { projection: { sealedSecret: 1, createdAt: 1 } }).toArray();
  const byId = new Map(found.map((device) => [device._id, device]));
  const stored = { own: new Set<number>(), others: new Set<number>() };
  for (const { row, deviceName, secret } of rows) {
    const device = byId.get(deviceIdOf(productKey, deviceName));
    if (device === undefined) continue;
    const isOwn = device.createdAt.getTime() === createdAt.getTime() && openSecret(sealing, device) === secret;
    (isOwn ? stored.own : stored.others).add(row);
  }
  return stored;
}
