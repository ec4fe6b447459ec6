import type { Device } from '../../schema/model/device/device';
import { matchesRule, modulesOf, productsOf, type RuledDevice } from '../../schema/model/device/group-rule';
import type { DeviceId } from '../../schema/model/ids';
import type { Collections } from '../../schema/mongo/connect';
import type { RuleOfGroup } from './rule-expression';

/** How old the rules may be that a change is compared with; a new rule waits longer than that before devices are looked at. */
export const RULES_AGE_MS = 1_000;

/** Which dynamic groups a device has come into and left by one change. */
export interface GroupsChange {
  deviceId: DeviceId;
  joined: string[];
  left: string[];
}

/**
 * Told after the store has a change, at most 1,000 devices a call; never of static groups, nor when a device or a group is deleted.
 * It wakes, no more: a process that dies in between tells nobody, and what `groups` and `memberSince` of a device say is the truth.
 */
export type GroupsChanged = (changes: readonly GroupsChange[]) => Promise<void>;

export interface Memberships {
  /** The rules that may hold for devices of a product; where a module is named, only those that look at its version. */
  rulesFor(productKey: string, module?: string): Promise<readonly RuleOfGroup[]>;
  /** Passes on what is a change. */
  changed: GroupsChanged;
  /** This process has changed a rule. */
  forget(): void;
}

/** Where there are no dynamic groups. */
export const NO_MEMBERSHIPS: Memberships = { rulesFor: async () => [], changed: async () => undefined, forget: () => undefined };

interface Known extends RuleOfGroup {
  products: ReadonlySet<string> | null;
  modules: ReadonlySet<string>;
}

export function createMemberships(
  { groups }: Pick<Collections, 'groups'>,
  groupsChanged: GroupsChanged = async () => undefined,
  ageMs = RULES_AGE_MS,
): Memberships {
  let known: { since: number; rules: Promise<Known[]> } | null = null;

  async function read(): Promise<Known[]> {
    const found = await groups.find({ dynamic: { $exists: true } }, { projection: { 'dynamic.rule': 1 } }).toArray();
    return found.flatMap(({ _id: groupId, dynamic }) =>
      dynamic ? [{ groupId, rule: dynamic.rule, products: productsOf(dynamic.rule), modules: modulesOf(dynamic.rule) }] : [],
    );
  }

  /** The age runs from before the question, so that an answer that was long on its way is not taken for new. */
  function current(): Promise<Known[]> {
    const now = performance.now();
    if (known !== null && now - known.since < ageMs) return known.rules;
    const rules = read();
    const mine = { since: now, rules };
    known = mine;
    rules.catch(() => {
      if (known === mine) known = null;
    });
    return rules;
  }

  return {
    rulesFor: async (productKey, module) =>
      (await current()).filter(
        ({ products, modules }) => (products === null || products.has(productKey)) && (module === undefined || modules.has(module)),
      ),
    async changed(changes) {
      const real = changes.filter(({ joined, left }) => joined.length > 0 || left.length > 0);
      if (real.length > 0) await groupsChanged(real);
    },
    forget: () => {
      known = null;
    },
  };
}

/** What `membershipStages` do to a device that was in `before` and is now `after`. */
export function groupsChangeOf(
  rules: readonly RuleOfGroup[],
  before: readonly string[] | undefined,
  after: RuledDevice & Pick<Device, '_id'>,
): GroupsChange {
  const had = new Set(before);
  const change: GroupsChange = { deviceId: after._id, joined: [], left: [] };
  for (const { groupId, rule } of rules) {
    const belongs = matchesRule(rule, after);
    if (belongs && !had.has(groupId)) change.joined.push(groupId);
    if (!belongs && had.has(groupId)) change.left.push(groupId);
  }
  return change;
}

/** The device as the change leaves it. */
export function withGroups<D extends Pick<Device, 'groups' | 'memberSince'>>(device: D, { joined, left }: GroupsChange, now: Date): D {
  if (joined.length === 0 && left.length === 0) return device;
  const { groups = [], memberSince = {}, ...rest } = device;
  const gone = new Set(left);
  const ids = [...groups.filter((id) => !gone.has(id)), ...joined];
  const since = [...Object.entries(memberSince).filter(([id]) => !gone.has(id)), ...joined.map((id) => [id, now] as const)];
  return { ...rest, ...(ids.length > 0 && { groups: ids }), ...(since.length > 0 && { memberSince: Object.fromEntries(since) }) } as D;
}

/** New devices in the dynamic groups they belong to, and what to tell once they are stored. */
export function enrolled<D extends RuledDevice & Pick<Device, '_id' | 'groups' | 'memberSince'>>(
  rules: readonly RuleOfGroup[],
  devices: readonly D[],
  now: Date,
): { documents: D[]; changes: GroupsChange[] } {
  const changes = devices.map((device) => groupsChangeOf(rules, undefined, device));
  return { documents: devices.map((device, index) => withGroups(device, changes[index] as GroupsChange, now)), changes };
}
