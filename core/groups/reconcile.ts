import type { mongo } from 'mongoose';
import { type GroupRule, productsOf } from '../../schema/model/device/group-rule';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import type { StoredDevice } from '../../schema/mongo/devices';
import type { GroupsChange, Memberships } from '../memberships/memberships';
import { membershipStages, ruleExpression } from '../memberships/rule-expression';

/** Devices that one update puts in or out. */
export const PAGE = 1_000;

export interface ReconcileDeps {
  devices: Collections['devices'];
  memberships: Pick<Memberships, 'changed'>;
  now: () => Date;
  /** Asked before each page: false ends it. */
  mayGoOn: () => Promise<boolean>;
}

/**
 * Makes the members of a group those of its rule: MongoDB compares, and only devices that are to come or go are read, by id.
 * Doing it twice changes nothing. False when it was stopped.
 */
export async function reconcileGroup(deps: ReconcileDeps, groupId: string, rule: GroupRule): Promise<boolean> {
  const matches = ruleExpression(rule);
  const leaving = { groups: groupId, $expr: { $not: [matches] } };
  if (!(await inPages(deps, groupId, rule, leaving, null, 'left'))) return false;
  const products = productsOf(rule);
  for (const range of products === null ? [null] : [...products].sort().map((key) => `${key}.`)) {
    const joining = { groups: { $ne: groupId }, $expr: matches };
    if (!(await inPages(deps, groupId, rule, joining, range, 'joined'))) return false;
  }
  return true;
}

/** In the order of ids, which begin with their product's key. */
async function inPages(
  { devices, memberships, now, mayGoOn }: ReconcileDeps,
  groupId: string,
  rule: GroupRule,
  wanted: mongo.Filter<StoredDevice>,
  prefix: string | null,
  becomes: 'joined' | 'left',
): Promise<boolean> {
  const end = prefix === null ? {} : { $lt: `${prefix}\uffff` };
  for (let after: DeviceId = prefix ?? ''; ; ) {
    if (!(await mayGoOn())) return false;
    const found = await devices
      .find({ ...wanted, _id: { $gt: after, ...end } }, { projection: { _id: 1 } })
      .sort({ _id: 1 })
      .limit(PAGE)
      .toArray();
    const ids = found.map(({ _id }) => _id);
    const last = ids.at(-1);
    if (last === undefined) return true;
    // By the rule, and not by what was found: a device that has changed meanwhile is judged as it is.
    await devices.updateMany({ _id: { $in: ids } }, membershipStages([{ groupId, rule }], now()));
    await memberships.changed(ids.map((deviceId): GroupsChange => ({ deviceId, joined: [], left: [], [becomes]: [groupId] })));
    if (ids.length < PAGE) return true;
    after = last;
  }
}
