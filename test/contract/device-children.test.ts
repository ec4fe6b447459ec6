import type { CoreParts } from '../../core/core-parts';
import type { NewDevice } from '../../core/devices/contract';
import { operator, refusal, spectator } from '../support/core-parts';
import { HUB, type Hub, ids, startHub } from '../support/hub';
import { useStore } from '../support/store';

const store = useStore();
let parts: CoreParts;
let hub: Hub;

beforeEach(async () => {
  hub = await startHub(store);
  parts = hub.parts;
});

const bind: Hub['bind'] = (...args) => hub.bind(...args);
const device = (name: string) => hub.device(name);
const childrenOf = (parentId: string) => hub.childrenOf(parentId);

describe('R-FLOW-1 R-FLOW-2 children', () => {
  test('they are put behind it and taken away again, in the order given, and it says how many they are', async () => {
    expect((await bind(HUB, 'dev-b', 'dev-a', 'dev-b')).map(({ _id, parentId }) => [_id, parentId])).toEqual([
      ['meter.dev-b', HUB],
      ['meter.dev-a', HUB],
    ]);
    expect(await childrenOf(HUB)).toEqual(['dev-a', 'dev-b']);
    expect(await parts.core.devices.credentials('meter', 'hub-1')).toMatchObject({ children: 2 });
    await bind('meter.hub-2', 'dev-a');
    expect([await childrenOf(HUB), await childrenOf('meter.hub-2')]).toEqual([['dev-b'], ['dev-a']]);
    expect(await bind(null, 'dev-b')).toEqual([expect.not.objectContaining({ parentId: expect.anything() })]);
    expect((await device('hub-1')).children).toBeUndefined();
  });

  test.each<[string, () => Promise<unknown>, { code: string; field?: string }[]]>([
    ['a gateway that is not there', () => bind('meter.nobody', 'dev-a', 'dev-b'), [{ code: 'DEVICE_UNKNOWN', field: 'parentId' }]],
    ['itself', () => bind(HUB, 'hub-1'), [{ code: 'GATEWAY_LEVELS', field: 'parentId' }]],
    [
      'a device that is a child',
      () => bind(HUB, 'dev-a').then(() => bind('meter.dev-a', 'dev-b')),
      [{ code: 'GATEWAY_LEVELS', field: 'parentId' }],
    ],
    [
      'a device that has children',
      () => bind(HUB, 'dev-a').then(() => bind('meter.hub-2', 'hub-1')),
      [{ code: 'GATEWAY_LEVELS', field: 'parentId' }],
    ],
    [
      'another dialect',
      () => parts.core.devices.update(operator, 'meter.dev-a', { dialect: 'IOTDA' }).then(() => bind(HUB, 'dev-a')),
      [{ code: 'GATEWAY_DIALECT', field: 'parentId' }],
    ],
    ['one more than a gateway may have', () => bind(HUB, 'dev-a', 'dev-b', 'dev-c', 'dev-d'), [{ code: 'TOO_MANY', field: 'parentId' }]],
    ['a device that is not there', () => bind(HUB, 'dev-a', 'nobody'), [{ code: 'DEVICE_UNKNOWN', field: 'deviceIds' }]],
    ['nobody', () => bind(HUB), [{ code: 'REQUIRED', field: 'deviceIds' }]],
    ['a viewer', () => parts.core.devices.setParent(spectator, ids('dev-a'), HUB), [{ code: 'NOT_ALLOWED' }]],
  ])('refused, and nothing is changed: %s', async (_name, change, codes) => {
    expect(await refusal(change())).toEqual(codes);
    expect(await parts.core.devices.get('meter.dev-b')).not.toHaveProperty('parentId');
  });

  test('the bound holds exactly, and a dialect does not change on one side', async () => {
    await bind(HUB, 'dev-a', 'dev-b', 'dev-c');
    expect((await device('hub-1')).children).toBe(3);
    expect(await refusal(bind(HUB, 'dev-d'))).toEqual([{ code: 'TOO_MANY', field: 'parentId' }]);
    for (const name of ['hub-1', 'dev-a'])
      expect(await refusal(parts.core.devices.update(operator, `meter.${name}`, { dialect: 'IOTDA' }))).toEqual([
        { code: 'GATEWAY_DIALECT', field: 'dialect' },
      ]);
  });

  test('of bindings at the same moment that break a rule together only one is made', async () => {
    const both = await Promise.allSettled([bind(HUB, 'dev-a'), bind('meter.hub-2', 'hub-1')]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await bind(null, 'dev-a', 'hub-1');
    const many = await Promise.allSettled([bind(HUB, 'dev-a', 'dev-b'), bind(HUB, 'dev-c', 'dev-d')]);
    expect(many.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await childrenOf(HUB)).toHaveLength(2);
  });

  test('R-DEV-6 registered with their parent, which may be in the same list or of another product, or not at all', async () => {
    const register = (devices: NewDevice[]) => parts.core.devices.register(operator, 'meter', devices);
    await parts.core.products.create(operator, { key: 'gates', name: 'Parents' });
    await parts.core.devices.register(operator, 'gates', [{ deviceName: 'gate' }]);
    await parts.core.devices.connected('gates.gate', 'gw-1', 's1');
    const made = await register([
      { deviceName: 'hub-9' },
      { deviceName: 'dev-x', parent: { deviceName: 'hub-9' } },
      { deviceName: 'dev-y', parent: { productKey: 'gates', deviceName: 'gate' } },
    ]);
    expect(made.map(({ parentId, online }) => [parentId, online])).toEqual([
      [undefined, false],
      ['meter.hub-9', false],
      ['gates.gate', true],
    ]);
    const chain = [
      { deviceName: 'dev-u' },
      { deviceName: 'dev-v', parent: { deviceName: 'dev-x' } },
      { deviceName: 'dev-w', parent: { deviceName: 'dev-q' } },
    ];
    expect(await refusal(register(chain))).toEqual([
      { code: 'GATEWAY_LEVELS', field: 'devices[1].parent' },
      { code: 'DEVICE_UNKNOWN', field: 'devices[2].parent' },
    ]);
    expect(await parts.core.devices.get('meter.dev-u')).toBeNull();
  });

  test('a device that is deleted is nobody’s child and nobody’s parent any more', async () => {
    await bind(HUB, 'dev-a', 'dev-b');
    await parts.core.devices.connected(HUB, 'gw-1', 's1');
    await parts.core.devices.delete(operator, ids('dev-a'));
    expect((await device('hub-1')).children).toBe(1);
    await parts.core.devices.delete(operator, [HUB]);
    expect(await device('dev-b')).toMatchObject({ online: false, sessionId: null });
    expect(await device('dev-b')).not.toHaveProperty('parentId');
  });

  test('who may speak through a parent, and by which parent a device is reached: enabled devices only', async () => {
    await bind(HUB, 'dev-a', 'dev-b');
    await parts.core.devices.setEnabled(operator, ids('dev-b'), false);
    expect((await parts.core.devices.childrenOf(HUB)).map(({ deviceId }) => deviceId)).toEqual(ids('dev-a'));
    expect(await parts.core.devices.parentsOf(ids('dev-a', 'dev-b', 'dev-c'))).toEqual(new Map([['meter.dev-a', HUB]]));
  });
});
