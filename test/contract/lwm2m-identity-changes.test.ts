import type { CoreParts } from '../../core/core-parts';
import { useCells } from '../support/cells';
import { operator, refusal, spectator } from '../support/core-parts';

const [FIRST, SECOND, THIRD] = ['1', '2', '3'].map((digit) => digit.repeat(64)) as [string, string, string];
const { devices, register, id, keyOf, identities, psk, store } = useCells();
const set = (...list: Parameters<CoreParts['core']['devices']['setLwm2mIdentities']>[1]) => devices().setLwm2mIdentities(operator, list);

describe('R-FLOW-7 identities are set', () => {
  beforeEach(() =>
    register(
      { deviceName: 'cell-1', lwm2m: { psks: [psk('one', FIRST)] } },
      { deviceName: 'cell-2', lwm2m: { psks: [psk('two', SECOND)] } },
    ),
  );

  test('R-FLOW-7 a key is changed with no gap: the next one beside it, then without the first, which nobody has to know', async () => {
    await set({ deviceId: id('cell-1'), psks: [{ identity: 'one' }, psk('one-b', THIRD)] });
    expect([await keyOf('one'), await keyOf('one-b')]).toEqual([FIRST, THIRD]);
    const [device] = await set({ deviceId: id('cell-1'), psks: [{ identity: 'one-b' }] });
    expect([await keyOf('one'), await keyOf('one-b'), identities(device)]).toEqual([null, THIRD, ['one-b']]);
    // eclipse-leshan/leshan#322: what it had is free.
    await set({ deviceId: id('cell-2'), psks: [psk('one', SECOND)] });
    expect(await devices().pskOf('one')).toMatchObject({ deviceId: id('cell-2') });
  });

  test('R-FLOW-7 what is not given stays, and an empty list takes the keys away', async () => {
    const [first] = await set({ deviceId: id('cell-1'), endpoint: 'other' });
    expect([first?.lwm2m?.endpoint, identities(first), await keyOf('one')]).toEqual(['other', ['one'], FIRST]);
    const [second] = await set({ deviceId: id('cell-1'), psks: [] });
    expect([second?.lwm2m, await keyOf('one')]).toEqual([{ endpoint: 'other' }, null]);
  });

  test('R-FLOW-7 the same call again changes nothing, not even what the keys let in', async () => {
    const change = { deviceId: id('cell-1'), endpoint: 'ep', psks: [psk('one', FIRST.toUpperCase()), psk('one-b', THIRD)] };
    const once = await set(change);
    expect(await set(change)).toEqual(once);
    expect(await devices().pskOf('one')).toEqual(await devices().pskOf('one'));
  });

  test('R-FLOW-7 devices may change names with each other, and have what was said last', async () => {
    const swapped = await set(
      { deviceId: id('cell-1'), endpoint: 'nobody' },
      { deviceId: id('cell-2'), endpoint: 'cell-1', psks: [psk('one', FIRST)] },
      { deviceId: id('cell-1'), endpoint: 'cell-2', psks: [psk('two', SECOND)] },
    );
    expect(swapped.map((device) => [device.deviceName, device.lwm2m?.endpoint, identities(device)])).toEqual([
      ['cell-1', 'cell-2', ['two']],
      ['cell-2', 'cell-1', ['one']],
    ]);
  });

  test.each<[string, () => Promise<unknown>, object[]]>([
    [
      'another device’s endpoint name',
      () => set({ deviceId: id('cell-1'), endpoint: 'cell-2' }),
      [{ code: 'ENDPOINT_EXISTS', field: 'devices[0].endpoint' }],
    ],
    [
      'the endpoint name of one in the list that keeps it',
      () => set({ deviceId: id('cell-2') }, { deviceId: id('cell-1'), endpoint: 'cell-2' }),
      [{ code: 'ENDPOINT_EXISTS', field: 'devices[0].endpoint' }],
    ],
    [
      'another device’s PSK identity',
      () => set({ deviceId: id('cell-2') }, { deviceId: id('cell-1'), psks: [psk('two', SECOND)] }),
      [{ code: 'PSK_IDENTITY_EXISTS' }],
    ],
    [
      'a key that the device does not have',
      () => set({ deviceId: id('cell-1'), psks: [{ identity: 'two' }] }),
      [{ code: 'REQUIRED', field: 'devices[0].psks[0].key' }],
    ],
    [
      'three keys',
      () => set({ deviceId: id('cell-1'), psks: ['a', 'b', 'c'].map((identity) => psk(identity, FIRST)) }),
      [{ code: 'TOO_MANY', field: 'devices[0].psks' }],
    ],
    ['a device that is not there', () => set({ deviceId: id('cell-9') }), [{ code: 'DEVICE_UNKNOWN', field: 'devices' }]],
    ['nobody', () => set(), [{ code: 'REQUIRED', field: 'devices' }]],
    [
      'too many',
      () => set(...['1', '2', '3', '4'].map((number) => ({ deviceId: id(`cell-${number}`) }))),
      [{ code: 'TOO_MANY', field: 'devices' }],
    ],
    ['a viewer', () => devices().setLwm2mIdentities(spectator, [{ deviceId: id('cell-1') }]), [{ code: 'NOT_ALLOWED' }]],
  ])('R-FLOW-7 refused, and nothing is changed: %s', async (_name, change, refused) => {
    const before = await store().collections.devices.find().toArray();
    expect(await refusal(change())).toMatchObject(refused);
    expect(await store().collections.devices.find().toArray()).toEqual(before);
  });

  test('R-FLOW-7 not of devices of another dialect', async () => {
    await devices().register(operator, 'meter', [{ deviceName: 'dev-1' }]);
    expect(await refusal(set({ deviceId: id('cell-1'), endpoint: 'x' }, { deviceId: 'meter.dev-1', endpoint: 'y' }))).toEqual([
      { code: 'IDENTITY_DIALECT', field: 'devices[1].deviceId' },
    ]);
    expect((await devices().get(id('cell-1')))?.lwm2m?.endpoint).toBe('cell-1');
  });

  test('R-FLOW-7 of calls at the same moment for one name one succeeds, and the others say which field', async () => {
    const calls = ['cell-1', 'cell-2'].map((name) => set({ deviceId: id(name), endpoint: 'one', psks: [psk('shared', FIRST)] }));
    const all = await Promise.allSettled(calls);
    expect(all.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = all.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    for (const { errors } of refused)
      expect(errors.map(({ code }: { code: string }) => code)).toEqual(['ENDPOINT_EXISTS', 'PSK_IDENTITY_EXISTS']);
  });

  // thingsboard/thingsboard#5644: a change of something else took the keys with it.
  test('R-FLOW-7 other changes of a device leave them as they are', async () => {
    await devices().update(operator, id('cell-1'), { tags: [{ key: 'site', value: 'north' }], region: { province: 'Bern', city: 'Thun' } });
    await devices().update(operator, id('cell-1'), { dialect: 'LWM2M' });
    await devices().setEnabled(operator, [id('cell-1')], false);
    await devices().setEnabled(operator, [id('cell-1')], true);
    expect([await keyOf('one'), await devices().deviceOfEndpoint('cell-1')]).toMatchObject([FIRST, { deviceId: id('cell-1') }]);
  });
});

describe('R-FLOW-7 a change of dialect', () => {
  test('R-FLOW-7 gives a device its name as endpoint name and no key, or takes both away for good', async () => {
    await devices().register(operator, 'meter', [{ deviceName: 'dev-1' }]);
    const became = await devices().update(operator, 'meter.dev-1', { dialect: 'LWM2M' });
    expect([became.dialect, became.lwm2m]).toEqual(['LWM2M', { endpoint: 'dev-1' }]);
    await set({ deviceId: 'meter.dev-1', psks: [psk('key', FIRST)] });
    const back = await devices().update(operator, 'meter.dev-1', { dialect: 'LINK' });
    expect([back.dialect, back.lwm2m, await devices().pskOf('key')]).toEqual(['LINK', undefined, null]);
    expect((await devices().get('meter.dev-1'))?.lwm2m).toBeUndefined();
  });

  test('R-FLOW-7 is refused where the name is another device’s endpoint name', async () => {
    await devices().register(operator, 'meter', [{ deviceName: 'cell-1' }]);
    await register({ deviceName: 'cell-1' });
    expect(await refusal(devices().update(operator, 'meter.cell-1', { dialect: 'LWM2M' }))).toEqual([
      { code: 'ENDPOINT_EXISTS', field: 'dialect' },
    ]);
  });
});
