import type { CoreParts } from '../../core/core-parts';
import { createCore } from '../../core/create-core';
import { deviceOf } from '../../core/devices/register';
import type { GroupsChange, GroupsChanged } from '../../core/memberships/memberships';
import type { GroupRuleForm } from '../../schema/model/device/group-rule-form';
import type { Store } from '../../schema/mongo/connect';
import { handClock, MASTER_KEY, operator, SEALING, settingsWith } from './core-parts';
import { fakePackageStore } from './fakes/package-store';
import { quietEngine } from './quiet-engine';
import { emptyStore, testStore } from './store';

export const clock = handClock();
export const MINUTE_MS = 60_000;
const engine = quietEngine();
/** Every change of groups that a process told of. */
export const told: GroupsChange[] = [];

export let store: Store;
export let parts: CoreParts;
const others: CoreParts[] = [];
/** A store for the file, and for each test a process on it with two products; `store` and `parts` are theirs. */
export function withDynamicGroups(): void {
  beforeAll(async () => {
    store = await testStore();
  });
  beforeEach(async () => {
    told.length = 0;
    parts = await aProcess();
    for (const key of ['meter', 'pump']) await parts.core.products.create(operator, { key, name: key });
  });
  afterEach(async () => {
    await Promise.all([parts, ...others.splice(0)].map((each) => each.close()));
    await emptyStore(store);
  });
  afterAll(() => store.close());
}

/** A process of the platform. With `rulesAgeMs` it learns of new rules that late. */
export async function aProcess(
  groupsChanged: GroupsChanged = async (changes) => void told.push(...changes),
  rulesAgeMs = 0,
): Promise<CoreParts> {
  const settings = { ...settingsWith({ groups: 4, dynamicGroups: 3 }), groupRulesAgeMs: rulesAgeMs };
  const made = await createCore({ store, files: fakePackageStore(), engine, settings, masterKeys: [MASTER_KEY], clock, groupsChanged });
  others.push(made);
  return made;
}

export const groups = () => parts.core.groups;
export const devices = () => parts.core.devices;
export const beta: GroupRuleForm = { field: 'TAG', key: 'channel', values: ['beta'] };
export const inBern: GroupRuleForm = { field: 'PROVINCE', values: ['Bern'] };
export const runs = (version: string, module = 'default'): GroupRuleForm => ({ field: 'MODULE_VERSION', module, values: [version] });
export const create = async (rule: GroupRuleForm, name = `group ${told.length} ${JSON.stringify(rule)}`.slice(0, 64)) =>
  (await groups().createDynamic(operator, { name, rule }))._id;
export async function filled(id: string, by = parts): Promise<string> {
  while ((await groups().get(id))?.dynamic?.filled === false) await by.checkGroups();
  return id;
}
/** By a process that leaves it to others to look for members. */
export async function createElsewhere(rule: GroupRuleForm): Promise<string> {
  const elsewhere = await aProcess(undefined, 60 * MINUTE_MS);
  const { _id } = await elsewhere.core.groups.createDynamic(operator, { name: 'elsewhere', rule });
  clock.advance(120 * MINUTE_MS);
  return _id;
}
export const members = async (groupId: string) => (await devices().list({ groupId }, {})).rows.map(({ node }) => node._id);
export const register = (deviceName: string, more: object = {}, productKey = 'meter') =>
  devices().register(operator, productKey, [{ deviceName, ...more }]);
export const report = (deviceId: string, version: string, module = 'default', by = parts) =>
  by.core.tasks.report(deviceId, { kind: 'version', module, version });
export const channel = (value: string) => ({ tags: [{ key: 'channel', value }] });

const product = { _id: 'meter', name: 'meter', dialect: 'LINK' as const, createdAt: clock() };
export const fleetOf = (count: number) =>
  store.collections.devices.insertMany(
    Array.from({ length: count }, (_, n) =>
      deviceOf(SEALING, product, { deviceName: `dev-${String(n).padStart(5, '0')}`, ...channel('beta') }, clock()),
    ),
  );
