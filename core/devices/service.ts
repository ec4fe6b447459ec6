import type { DeviceId } from '../../schema/model/ids';
import { deviceIdOf } from '../../schema/model/ids';
import type { Store } from '../../schema/mongo/connect';
import { requireRole } from '../access/require-role';
import type { Clock } from '../clock';
import type { DeviceCredentials, DeviceService } from '../core';
import type { Memberships } from '../groups/memberships';
import { inOrderOf } from '../paging/in-order-of';
import { pageOf } from '../paging/page-of';
import { requireProduct } from '../products/require-product';
import type { VersionCounts } from '../products/version-counts';
import type { CoreSettings } from '../settings';
import { updateDevice } from './attributes';
import { sessionAt, setHeard, setLeft } from './broker-presence';
import { setCertificates } from './certificates';
import { deleteDevices } from './delete';
import { requireDialectFree } from './dialect-change';
import { disabledOn, setEnabled } from './enabled';
import { deviceQuery } from './filter';
import { resetGateway, setConnected, setDisconnected } from './presence';
import { notAllowed } from './presence-queries';
import { registerDevices } from './register';

export interface DeviceDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  settings: Pick<CoreSettings, 'limits'>;
  memberships: Memberships;
  versionCounts: Pick<VersionCounts, 'remove'>;
  /** Of devices that are being deleted; how many tasks it ended. */
  onRemoved?(deviceIds: readonly DeviceId[]): Promise<number>;
  /** Whether a task of the device has not ended. */
  isBusy?(deviceId: DeviceId): Promise<boolean>;
  clock: Clock;
  /** After the device document says so. `gatewayId` is null when the device went off-line. */
  onPresence?(deviceId: DeviceId, gatewayId: string | null): Promise<void>;
  /** Where they are has changed: dynamic batches look at that. */
  onChanged?(deviceIds: readonly DeviceId[]): Promise<void>;
  /** After all devices of the gateway are off-line. */
  onGatewayReset?(gatewayId: string): Promise<void>;
  /** The gateways of a broker have heard nothing for a while. */
  onUnheard?(gatewayId: string): Promise<void>;
}

export function createDeviceService(deps: DeviceDeps): DeviceService {
  const { store, settings, clock } = deps;
  const { devices, products } = store.collections;
  return {
    async register(viewer, productKey, inputs) {
      requireRole(viewer, 'OPERATOR');
      const product = await requireProduct(products, productKey);
      return registerDevices(store, settings.limits, product, inputs, clock(), deps.memberships);
    },
    get: (id) => devices.findOne({ _id: id }),
    getMany: async (ids) => inOrderOf(ids, await devices.find({ _id: { $in: [...ids] } }).toArray()),
    list: async (filter, page) => pageOf(devices, deviceQuery(filter), { _id: 1 }, page, settings.limits),
    async update(viewer, id, changes) {
      requireRole(viewer, 'OPERATOR');
      if (changes.dialect) await requireDialectFree(devices, deps.isBusy ?? (async () => false), id, changes.dialect);
      const device = await updateDevice(store.collections, settings.limits, id, changes, deps.memberships, clock());
      if (changes.region !== undefined) await deps.onChanged?.([id]);
      return device;
    },
    async setEnabled(viewer, ids, enabled) {
      requireRole(viewer, 'OPERATOR');
      const switched = await setEnabled(devices, settings.limits, ids, enabled, clock());
      if (enabled) await deps.onChanged?.(switched.map(({ _id }) => _id));
      return switched;
    },
    async setCertificates(viewer, wanted) {
      requireRole(viewer, 'OPERATOR');
      return setCertificates(store, settings.limits, wanted);
    },
    async delete(viewer, ids) {
      requireRole(viewer, 'OPERATOR');
      const endTasks = deps.onRemoved ?? (async () => 0);
      return deleteDevices({ devices, limits: settings.limits, endTasks, remove: deps.versionCounts.remove }, ids);
    },
    credentials: (productKey, deviceName) =>
      devices.findOne<DeviceCredentials>(
        { _id: deviceIdOf(productKey, deviceName), productKey },
        { projection: { _id: 0, secret: 1, certificates: 1, enabled: 1, dialect: 1 } },
      ),
    notAllowed: (ids) => notAllowed(devices, ids),
    disabledOn: (gatewayId) => disabledOn(devices, gatewayId),
    async credentialsOfNode(deviceName) {
      const projection = { _id: 0, secret: 1, certificates: 1, enabled: 1, dialect: 1, productKey: 1, deviceName: 1 };
      const [found, another] = await devices
        .find({ deviceName, dialect: 'IOTDA' })
        .limit(2)
        .project<DeviceCredentials & { productKey: string; deviceName: string }>(projection)
        .toArray();
      return found === undefined || another !== undefined ? null : found;
    },
    async connected(deviceId, gatewayId, sessionId) {
      if (await setConnected(devices, deviceId, gatewayId, sessionId, clock())) await deps.onPresence?.(deviceId, gatewayId);
    },
    async disconnected(deviceId, sessionId) {
      if (await setDisconnected(devices, deviceId, sessionId, clock())) await deps.onPresence?.(deviceId, null);
    },
    async heard(heard) {
      const found = await setHeard(devices, heard, clock());
      if (found === 'came') await deps.onPresence?.(heard.deviceId, heard.gatewayId);
      return found !== 'unknown';
    },
    sessionAt: (deviceId, gatewayId) => sessionAt(devices, deviceId, gatewayId),
    async left(deviceId, gatewayId, session) {
      const left = await setLeft(devices, deviceId, gatewayId, session, clock());
      if (left) await deps.onPresence?.(deviceId, null);
      return left || (await sessionAt(devices, deviceId, gatewayId)) === null;
    },
    unheard: async (gatewayId) => deps.onUnheard?.(gatewayId),
    async gatewayReset(gatewayId) {
      await resetGateway(devices, gatewayId, clock());
      await deps.onGatewayReset?.(gatewayId);
    },
  };
}
