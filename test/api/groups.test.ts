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
