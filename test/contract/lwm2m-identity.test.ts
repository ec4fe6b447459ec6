import type { DeviceToRegister } from '../../core/devices/contract';
import { useCells } from '../support/cells';
import { operator, refusal } from '../support/core-parts';

const [FIRST, SECOND] = ['1', '2'].map((digit) => digit.repeat(64)) as [string, string];
const { devices, register, id, keyOf, identities, psk, parts, store } = useCells();

describe('R-FLOW-7 a registration', () => {
  test('R-FLOW-7 gives an LwM2M device its name as endpoint name, and a key that is told once', async () => {
    const [device] = await register({ deviceName: 'cell-1' });
    expect(device).toMatchObject({
      lwm2m: { endpoint: 'cell-1' },
      psk: { identity: 'cell-1', key: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(await devices().pskOf('cell-1')).toMatchObject({ deviceId: id('cell-1'), key: Buffer.from(device?.psk?.key ?? '', 'hex') });
    expect(JSON.stringify(await devices().get(id('cell-1')))).not.toContain(device?.psk?.key);
  });

  test('R-FLOW-7 takes an endpoint name and up to two keys, and tells none of them', async () => {
    const psks = [psk('old', FIRST.toUpperCase()), psk('new', SECOND)];
    const [device] = await register({ deviceName: 'cell-1', lwm2m: { endpoint: 'urn:imei:1', psks } });
    expect(device?.psk).toBeUndefined();
    expect([device?.lwm2m?.endpoint, identities(device)]).toEqual(['urn:imei:1', ['old', 'new']]);
    expect([await keyOf('old'), await keyOf('new'), await keyOf('other')]).toEqual([FIRST, SECOND, null]);
  });

  test('R-FLOW-7 makes no key where none is wanted, nor where the product does without', async () => {
    await parts().core.products.create(operator, { key: 'plain', name: 'P', dialect: 'LWM2M', plainCoap: true });
    const [none] = await register({ deviceName: 'cell-1', lwm2m: { psks: [] } });
    const [plain] = await devices().register(operator, 'plain', [{ deviceName: 'cell-2' }]);
    expect([none?.psk, plain?.psk, identities(none), identities(plain)]).toEqual([undefined, undefined, [], []]);
  });

  test('R-FLOW-7 of a device of another dialect has nothing of it, and takes nothing', async () => {
    const [device] = await devices().register(operator, 'meter', [{ deviceName: 'dev-1' }]);
    expect(device).not.toHaveProperty('lwm2m');
    expect(await refusal(devices().register(operator, 'meter', [{ deviceName: 'dev-2', lwm2m: {} }]))).toEqual([
      { code: 'IDENTITY_DIALECT', field: 'devices[0].lwm2m' },
    ]);
    expect(await refusal(register({ deviceName: 'cell-1', certificateFingerprints: [FIRST] }))).toEqual([
      { code: 'CERTIFICATE_DIALECT', field: 'devices[0].certificateFingerprints' },
    ]);
  });

  // jvermillard/leshan#32: one identity for several devices; the same key is nobody's concern.
  test.each<[string, DeviceToRegister[], object[]]>([
    [
      'an endpoint name of another product',
      [{ deviceName: 'cell-3' }, { deviceName: 'cell-2', lwm2m: { endpoint: 'taken', psks: [] } }],
      [{ code: 'ENDPOINT_EXISTS', field: 'devices[1].lwm2m.endpoint' }],
    ],
    [
      'a PSK identity of another product',
      [{ deviceName: 'cell-2', lwm2m: { psks: [psk('mine', FIRST), psk('taken-psk', FIRST)] } }],
      [{ code: 'PSK_IDENTITY_EXISTS', field: 'devices[0].lwm2m.psks[1].identity' }],
    ],
    [
      'its own name, which is an endpoint name of another device',
      [{ deviceName: 'taken', lwm2m: { psks: [] } }],
      [{ code: 'ENDPOINT_EXISTS', field: 'devices[0].lwm2m.endpoint' }],
    ],
    [
      'its endpoint name, which is a PSK identity of another device',
      [{ deviceName: 'taken-psk' }],
      [{ code: 'PSK_IDENTITY_EXISTS', field: 'devices[0].lwm2m.psks' }],
    ],
    [
      'one endpoint name in the list twice',
      [
        { deviceName: 'cell-2', lwm2m: { endpoint: 'cell-3', psks: [] } },
        { deviceName: 'cell-3', lwm2m: { psks: [] } },
      ],
      [{ code: 'ENDPOINT_EXISTS', field: 'devices[1].lwm2m.endpoint' }],
    ],
    [
      'one PSK identity in the list twice',
      [
        { deviceName: 'cell-2', lwm2m: { psks: [psk('a', FIRST)] } },
        { deviceName: 'cell-3', lwm2m: { psks: [psk('a', SECOND)] } },
      ],
      [{ code: 'PSK_IDENTITY_EXISTS', field: 'devices[1].lwm2m.psks[0].identity' }],
    ],
    [
      'an endpoint name that is too long for a key to be made',
      [{ deviceName: 'cell-2', lwm2m: { endpoint: '水'.repeat(60) } }],
      [{ code: 'REQUIRED', field: 'devices[0].lwm2m.psks' }],
    ],
  ])('R-FLOW-7 is refused as a whole, and names the field: %s', async (_name, list, refused) => {
    await devices().register(operator, 'meter', [
      { deviceName: 'dev-1', dialect: 'LWM2M', lwm2m: { endpoint: 'taken', psks: [psk('taken-psk', FIRST)] } },
    ]);
    expect(await refusal(register(...list))).toEqual(refused);
    expect(await store().collections.devices.countDocuments()).toBe(1);
  });

  test('R-FLOW-7 of two at the same moment that want one endpoint name, one is made', async () => {
    const names = ['cell-1', 'cell-2', 'cell-3', 'cell-4'];
    const all = await Promise.allSettled(names.map((deviceName) => register({ deviceName, lwm2m: { endpoint: 'one', psks: [] } })));
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = all.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    for (const reason of refused) expect(reason.errors).toMatchObject([{ code: 'ENDPOINT_EXISTS' }]);
  });

  test('R-FLOW-7 what a deleted device was known by is free again', async () => {
    await register({ deviceName: 'cell-1' });
    await devices().delete(operator, [id('cell-1')]);
    expect([await devices().pskOf('cell-1'), await devices().deviceOfEndpoint('cell-1')]).toEqual([null, null]);
    await register({ deviceName: 'cell-2', lwm2m: { endpoint: 'cell-1' } });
    expect(await devices().deviceOfEndpoint('cell-1')).toMatchObject({ deviceId: id('cell-2') });
  });
});

describe('R-FLOW-7 a gateway is told', () => {
  test('R-FLOW-7 who has an identity, but not of a disabled device', async () => {
    await register({ deviceName: 'cell-1', lwm2m: { psks: [psk('one', FIRST)] } });
    await devices().setEnabled(operator, [id('cell-1')], false);
    expect(await devices().pskOf('one')).toBeNull();
    expect(await devices().deviceOfEndpoint('cell-1')).toMatchObject({ deviceId: id('cell-1'), enabled: false });
  });

  test('R-FLOW-7 an endpoint name exactly as it was registered', async () => {
    await register({ deviceName: 'cell-1', lwm2m: { endpoint: 'Meter 1', psks: [] } });
    const found = await Promise.all(['Meter 1', 'meter 1', 'Meter 1 ', 'Meter%201', ''].map((name) => devices().deviceOfEndpoint(name)));
    expect(found.map((device) => device?.deviceId)).toEqual([id('cell-1'), undefined, undefined, undefined, undefined]);
  });

  test('R-FLOW-7 how a product’s devices are spoken to, from the next message on', async () => {
    await register({ deviceName: 'cell-1', lwm2m: { psks: [] } });
    expect(await devices().lwm2mDevice(id('cell-1'))).toEqual({
      ...{ deviceId: id('cell-1'), productKey: 'cells', enabled: true, endpoint: 'cell-1', pskIdentities: [] },
      ...{ plainCoap: false, awakeSeconds: 93, ackTimeoutSeconds: 2, proof: { registration: expect.any(String), endpoint: 'cell-1' } },
    });
    await parts().core.products.update(operator, 'cells', { plainCoap: true, awakeSeconds: 20, ackTimeoutSeconds: 12 });
    expect(await devices().lwm2mDevice(id('cell-1'))).toMatchObject({ plainCoap: true, awakeSeconds: 20, ackTimeoutSeconds: 12 });
    await parts().core.products.update(operator, 'cells', { plainCoap: false });
    expect(await devices().lwm2mDevice(id('cell-1'))).toMatchObject({ plainCoap: false, awakeSeconds: 20 });
    expect(await devices().lwm2mDevice('meter.dev-1')).toBeNull();
  });

  test('many devices that come at once are read together, with their product', async () => {
    const names = Array.from({ length: 40 }, (_, n) => `cell-${n}`);
    for (const deviceName of names) await register({ deviceName, lwm2m: { psks: [] } });
    const { devices: stored, products } = store().collections;
    const reads = [
      jest.spyOn(stored, 'find'),
      jest.spyOn(products, 'find'),
      jest.spyOn(stored, 'findOne'),
      jest.spyOn(products, 'findOne'),
    ];
    try {
      const found = await Promise.all(names.map((name) => devices().deviceOfEndpoint(name)));
      expect(found.map((device) => device?.deviceId)).toEqual(names.map(id));
      expect(reads.map(({ mock }) => mock.calls.length)).toEqual([1, 1, 0, 0]);
    } finally {
      for (const read of reads) read.mockRestore();
    }
  });

  // thingsboard/thingsboard#5436: a device that was given a key went on without it.
  test('R-FLOW-7 that a device with a key has to show it, whatever its product allows', async () => {
    await parts().core.products.update(operator, 'cells', { plainCoap: true });
    await register({ deviceName: 'cell-1', lwm2m: { psks: [psk('one', FIRST)] } });
    expect(await devices().deviceOfEndpoint('cell-1')).toMatchObject({ plainCoap: false, pskIdentities: ['one'] });
  });

  test('R-FLOW-7 by one look each, along an index of LwM2M devices alone', async () => {
    await devices().register(operator, 'meter', [{ deviceName: 'dev-1' }, { deviceName: 'dev-2' }]);
    await register({ deviceName: 'cell-1' });
    for (const filter of [{ 'lwm2m.endpoint': 'cell-1' }, { 'lwm2m.psks.identity': 'cell-1' }]) {
      const { executionStats } = await store().collections.devices.find(filter).explain('executionStats');
      expect([executionStats.totalDocsExamined, executionStats.totalKeysExamined]).toEqual([1, 1]);
    }
    const indexes = await store().collections.devices.indexes();
    for (const name of ['endpoint', 'pskIdentity'])
      expect(indexes.find((index) => index.name === name)).toMatchObject({ unique: true, partialFilterExpression: expect.anything() });
  });
});
