import type { DeviceId } from '../../schema/model/ids';
import { deviceIdOf } from '../../schema/model/ids';
import type { Store } from '../../schema/mongo/connect';
import { requireRole } from '../access/require-role';
import type { Clock } from '../clock';
import type { DeviceCredentials, DeviceService } from '../core';
import type { Memberships } from '../groups/memberships';
import { pageOf } from '../paging/page-of';
import { requireProduct } from '../products/require-product';
import type { VersionCounts } from '../products/version-counts';
import type { CoreSettings } from '../settings';
import type { Present } from '../tasks/follow-presence';
import { updateDevice } from './attributes';
import { sessionAt, setHeard, setLeft } from './broker-presence';
import { setCertificates } from './certificates';
import { type Children, createChildren } from './children/service';
import { deleteDevices } from './delete';
import { devicesOf } from './devices-of';
import { requireDialectFree } from './dialect-change';
import { disabledOn, setEnabled } from './enabled';
import { deviceQuery } from './filter';
import { type Related, resetGateway, setConnected, setDisconnected } from './presence';
import { reviewConnected } from './presence-queries';
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
  onPresence?(deviceId: DeviceId, present: Present): Promise<void>;
  /** Where they are has changed: dynamic batches look at that. */
  onChanged?(deviceIds: readonly DeviceId[]): Promise<void>;
  /** After all devices of the gateway are off-line. */
  onGatewayReset?(gatewayId: string): Promise<void>;
  /** The devices behind gateways; when it is not given, one that tells nobody who comes and goes. */
  children?: Children;
  /** The gateways of a broker have heard nothing for a while. */
  onUnheard?(gatewayId: string): Promise<void>;
}

export function createDeviceService(deps: DeviceDeps): DeviceService {
  const { store, settings, clock } = deps;
  const { devices, products } = store.collections;
  const { children = createChildren({ devices, connection: store.connection, limits: settings.limits, clock }) } = deps;

  async function connected(
    deviceId: DeviceId,
    gatewayId: string,
    sessionId: string,
    only?: Parameters<typeof setConnected>[5],
  ): Promise<void> {
    const device = await setConnected(devices, deviceId, gatewayId, sessionId, clock(), only);
    if (device !== null) await came(device, gatewayId);
  }

  async function came({ _id, children: behind, presenceRevision }: Related, gatewayId: string): Promise<void> {
    await deps.onPresence?.(_id, { gatewayId, presenceRevision });
    if (behind) await children.followGateway(_id, { tellAll: true });
  }

  async function went(device: Related): Promise<void> {
    await deps.onPresence?.(device._id, { gatewayId: null, presenceRevision: device.presenceRevision });
    // A child that had a connection of its own may still be reached by its gateway.
    await children.followRelated([device]);
  }

  return {
    async register(viewer, productKey, inputs) {
      requireRole(viewer, 'OPERATOR');
      const product = await requireProduct(products, productKey);
      const registered = await registerDevices(store, settings.limits, product, inputs, clock(), deps.memberships, children.enroll);
      if (!inputs.some(({ gateway }) => gateway)) return registered;
      // They are there, and their secrets are shown only now: a presence that cannot be found out yet is, with the next event.
      return children.introduce(registered.map(({ _id }) => _id)).catch(() => registered);
    },
    get: (id) => devices.findOne({ _id: id }),
    getMany: (ids) => devicesOf(devices, ids),
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
      await children.followRelated(switched);
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
      return deleteDevices(
        { devices, limits: settings.limits, endTasks, release: children.release, remove: deps.versionCounts.remove },
        ids,
      );
    },
    async setGateway(viewer, ids, gateway) {
      requireRole(viewer, 'OPERATOR');
      return children.setGateway(ids, gateway);
    },
    childrenOf: children.childrenOf,
    gatewaysOver: children.gatewaysOver,
    followGatewaysOf: children.followGatewaysOf,
    credentials: (productKey, deviceName) =>
      devices.findOne<DeviceCredentials>(
        { _id: deviceIdOf(productKey, deviceName), productKey },
        { projection: { _id: 0, secret: 1, certificates: 1, enabled: 1, dialect: 1, children: 1 } },
      ),
    reviewConnected: (connected) => reviewConnected(devices, connected),
    disabledOn: (gatewayId) => disabledOn(devices, gatewayId),
    async credentialsOfNode(deviceName) {
      const projection = { _id: 0, secret: 1, certificates: 1, enabled: 1, dialect: 1, children: 1, productKey: 1, deviceName: 1 };
      const [found, another] = await devices
        .find({ deviceName, dialect: 'IOTDA' })
        .limit(2)
        .project<DeviceCredentials & { productKey: string; deviceName: string }>(projection)
        .toArray();
      return found === undefined || another !== undefined ? null : found;
    },
    connected: (deviceId, gatewayId, sessionId) => connected(deviceId, gatewayId, sessionId),
    stillConnected: (deviceId, gatewayId, sessionId) => connected(deviceId, gatewayId, sessionId, { online: false, enabled: true }),
    async disconnected(deviceId, sessionId) {
      const device = await setDisconnected(devices, deviceId, sessionId, clock());
      if (device !== null) await went(device);
    },
    async heard(heard) {
      const found = await setHeard(devices, heard, clock());
      if (typeof found === 'object') await came(found, heard.gatewayId);
      return found !== 'unknown';
    },
    sessionAt: (deviceId, gatewayId) => sessionAt(devices, deviceId, gatewayId),
    async left(deviceId, gatewayId, session) {
      const left = await setLeft(devices, deviceId, gatewayId, session, clock());
      if (left !== null) await went(left);
      // One that is behind a gateway may be reached by that from now on.
      if (left !== null && !left.parentId) return true;
      return (await sessionAt(devices, deviceId, gatewayId)) === null;
    },
    unheard: async (gatewayId) => deps.onUnheard?.(gatewayId),
    async gatewayReset(gatewayId, until) {
      await resetGateway(devices, gatewayId, clock(), until);
      await deps.onGatewayReset?.(gatewayId);
    },
  };
}
