import { parentOf } from '../../schema/model/device/parent-name';
import type { Present } from '../../schema/model/device/presence';
import { changesOfComing, type PresenceReason } from '../../schema/model/device/presence-changes';
import type { DeviceId } from '../../schema/model/ids';
import { traitsOf } from '../../schema/model/protocol/dialect';
import type { Store } from '../../schema/mongo/connect';
import { requireRole } from '../access/require-role';
import { type Calls, createCalls } from '../calls/calls';
import type { Clock } from '../clock';
import type { Memberships } from '../memberships/memberships';
import { pageOf } from '../paging/page-of';
import { requireProduct } from '../products/require-product';
import type { VersionCounts } from '../products/version-counts';
import type { Sealing } from '../sealing';
import type { CoreSettings } from '../settings';
import { updateDevice } from './attributes';
import { awaits, sessionAt, setHeard, setLeft, shown } from './broker-presence';
import { setCertificates } from './certificates';
import { type Children, createChildren } from './children/service';
import type { DeviceService, DeviceWithSecret, LostIdentity } from './contract';
import { createCredentials } from './credentials';
import { type Deleted, deleteDevices } from './delete';
import { devicesOf } from './devices-of';
import { dialectChange, NO_DIALECT_CHANGE } from './dialect-change';
import { disabledOn, setEnabled } from './enabled';
import { exportDevices } from './export';
import { deviceQuery } from './filter';
import { createLwm2mAdmission } from './lwm2m/known';
import { setLwm2mIdentities } from './lwm2m/set-identities';
import { setOwners } from './owners';
import { type Came, type Connecting, type Related, resetGateway, setConnected, setDisconnected } from './presence';
import { createPresenceLog, type PresenceLog } from './presence-log';
import { reviewConnected } from './presence-queries';
import { registerDevices } from './register';
import { type Registered, registeredBefore } from './registered-before';
import { resetSecret } from './reset-secret';
import { createSessionEnds, type SessionEnds } from './session-ends';

export interface DeviceDeps {
  store: Pick<Store, 'connection' | 'collections'>;
  settings: Pick<CoreSettings, 'limits'>;
  memberships: Memberships;
  versionCounts: Pick<VersionCounts, 'remove'>;
  /** Of the devices' secrets. */
  sealing: Sealing;
  /** Of devices that are being deleted; how many tasks it ended. */
  onRemoved?(deviceIds: readonly DeviceId[]): Promise<number>;
  /** Whether a task of the device has not ended. */
  isBusy?(deviceId: DeviceId): Promise<boolean>;
  clock: Clock;
  /** Of this store when not given. */
  calls?: Calls;
  /** After the device document says so. `gatewayId` is null when the device went off-line. */
  onPresence?(deviceId: DeviceId, present: Present): Promise<void>;
  /** Where they are has changed: dynamic batches look at that. */
  onChanged?(deviceIds: readonly DeviceId[]): Promise<void>;
  /** They were disabled. */
  onShutOut?(deviceIds: readonly DeviceId[]): void;
  /** They were disabled, or do not speak by CoAP: what they are registered as is over. */
  endRegistrations?(deviceIds: readonly DeviceId[]): Promise<unknown>;
  /** Before the gateway's devices are off-line. */
  beforeGatewayReset?(gatewayId: string, until?: Date): Promise<void>;
  /** After all devices of the gateway are off-line. */
  onGatewayReset?(gatewayId: string): Promise<void>;
  /** Who is whose child; when it is not given, one that tells nobody who comes and goes. */
  children?: Children;
  /** What tells gateways of sessions that have to end; one that nobody else writes to when it is not given. */
  sessionEnds?: SessionEnds;
  /** One that writes for this store when not given. */
  presenceLog?: PresenceLog;
  /** What was given out for them holds no more, or not all of it. */
  onVoid?(deviceIds: readonly DeviceId[]): void;
  /** LwM2M devices are not known any more by what they were. */
  onIdentityLost?(lost: readonly LostIdentity[]): Promise<unknown>;
  /** The gateways of a broker have heard nothing for a while. */
  onUnheard?(gatewayId: string): Promise<void>;
}

export function createDeviceService(deps: DeviceDeps): DeviceService {
  const { store, settings, clock } = deps;
  const { devices, products } = store.collections;
  const { sessionEnds = createSessionEnds(store.collections, clock) } = deps;
  const { presenceLog = createPresenceLog({ histories: store.collections.presenceHistories }) } = deps;
  const { calls = createCalls({ collections: store.collections, sealing: deps.sealing, clock }) } = deps;
  const { children = createChildren({ devices, connection: store.connection, limits: settings.limits, clock }) } = deps;

  async function connected(deviceId: DeviceId, gatewayId: string, sessionId: string, how?: Connecting): Promise<boolean> {
    const device = await setConnected(devices, deviceId, { gatewayId, sessionId }, clock(), how);
    if (device !== null) await came(device, gatewayId, 'CONNECTION');
    return device !== null;
  }

  async function came(
    { _id, children: isParent, presenceRevision, before, at }: Came,
    gatewayId: string,
    reason: PresenceReason,
  ): Promise<void> {
    presenceLog.add(_id, changesOfComing(before, { at, online: true, reason }));
    await deps.onPresence?.(_id, { gatewayId, presenceRevision });
    if (isParent) await children.followParent(_id, { tellAll: true });
  }

  async function identityLost(lost: readonly LostIdentity[]): Promise<void> {
    if (lost.length === 0) return;
    deps.onVoid?.(lost.map(({ deviceId }) => deviceId));
    await deps.onIdentityLost?.(lost);
  }

  async function went(device: Related): Promise<void> {
    await deps.onPresence?.(device._id, { gatewayId: null, presenceRevision: device.presenceRevision });
    // A child that had a connection of its own may still be reached by its parent.
    await children.followRelated([device]);
  }

  return {
    async register(viewer, productKey, inputs, idempotencyKey) {
      requireRole(viewer, 'OPERATOR');
      const call = { mutation: 'registerDevices', idempotencyKey, input: { productKey, inputs } } as const;
      const registered = await calls.once<DeviceWithSecret[], Registered>(viewer, call, {
        async make(note) {
          const product = await requireProduct(products, productKey);
          const { limits } = settings;
          return registerDevices({ ...deps, ...store, limits, enroll: children.enroll, note }, product, inputs, clock());
        },
        again: (before) => registeredBefore(devices, before),
      });
      if (!inputs.some(parentOf)) return registered;
      // They are there, and their secrets are shown only now: a presence that cannot be found out yet is, with the next event.
      const introduced = await children.introduce(registered.map(({ _id }) => _id)).catch(() => registered);
      return introduced.map((device, index) => ({ ...device, secret: registered[index]?.secret ?? '' }));
    },
    get: (id) => devices.findOne({ _id: id }),
    getMany: (ids) => devicesOf(devices, ids),
    presenceKept: presenceLog.of,
    export: (viewer, filter) => exportDevices(devices, viewer, filter),
    list: async (filter, page, backwards) => pageOf(devices, deviceQuery(filter), { _id: backwards ? -1 : 1 }, page, settings.limits),
    async update(viewer, id, changes) {
      requireRole(viewer, 'OPERATOR');
      const { isBusy = async () => false } = deps;
      const change = changes.dialect ? await dialectChange(devices, isBusy, id, changes.dialect) : NO_DIALECT_CHANGE;
      const device = await updateDevice(store.collections, settings.limits, id, changes, deps.memberships, clock(), change);
      if (change.lost) {
        await sessionEnds.note([change.lost]);
        sessionEnds.tell();
        await identityLost([{ deviceId: id, identities: 'ALL' }]);
      }
      if (changes.dialect || changes.region !== undefined) await deps.onChanged?.([id]);
      if (traitsOf(device).transport !== 'COAP') await deps.endRegistrations?.([id]);
      return device;
    },
    async setEnabled(viewer, ids, enabled) {
      requireRole(viewer, 'OPERATOR');
      const switched = await setEnabled(devices, settings.limits, ids, enabled, clock(), sessionEnds);
      if (!enabled) {
        deps.onShutOut?.(switched.map(({ _id }) => _id));
        await deps.endRegistrations?.(switched.map(({ _id }) => _id));
      }
      await children.followRelated(switched);
      if (enabled) await deps.onChanged?.(switched.map(({ _id }) => _id));
      return switched;
    },
    async setCertificates(viewer, wanted) {
      requireRole(viewer, 'OPERATOR');
      const set = await setCertificates({ ...store, sessionEnds }, settings.limits, wanted);
      deps.onVoid?.(set.map(({ _id }) => _id));
      return set;
    },
    async setOwners(viewer, wanted) {
      requireRole(viewer, 'OPERATOR');
      return setOwners(store, settings.limits, wanted);
    },
    async setLwm2mIdentities(viewer, wanted) {
      requireRole(viewer, 'OPERATOR');
      const set = await setLwm2mIdentities({ ...deps, ...store, sessionEnds }, settings.limits, wanted);
      await identityLost(set.lost);
      return set.devices;
    },
    async resetSecret(viewer, input) {
      requireRole(viewer, 'OPERATOR');
      const { device, gone } = await resetSecret({ ...deps, ...store, sessionEnds }, viewer, input, clock());
      deps.onVoid?.([device._id]);
      if (gone !== null) await went(gone);
      return device;
    },
    awaits: (id) => awaits(devices, id),
    shown: (id, by) => shown(devices, id, by),
    sessionEndsAt: sessionEnds.takeAt,
    lwm2mSessionEnds: sessionEnds.readAtAny,
    onSessionEnds: sessionEnds.onSessionEnds,
    async delete(viewer, ids, idempotencyKey) {
      requireRole(viewer, 'OPERATOR');
      const endTasks = deps.onRemoved ?? (async () => 0);
      const { release } = children;
      const { remove } = deps.versionCounts;
      const deleted = await calls.once<Deleted, Deleted>(
        viewer,
        { mutation: 'deleteDevices', idempotencyKey, input: { ids } },
        {
          make: (note) => deleteDevices({ devices, limits: settings.limits, endTasks, release, remove, sessionEnds, note }, ids),
          again: async (before) => before,
        },
      );
      await presenceLog.forget(ids);
      return deleted;
    },
    async setParent(viewer, ids, parentId) {
      requireRole(viewer, 'OPERATOR');
      return children.setParent(ids, parentId);
    },
    childrenOf: children.childrenOf,
    parentsOf: children.parentsOf,
    followParentsOf: children.followParentsOf,
    ...createCredentials(devices, deps.sealing),
    ...createLwm2mAdmission(store.collections, deps.sealing),
    reviewConnected: (connected) => reviewConnected(devices, connected),
    disabledOn: (gatewayId) => disabledOn(devices, gatewayId),
    connected: (deviceId, gatewayId, sessionId, by, tookOver) => connected(deviceId, gatewayId, sessionId, { by, tookOver }),
    async stillConnected(deviceId, gatewayId, sessionId, proof) {
      await connected(deviceId, gatewayId, sessionId, { only: { online: false, enabled: true }, by: proof, isOld: true });
    },
    async disconnected(deviceId, sessionId) {
      const device = await setDisconnected(devices, deviceId, sessionId, clock());
      if (device !== null) await went(device);
    },
    async heard(heard) {
      const found = await setHeard(devices, heard, clock());
      if (found?.came) await came(found.came, heard.gatewayId, 'BROKER');
      return found?.proof ?? null;
    },
    sessionAt: (deviceId, gatewayId) => sessionAt(devices, deviceId, gatewayId),
    async left(deviceId, gatewayId, session) {
      const left = await setLeft(devices, deviceId, gatewayId, session, clock());
      if (left !== null) await went(left);
      // A child may be reached by its parent from now on.
      if (left !== null && !left.parentId) return true;
      return (await sessionAt(devices, deviceId, gatewayId)) === null;
    },
    unheard: async (gatewayId) => deps.onUnheard?.(gatewayId),
    async gatewayReset(gatewayId, until) {
      await deps.beforeGatewayReset?.(gatewayId, until);
      await resetGateway(devices, gatewayId, clock(), until);
      await deps.onGatewayReset?.(gatewayId);
    },
  };
}
