import type { DeviceId } from '../../../schema/model/ids';
import type { Collections } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { createKnown } from '../known';
import type { Viewer } from '../viewer';

/** A change of an owner is certain in every process after so long. */
const KNOWN_MS = 1_000;
const KNOWN_MOST = 10_000;
/** Of an owner: the first by id. */
export const OWNER_DEVICES = 1_000;

/** R-DEV-7: the same viewer with the devices that are its owner's now; whoever is no user of an app stays as it is. */
export function createDevicesOfOwner(devices: Collections['devices'], clock: Clock): (viewer: Viewer) => Promise<Viewer> {
  const known = createKnown<DeviceId[]>({
    load: (owner) =>
      devices
        .find({ owner }, { projection: { _id: 1 } })
        .sort({ _id: 1 })
        .limit(OWNER_DEVICES)
        .map(({ _id }) => _id)
        .toArray(),
    ...{ ttlMs: KNOWN_MS, most: KNOWN_MOST, clock },
  });
  return async (viewer) => (viewer.owner === undefined ? viewer : { ...viewer, deviceIds: (await known.get(viewer.owner)).value ?? [] });
}
