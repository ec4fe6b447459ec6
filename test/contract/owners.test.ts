import type { CoreParts } from '../../core/core-parts';
import { deviceIdOf } from '../../schema/model/ids';
import { handClock, operator, refusal, spectator } from '../support/core-parts';
import { meters, named } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

const store = useStore();
let parts: CoreParts;
beforeEach(async () => {
  parts = await meters(
    { store, engine: quietEngine(), clock: handClock(), limits: { devicesPerCall: 2 } },
    named(['dev-1', 'dev-2', 'dev-3']),
  );
});
afterEach(() => parts.close());

const id = (name: string) => deviceIdOf('meter', name);
const setOwners = (...wanted: [name: string, owner: string | null][]) =>
  parts.core.devices.setOwners(
    operator,
    wanted.map(([name, owner]) => ({ deviceId: id(name), owner })),
  );
const ownerOf = async (name: string) => (await parts.core.devices.get(id(name)))?.owner ?? null;
const of = async (owner: string) => (await parts.core.devices.list({ owner }, { first: 10 })).rows.map(({ node }) => node.deviceName);

test('R-DEV-7 devices get owners together, again without a change, another one, and none', async () => {
  const set = () => setOwners(['dev-2', 'user-1'], ['dev-1', 'user-1']);
  expect((await set()).map(({ deviceName, owner }) => [deviceName, owner])).toEqual([
    ['dev-2', 'user-1'],
    ['dev-1', 'user-1'],
  ]);
  await set();
  expect(await of('user-1')).toEqual(['dev-1', 'dev-2']);
  await setOwners(['dev-1', 'user-2'], ['dev-2', null]);
  expect([await of('user-1'), await of('user-2'), await ownerOf('dev-2')]).toEqual([[], ['dev-1'], null]);
});

test('R-DEV-7 of a device that is named twice the last owner counts', async () => {
  await setOwners(['dev-1', 'user-1'], ['dev-1', 'user-2']);
  expect(await ownerOf('dev-1')).toBe('user-2');
});

test.each<[string, [string, string | null][], object]>([
  ['no device', [], { code: 'REQUIRED', field: 'devices' }],
  ['too many', ['dev-1', 'dev-2', 'dev-3'].map((name) => [name, 'u']), { code: 'TOO_MANY', field: 'devices' }],
  [
    'one that is not there',
    [
      ['dev-1', 'u'],
      ['none', 'u'],
    ],
    { code: 'DEVICE_UNKNOWN', field: 'devices' },
  ],
  [
    'an empty owner',
    [
      ['dev-1', 'u'],
      ['dev-2', ''],
    ],
    { code: 'REQUIRED', field: 'devices[1].owner' },
  ],
  ['one that is too long', [['dev-1', 'u'.repeat(129)]], { code: 'INVALID_FORMAT', field: 'devices[0].owner' }],
  ['control characters', [['dev-1', 'a\u0000b']], { code: 'INVALID_FORMAT', field: 'devices[0].owner' }],
  ['a blank at its end', [['dev-1', 'u ']], { code: 'INVALID_FORMAT', field: 'devices[0].owner' }],
])('R-DEV-7 %s: refused, and no device is changed', async (_, wanted, expected) => {
  const [refused] = (await refusal(setOwners(...wanted))) as object[];
  expect(refused).toMatchObject(expected);
  expect(await ownerOf('dev-1')).toBeNull();
});

test('R-DEV-7 an owner is given at registration, and whoever only reads gives none', async () => {
  const registered = await parts.core.devices.register(operator, 'meter', [
    { deviceName: 'dev-4', owner: '用户 7' },
    { deviceName: 'dev-5' },
  ]);
  expect(registered.map(({ owner }) => owner)).toEqual(['用户 7', undefined]);
  expect(await of('用户 7')).toEqual(['dev-4']);
  const [refused] = (await refusal(parts.core.devices.register(operator, 'meter', [{ deviceName: 'dev-6', owner: '' }]))) as object[];
  expect(refused).toMatchObject({ code: 'REQUIRED', field: 'devices[0].owner' });
  const asSpectator = parts.core.devices.setOwners(spectator, [{ deviceId: id('dev-1'), owner: 'u' }]);
  expect(await refusal(asSpectator)).toMatchObject([{ code: 'NOT_ALLOWED' }]);
});

test('R-DEV-7 the devices of an owner are read along an index', async () => {
  const plan = await store.collections.devices.find({ owner: 'user-1' }).sort({ _id: 1 }).explain('queryPlanner');
  expect(JSON.stringify(plan.queryPlanner.winningPlan)).toContain('owner_1__id_1');
  expect(JSON.stringify(plan.queryPlanner.winningPlan)).not.toContain('"SORT"');
});
