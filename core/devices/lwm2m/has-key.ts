import DataLoader from 'dataloader';
import type { DeviceId } from '../../../schema/model/ids';
import type { Collections } from '../../../schema/mongo/connect';

/** Whether devices have a pre-shared key: of those that are asked for in one turn of the event loop in one read. */
export function createHasKey(devices: Collections['devices']): (deviceId: DeviceId) => Promise<boolean> {
  const loader = new DataLoader<DeviceId, boolean>(
    async (ids) => {
      const keyed = { _id: { $in: [...new Set(ids)] }, 'lwm2m.psks.0': { $exists: true } };
      const found = await devices.find(keyed, { projection: { _id: 1 } }).toArray();
      const known = new Set(found.map(({ _id }) => _id));
      return ids.map((id) => known.has(id));
    },
    { cache: false, maxBatchSize: 1_000, batchScheduleFn: setImmediate },
  );
  return (deviceId) => loader.load(deviceId);
}
