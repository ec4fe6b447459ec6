import type { mongo } from 'mongoose';
import type { Device } from '../../../schema/model/device/device';
import { proofOfChild } from '../../../schema/model/device/generations';
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
import { type FollowDeps, followParent, followParentsOf } from './follow';
import { type Binding, bindingOf, type ToBeBound } from './rules';

export interface ChildrenDeps extends FollowDeps {
  connection: Store['connection'];
  limits: Pick<Limits, 'devicesPerCall' | 'gatewayChildren'>;
  sessionEnds?: SessionEnds;
}

type Relation = Pick<Device, '_id' | 'parentId' | 'children'>;

/** Children: whose they are, and that they are on-line with their parents. */
export function createChildren(deps: ChildrenDeps) {
  const { devices, connection, limits, clock } = deps;

  const inTransaction = (bindings: readonly Binding[]): Promise<DeviceId[]> =>
    transaction({ connection }, (session) => bind(devices, session, bindings, limits.gatewayChildren, clock(), deps.sessionEnds));

  const introduce = (ids: readonly DeviceId[]): Promise<void> => followParentsOf(deps, ids, { onlyThem: true });

  async function followAll(parents: Iterable<DeviceId>): Promise<void> {
    for (const parentId of new Set(parents)) await followParent(deps, parentId);
  }

  /** Children that have no parent any more, and are off-line since. */
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
    async setParent(wanted: readonly DeviceId[], parentId: DeviceId | null): Promise<Device[]> {
      const ids = [...new Set(wanted)];
      refuseIfAny([idsViolation(ids.length, limits.devicesPerCall, 'deviceIds', 'Name')]);
      await requireKnownDevices(devices, ids);
      await inTransaction(ids.map((deviceId) => ({ deviceId, parentId, field: 'parentId' })));
      deps.sessionEnds?.tell();
      // Also when nothing has changed: the first call may have ended in between.
      await tellGone(ids);
      if (parentId !== null) await followParent(deps, parentId);
      return existingDevices(devices, ids);
    },

    /** Of devices that are just being registered, in their transaction. */
    async enroll(session: mongo.ClientSession, productKey: string, inputs: readonly ToBeBound[]): Promise<void> {
      const bindings = inputs.flatMap((input, index) => bindingOf(productKey, input, `devices[${index}].parent`) ?? []);
      if (bindings.length > 0) await bind(devices, session, bindings, limits.gatewayChildren, clock());
    },

    /** After their registration: on-line with their parents. In the order given. */
    async introduce(ids: readonly DeviceId[]): Promise<Device[]> {
      await introduce(ids);
      return existingDevices(devices, ids);
    },
    /** The same of many, which nobody wants to see. */
    introduceAll: introduce,

    /** They were enabled or disabled, or have come or gone. */
    followRelated: (related: readonly Relation[]): Promise<void> =>
      followAll(related.flatMap(({ _id, parentId, children }) => [...(parentId ? [parentId] : []), ...(children ? [_id] : [])])),

    followParent: (parentId: DeviceId, how?: Parameters<typeof followParent>[2]) => followParent(deps, parentId, how),
    followParentsOf: (ids: readonly DeviceId[]) => followParentsOf(deps, ids),

    /** Before devices are deleted: they are nobody's children, and have none. */
    async release(ids: readonly DeviceId[]): Promise<void> {
      const related = await devices
        .find({ $or: [{ parentId: { $in: [...ids] } }, { _id: { $in: [...ids] }, parentId: { $exists: true } }] })
        .project<{ _id: DeviceId }>({ _id: 1 })
        .toArray();
      if (related.length === 0) return;
      await inTransaction(related.map(({ _id }) => ({ deviceId: _id, parentId: null, field: 'deviceIds' })));
      await tellGone(related.map(({ _id }) => _id));
    },

    /** Those that may speak through the parent. */
    async childrenOf(parentId: DeviceId): Promise<Child[]> {
      const found = await devices
        .find({ parentId, enabled: true })
        .project<Pick<Device, '_id' | 'generations'>>({ generations: 1 })
        .toArray();
      return found.map((device) => ({ deviceId: device._id, proof: proofOfChild(parentId, device) }));
    },

    /** Of those that are children and may be spoken to: by which parent each is reached. */
    async parentsOf(ids: readonly DeviceId[]): Promise<Map<DeviceId, DeviceId>> {
      const children = await devices
        .find({ _id: { $in: [...ids] }, parentId: { $exists: true }, enabled: true })
        .project<Pick<Device, '_id' | 'parentId'>>({ parentId: 1 })
        .toArray();
      return new Map(children.flatMap(({ _id, parentId }) => (parentId ? [[_id, parentId] as const] : [])));
    },
  };
}
export type Children = ReturnType<typeof createChildren>;
