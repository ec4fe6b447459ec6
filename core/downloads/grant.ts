import { createHash } from 'node:crypto';
import DataLoader from 'dataloader';
import { type Generations, grantGeneration } from '../../schema/model/device/generations';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';

const LENGTH = 12;
const NONE = grantGeneration({});

/** What an address carries of its device, short; undefined for a device that is as before there were generations, as in addresses of then. */
export function grantOf(device: { generations?: Generations }): string | undefined {
  const generation = grantGeneration(device);
  return generation === NONE ? undefined : createHash('sha256').update(generation).digest('base64url').slice(0, LENGTH);
}

/** The devices' generations now: of those that are asked for in one turn of the event loop in one read, so that a window of pushes costs one. */
export function generationsOf(devices: Collections['devices']): (deviceId: DeviceId) => Promise<Generations | undefined> {
  const loader = new DataLoader<DeviceId, Generations | undefined>(
    async (ids) => {
      const found = await devices.find({ _id: { $in: [...new Set(ids)] } }, { projection: { generations: 1 } }).toArray();
      const byId = new Map(found.map(({ _id, generations }) => [_id, generations]));
      return ids.map((id) => byId.get(id));
    },
    { cache: false, maxBatchSize: 1_000, batchScheduleFn: setImmediate },
  );
  return (deviceId) => loader.load(deviceId);
}
