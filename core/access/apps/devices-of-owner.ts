import type { DeviceId } from '../../../schema/model/ids';
import type { Collections } from '../../../schema/mongo/connect';
import type { Clock } from '../../clock';
import { createKnown } from '../known';
import { isOfOwnDevice } from '../permissions/products';
import type { Viewer } from '../viewer';

/** A change of an owner is certain in every process after so long. */
export const OWNER_KNOWN_MS = 1_000;
const KNOWN_MOST = 10_000;
/** Of an owner: the first by id. */
export const OWNER_DEVICES = 1_000;

/** By one look along an index, as the store has it now. */
export const devicesOfOwner = (devices: Collections['devices'], owner: string): Promise<DeviceId[]> =>
  devices
    .find({ owner }, { projection: { _id: 1 } })
    .sort({ _id: 1 })
    .limit(OWNER_DEVICES)
    .map(({ _id }) => _id)
    .toArray();

export interface DevicesOfOwner {
  /** R-DEV-7: the same viewer with the devices that are its owner's now; whoever is no user of an app stays as it is. */
  withDevices(viewer: Viewer): Promise<Viewer>;
  /** An owner has others from now on. */
  forget(owner: string): void;
}

export function createDevicesOfOwner(devices: Collections['devices'], clock: Clock): DevicesOfOwner {
  const known = createKnown<DeviceId[]>({
    load: (owner) => devicesOfOwner(devices, owner),
    ...{ ttlMs: OWNER_KNOWN_MS, most: KNOWN_MOST, clock },
  });
  return {
    async withDevices(viewer) {
      if (viewer.owner === undefined) return viewer;
      const ids = (await known.get(viewer.owner)).value ?? [];
      return { ...viewer, deviceIds: ids.filter((id) => isOfOwnDevice(viewer, id)) };
    },
    forget: known.forget,
  };
}
