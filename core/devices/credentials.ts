import type { mongo } from 'mongoose';
import { deviceIdOf } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import type { StoredDevice } from '../../schema/mongo/devices';
import { openSecret } from '../device-secrets/secrets';
import type { Sealing } from '../sealing';
import type { DeviceCredentials } from './contract';

const PROJECTION = {
  ...{ sealedSecret: 1, certificates: 1, enabled: 1, dialect: 1, children: 1, generations: 1, awaited: 1 },
  ...{ productKey: 1, deviceName: 1 },
} as const;
type Found = Pick<StoredDevice, '_id' | keyof typeof PROJECTION>;

/** What gateways check a connection with: the one place where a device's secret is read for that. */
export function createCredentials(devices: Collections['devices'], sealing: Sealing) {
  const opened = ({ sealedSecret, _id, productKey: _p, deviceName: _n, ...known }: Found): DeviceCredentials => ({
    ...known,
    secret: openSecret(sealing, { _id, sealedSecret }),
  });

  return {
    async credentials(productKey: string, deviceName: string): Promise<DeviceCredentials | null> {
      const filter: mongo.Filter<StoredDevice> = { _id: deviceIdOf(productKey, deviceName), productKey };
      const found = await devices.findOne<Found>(filter, { projection: PROJECTION });
      return found && opened(found);
    },
    async credentialsOfNode(deviceName: string): Promise<(DeviceCredentials & { productKey: string; deviceName: string }) | null> {
      const [found, another] = await devices.find({ deviceName, dialect: 'IOTDA' }).limit(2).project<Found>(PROJECTION).toArray();
      if (found === undefined || another !== undefined) return null;
      return { ...opened(found), productKey: found.productKey, deviceName: found.deviceName };
    },
  };
}
