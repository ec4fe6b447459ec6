import type { mongo } from 'mongoose';
import { proofBehind } from '../../../schema/model/device/generations';
import type { Device } from '../../../schema/model/fleet';
import type { DeviceId } from '../../../schema/model/ids';
import type { Limits } from '../../../schema/model/limits';
import type { Store } from '../../../schema/mongo/connect';
import { refuseIfAny } from '../../refuse';
import { transaction } from '../../transaction';
import type { Child } from '../contract';
import { existingDevices } from '../devices-of';
import { idsViolation, requireKnownDevices } from '../require-device';
import type { SessionEnds } from '../session-ends';
import { bind } from './bind';
import { type FollowDeps, followGateway, followGatewaysOf } from './follow';
import { type Binding, bindingOf, type ToBeBound } from './rules';

export interface ChildrenDeps extends FollowDeps {
  connection: Store['connection'];
  limits: Pick<Limits, 'devicesPerCall' | 'gatewayChildren'>;
  sessionEnds?: SessionEnds;
}

type Relation = Pick<Device, '_id' | 'parentId' | 'children'>;

/** The devices behind gateways: who is whose child, and that children are on-line with their gateways. */
export function createChildren(deps: ChildrenDeps) {
  const { devices, connection, limits, clock } = deps;

  const inTransaction = (bindings: readonly Binding[]): Promise<DeviceId[]> =>
    transaction({ connection }, (session) => bind(devices, session, bindings, limits.gatewayChildren, clock(), deps.sessionEnds));

  const introduce = (ids: readonly DeviceId[]): Promise<void> => followGatewaysOf(deps, ids, { onlyThem: true });

  async function followAll(gateways: Iterable<DeviceId>): Promise<void> {
    for (const gateway of new Set(gateways)) await followGateway(deps, gateway);
  }

  /** Children that have no gateway any more, and are off-line since. */
  async function tellGone(ids: readonly DeviceId[]): Promise<void> {
    const gone = await devices
      .find({ _id: { $in: [...ids] }, online: false })
      .project<{ _id: DeviceId }>({ _id: 1 })
      .toArray();
    if (gone.length > 0)
      await deps.onChildren?.(
        gone.map(({ _id }) => _id),
        null,
      );
  }

  return {
    /** All or none, in the order given. */
    async setGateway(wanted: readonly DeviceId[], gateway: DeviceId | null): Promise<Device[]> {
      const ids = [...new Set(wanted)];
      refuseIfAny([idsViolation(ids.length, limits.devicesPerCall, 'deviceIds', 'Name')]);
      await requireKnownDevices(devices, ids);
      await inTransaction(ids.map((deviceId) => ({ deviceId, gateway, field: 'gatewayId' })));
      deps.sessionEnds?.tell();
      // Also when nothing has changed: the first call may have ended in between.
      await tellGone(ids);
      if (gateway !== null) await followGateway(deps, gateway);
      return existingDevices(devices, ids);
    },

    /** Of devices that are just being registered, in their transaction. */
    async enroll(session: mongo.ClientSession, productKey: string, inputs: readonly ToBeBound[]): Promise<void> {
      const bindings = inputs.flatMap((input, index) => bindingOf(productKey, input, `devices[${index}].gateway`) ?? []);
      if (bindings.length > 0) await bind(devices, session, bindings, limits.gatewayChildren, clock());
    },

    /** After their registration: on-line with their gateways. In the order given. */
    async introduce(ids: readonly DeviceId[]): Promise<Device[]> {
      await introduce(ids);
      return existingDevices(devices, ids);
    },
    /** The same of many, which nobody wants to see. */
    introduceAll: introduce,

    /** They were enabled or disabled, or have come or gone. */
    followRelated: (related: readonly Relation[]): Promise<void> =>
      followAll(related.flatMap(({ _id, parentId, children }) => [...(parentId ? [parentId] : []), ...(children ? [_id] : [])])),

    followGateway: (gateway: DeviceId, how?: Parameters<typeof followGateway>[2]) => followGateway(deps, gateway, how),
    followGatewaysOf: (ids: readonly DeviceId[]) => followGatewaysOf(deps, ids),

    /** Before devices are deleted: they are nobody's children, and have none. */
    async release(ids: readonly DeviceId[]): Promise<void> {
      const related = await devices
        .find({ $or: [{ parentId: { $in: [...ids] } }, { _id: { $in: [...ids] }, parentId: { $exists: true } }] })
        .project<{ _id: DeviceId }>({ _id: 1 })
        .toArray();
      if (related.length === 0) return;
      await inTransaction(related.map(({ _id }) => ({ deviceId: _id, gateway: null, field: 'deviceIds' })));
      await tellGone(related.map(({ _id }) => _id));
    },

    /** Those that may speak through the gateway. */
    async childrenOf(gateway: DeviceId): Promise<Child[]> {
      const found = await devices
        .find({ parentId: gateway, enabled: true })
        .project<Pick<Device, '_id' | 'generations'>>({ generations: 1 })
        .toArray();
      return found.map((device) => ({ deviceId: device._id, proof: proofBehind(gateway, device) }));
    },

    /** Of those that are children and may be spoken to: by which gateway each is reached. */
    async gatewaysOver(ids: readonly DeviceId[]): Promise<Map<DeviceId, DeviceId>> {
      const children = await devices
        .find({ _id: { $in: [...ids] }, parentId: { $exists: true }, enabled: true })
        .project<Pick<Device, '_id' | 'parentId'>>({ parentId: 1 })
        .toArray();
      return new Map(children.flatMap(({ _id, parentId }) => (parentId ? [[_id, parentId] as const] : [])));
    },
  };
}
export type Children = ReturnType<typeof createChildren>;
