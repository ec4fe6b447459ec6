import { operator } from '../support/core-parts';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await api.core.products.create(operator, { key: 'grpA', name: 'Meters' });
  await api.core.devices.register(operator, 'grpA', [{ deviceName: 'dev-1' }, { deviceName: 'dev-2' }]);
});
afterAll(() => api.stop());

async function mutate(name: string, type: string, input: object, fields: string): Promise<Record<string, unknown>> {
  const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${fields} userErrors { code field } } }`;
  const { data, errors } = await api.ask(query, { input });
  if (errors) throw new Error(errors[0]?.message);
  return data[name] as Record<string, unknown>;
}
const create = async (input: object) =>
  ((await mutate('createGroup', 'CreateGroupInput', input, 'group { id }')).group as { id: string }).id;

test('R-DEV-3 groups are made, moved, filled, seen from both sides, and deleted', async () => {
  const top = await create({ name: 'top' });
  const sub = await create({ name: 'sub' });
  const moved = await mutate('updateGroup', 'UpdateGroupInput', { groupId: sub, parentId: top }, 'group { name parentId }');
  expect(moved).toEqual({ group: { name: 'sub', parentId: top }, userErrors: [] });
  const renamed = await mutate('updateGroup', 'UpdateGroupInput', { groupId: sub, name: 'below' }, 'group { name parentId }');
  expect(renamed).toEqual({ group: { name: 'below', parentId: top }, userErrors: [] });
  const deviceIds = ['grpA.dev-1', 'grpA.dev-2'];
  expect(await mutate('addDevicesToGroup', 'GroupDevicesInput', { groupId: sub, deviceIds }, 'changed')).toEqual({
    changed: 2,
    userErrors: [],
  });
  await mutate('removeDevicesFromGroup', 'GroupDevicesInput', { groupId: sub, deviceIds: ['grpA.dev-2'] }, 'changed');
  const { data, errors } = await api.ask(
    `query ($top: ID!) {
      group(id: $top) { deviceCount subGroups(first: 2) { edges { node { name deviceCount devices(first: 2) { edges { node { id groups { name } } } } } } } }
      groups(filter: { parentId: null }) { edges { node { name } } }
    }`,
    { top },
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    group: {
      deviceCount: 0,
      subGroups: {
        edges: [
          { node: { name: 'below', deviceCount: 1, devices: { edges: [{ node: { id: 'grpA.dev-1', groups: [{ name: 'below' }] } }] } } },
        ],
      },
    },
    groups: { edges: [{ node: { name: 'top' } }] },
  });
  const refused = await mutate('deleteGroup', 'DeleteGroupInput', { groupId: top }, 'groupId');
  expect(refused).toEqual({ groupId: null, userErrors: [{ code: 'GROUP_NOT_EMPTY', field: 'groupId' }] });
  expect(await mutate('deleteGroup', 'DeleteGroupInput', { groupId: sub }, 'groupId')).toEqual({ groupId: sub, userErrors: [] });
});

test('R-DEV-4 a dynamic group is made with a rule, filled, seen from both sides, changed, and refuses what it must', async () => {
  await api.core.products.create(operator, { key: 'grpB', name: 'Pumps' });
  const tags = [{ key: 'channel', value: 'beta' }];
  await api.core.devices.register(operator, 'grpB', [{ deviceName: 'dev-1', tags }, { deviceName: 'dev-2' }]);
  const rule = {
    all: [
      { field: 'PRODUCT', values: ['grpB'] },
      {
        any: [
          { field: 'TAG', key: 'channel', values: ['beta'] },
          { field: 'MODULE_VERSION', module: 'radio', operator: 'PREFIX', values: ['2.'] },
        ],
      },
    ],
  };
  const shown = 'kind state rule { all { field operator values any { field key module operator values } } }';
  const made = await mutate('createDynamicGroup', 'CreateDynamicGroupInput', { name: 'beta', rule }, `group { id ${shown} }`);
  const { id, ...group } = made.group as { id: string };
  expect(group).toEqual({
    kind: 'DYNAMIC',
    state: 'FILLING',
    rule: {
      all: [
        { field: 'PRODUCT', operator: 'IN', values: ['grpB'], any: null },
        {
          field: null,
          operator: null,
          values: null,
          any: [
            { field: 'TAG', key: 'channel', module: null, operator: 'IN', values: ['beta'] },
            { field: 'MODULE_VERSION', key: null, module: 'radio', operator: 'PREFIX', values: ['2.'] },
          ],
        },
      ],
    },
  });
  const members = `query ($id: ID!) { group(id: $id) { state deviceCount devices(first: 5) { edges { node { id groups { name } } } } } }`;
  const seen = async () => (await api.ask(members, { id })).data.group as { state: string; deviceCount: number };
  while ((await seen()).state !== 'READY') await new Promise((resolve) => setImmediate(resolve));
  await api.core.tasks.report('grpB.dev-2', { kind: 'version', module: 'radio', version: '2.1' });
  const node = (device: string) => ({ node: { id: `grpB.${device}`, groups: [{ name: 'beta' }] } });
  expect(await seen()).toEqual({ state: 'READY', deviceCount: 2, devices: { edges: [node('dev-1'), node('dev-2')] } });
  const { data } = await api.ask('{ groups(filter: { kind: DYNAMIC }) { edges { node { name } } } }');
  expect(data.groups).toEqual({ edges: [{ node: { name: 'beta' } }] });
  const changes = { groupId: id, name: 'gamma', rule: { field: 'CITY', values: ['Thun'] } };
  const changed = await mutate('updateDynamicGroup', 'UpdateDynamicGroupInput', changes, 'group { name state rule { field } }');
  expect(changed).toEqual({ group: { name: 'gamma', state: 'FILLING', rule: { field: 'CITY' } }, userErrors: [] });
  const unpaired = { name: 'x', rule: { field: 'MODULE_VERSION', values: ['1.0'] } };
  expect(await mutate('createDynamicGroup', 'CreateDynamicGroupInput', unpaired, 'group { id }')).toEqual({
    group: null,
    userErrors: [{ code: 'GROUP_RULE_MODULE', field: 'rule.module' }],
  });
  expect(await mutate('addDevicesToGroup', 'GroupDevicesInput', { groupId: id, deviceIds: ['grpA.dev-1'] }, 'changed')).toEqual({
    changed: null,
    userErrors: [{ code: 'GROUP_KIND', field: 'groupId' }],
  });
  await expect(
    mutate('createDynamicGroup', 'CreateDynamicGroupInput', { name: 'x', rule: { field: 'COLOUR', values: ['red'] } }, 'group { id }'),
  ).rejects.toThrow('GroupRuleField');
  expect(await mutate('deleteGroup', 'DeleteGroupInput', { groupId: id }, 'groupId')).toEqual({ groupId: id, userErrors: [] });
});

test('R-DEV-4 how many devices a rule matches is told before there is a group, and what is wrong with it', async () => {
  await api.core.products.create(operator, { key: 'grpC', name: 'Valves' });
  const tags = [{ key: 'channel', value: 'beta' }];
  await api.core.devices.register(operator, 'grpC', [
    { deviceName: 'dev-1', tags },
    { deviceName: 'dev-2', tags },
    { deviceName: 'dev-3' },
  ]);
  const preview = async (rule: object) => {
    const query = `query ($rule: GroupRuleInput!) { previewGroupRule(rule: $rule) { devices isExact userErrors { code field } } }`;
    return (await api.ask(query, { rule })).data.previewGroupRule;
  };
  const product = { field: 'PRODUCT', values: ['grpC'] };
  const beta = { field: 'TAG', key: 'channel', values: ['beta'] };
  const told = (devices: number) => ({ devices, isExact: true, userErrors: [] });
  expect(await preview({ all: [product, beta] })).toEqual(told(2));
  expect(await preview({ all: [product, { none: [beta] }] })).toEqual(told(1));
  expect(await preview({ field: 'CITY', operator: 'NOT_IN', values: ['Bern'] })).toEqual(told(0));
  const userErrors = [{ code: 'REQUIRED', field: 'rule.all[0].values' }];
  expect(await preview({ all: [{ field: 'CITY', values: [] }] })).toEqual({ devices: null, isExact: null, userErrors });
});

test('R-DEV-4 a rule can be asked for in one query, as deep as rules may be', async () => {
  const beta = { field: 'TAG', key: 'channel', operator: 'IN', values: ['beta'] };
  const rule = { all: [beta, { any: [{ none: [beta] }, beta] }] };
  const { group } = await mutate('createDynamicGroup', 'CreateDynamicGroupInput', { name: 'deep', rule }, 'group { id }');
  const condition = 'field key module operator values';
  const deep = (levels: number): string =>
    levels === 0 ? condition : ['all', 'any', 'none'].reduce((text, how) => `${text} ${how} { ${deep(levels - 1)} }`, condition);
  const { data } = await api.ask(`query ($id: ID!) { group(id: $id) { rule { ${deep(3)} } } }`, group as { id: string });
  expect(JSON.parse(JSON.stringify(data.group, (_, value) => value ?? undefined))).toEqual({ rule });
});
