import type { Store } from '../../schema/mongo/connect';
import { operator } from '../support/core-parts';
import { type Gateways, idOf, startGateways } from '../support/lwm2m-gateways';
import { emptyStore, testStore } from '../support/store';

let store: Store;
let gateways: Gateways;

beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  gateways = startGateways(store);
  await gateways.addDevices('m1', 'm2', 'secure1');
});
afterEach(() => emptyStore(store));
afterAll(() => store.close());

const LINKS = { root: '', contentFormats: [110], objects: [{ id: 3, version: '1.1', instances: [0] }] };

describe('R-DEV-2 who may register', () => {
  const answer = async (fields: Parameters<Gateways['gw1']['register']>[1]) => {
    const told = await gateways.gw1.register('m1', fields);
    return 'refused' in told ? told.refused : told.deviceId;
  };

  test.each([
    ['its endpoint, without DTLS', { endpoint: 'm1' }, idOf('m1')],
    ['its endpoint and its identity', { endpoint: 'm1', identity: 'psk-m1' }, idOf('m1')],
    ['its other identity', { endpoint: 'm1', identity: 'next-m1' }, idOf('m1')],
    ['its identity alone', { endpoint: null, identity: 'psk-m1' }, idOf('m1')],
    ['nothing', { endpoint: null }, 'no_endpoint'],
    ["another one's identity", { endpoint: 'm1', identity: 'psk-m2' }, 'wrong_identity'],
    [
      'its identity, by the key it has',
      { endpoint: 'm1', identity: 'psk-m1', proof: { registration: null, psk: 'of psk-m1' } },
      idOf('m1'),
    ],
    [
      'its identity, by a key it had before',
      { endpoint: 'm1', identity: 'psk-m1', proof: { registration: null, psk: 'old' } },
      'wrong_identity',
    ],
    ['an identity that nobody has', { endpoint: 'm1', identity: 'psk-nobody' }, 'wrong_identity'],
    ['an endpoint that nobody has, with its identity', { endpoint: 'nobody', identity: 'psk-m1' }, 'wrong_identity'],
    ['an endpoint that nobody has', { endpoint: 'nobody' }, 'unknown_endpoint'],
    ['plain CoAP where its product wants DTLS', { endpoint: 'secure1' }, 'plain_not_allowed'],
    ['DTLS where its product wants it', { endpoint: 'secure1', identity: 'psk-secure1' }, idOf('secure1')],
  ] as const)('%s', async (_, fields, expected) => expect(await answer(fields)).toBe(expected));

  test('nobody who is disabled, with DTLS or without', async () => {
    await gateways.gw1.devices.setEnabled(operator, [idOf('m1')], false);
    expect([await answer({}), await answer({ identity: 'psk-m1' })]).toEqual(['disabled', 'wrong_identity']);
    expect(await store.collections.registrations.countDocuments()).toBe(0);
  });

  test('no more, and with no more links, than the limits let', async () => {
    const few = startGateways(store, { lwm2mRegistrations: 1, registrationLinks: 8 });
    const objects = [
      { id: 3, version: null, instances: [] },
      { id: 5, version: null, instances: [0, 1, 2, 3, 4, 5, 6, 7] },
    ];
    expect(await few.gw1.register('m1', { objects })).toEqual({ refused: 'too_many_links' });
    few.accepted(await few.gw1.register('m1', { objects: objects.slice(1) }));
    expect(await few.gw1.register('m2')).toEqual({ refused: 'too_many_registrations' });
    const again = few.accepted(await few.gw1.register('m1'));
    expect(await few.gw1.update(again, { links: { ...LINKS, objects } })).toEqual({ refused: 'too_many_links' });
  });
});

test('R-DEV-2 registrations that are asked for at once are read together', async () => {
  const [one, other] = [gateways.accepted(await gateways.gw1.register('m1')), gateways.accepted(await gateways.gw1.register('m2'))];
  const { registrations } = gateways.gw1;
  const reads = [jest.spyOn(store.collections.registrations, 'find'), jest.spyOn(store.collections.registrations, 'findOne')];
  try {
    const found = await Promise.all(['m1', 'm2', 'secure1', 'm1'].map((name) => registrations.registrationOf(idOf(name))));
    expect(found.map((each) => each?.registrationId)).toEqual([one, other, undefined, one]);
    expect(reads.map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
  } finally {
    for (const read of reads) read.mockRestore();
  }
});

describe('R-DEV-2 a registration', () => {
  test('brings its device on-line, and is answered with a location that nobody guesses and small clients can keep', async () => {
    const id = gateways.accepted(await gateways.gw1.register('m1', { ...LINKS, lifetimeSeconds: 300 }));
    expect(id).toMatch(/^[\w-]{12}$/);
    expect(await gateways.registration('m1')).toMatchObject({ registrationId: id, ...LINKS, since: gateways.clock(), online: true });
    expect(await gateways.device('m1')).toMatchObject({ online: true, gatewayId: 'gw-1', sessionId: `coap ${id}`, presenceRevision: 1 });
    expect(gateways.told).toEqual(['m1 came']);
  });

  test('takes the place of the one before, whatever address and gateway that came from', async () => {
    const first = gateways.accepted(await gateways.gw1.register('m1', LINKS));
    const second = await gateways.gw2.register('m1', { peer: { address: '2001:db8::7', port: 5 } });
    expect(second).toMatchObject({ replaced: first, registration: { objects: [], address: '2001:db8::7' } });
    expect(await gateways.gw1.update(first)).toEqual({ refused: 'unknown_registration' });
    expect(await gateways.gw1.registrations.deregister(first, { identity: null })).toEqual({ refused: 'unknown_registration' });
    expect(await gateways.device('m1')).toMatchObject({ online: true, gatewayId: 'gw-2', presenceRevision: 2 });
    expect(await gateways.device('m1')).toMatchObject({ streak: { connections: 2, takeovers: 1 } });
    expect(gateways.told).toEqual(['m1 came', 'm1 came']);
  });

  test('is kept by Updates, which change what they name', async () => {
    const id = gateways.accepted(await gateways.gw1.register('m1', LINKS));
    gateways.clock.advance(600_000);
    const before = await gateways.device('m1');
    gateways.accepted(await gateways.gw1.update(id, { peer: { address: '192.0.2.1', port: 9 } }));
    expect(await gateways.registration('m1')).toMatchObject({
      ...LINKS,
      port: 9,
      expiresAt: new Date(gateways.clock().getTime() + 660_000),
    });
    gateways.accepted(await gateways.gw1.update(id, { lifetimeSeconds: 60, links: { ...LINKS, objects: [] } }));
    expect(await gateways.registration('m1')).toMatchObject({ objects: [], lifetimeSeconds: 60 });
    expect(await gateways.device('m1')).toEqual(before);
    gateways.clock.advance(90_000);
    expect(await gateways.gw1.update(id)).toEqual({ refused: 'unknown_registration' });
  });

  test('goes over to another gateway with an Update that comes there', async () => {
    const id = gateways.accepted(await gateways.gw1.register('m1'));
    gateways.accepted(await gateways.gw2.update(id));
    expect(await gateways.device('m1')).toMatchObject({ online: true, gatewayId: 'gw-2', sessionId: `coap ${id}`, presenceRevision: 2 });
    await gateways.gw1.devices.gatewayReset('gw-1', gateways.clock());
    expect(await gateways.device('m1')).toMatchObject({ online: true, gatewayId: 'gw-2' });
  });

  test('ends with De-register, once', async () => {
    const id = gateways.accepted(await gateways.gw1.register('m1'));
    expect(await gateways.gw2.registrations.deregister(id, { identity: null })).toEqual({ deviceId: idOf('m1') });
    expect(await gateways.gw1.registrations.deregister(id, { identity: null })).toEqual({ refused: 'unknown_registration' });
    expect(await gateways.device('m1')).toMatchObject({ online: false, gatewayId: null, sessionId: null, presenceRevision: 2 });
    expect(gateways.told).toEqual(['m1 came', 'm1 went']);
  });

  test('belongs to who made it: another identity, or none, changes and ends nothing', async () => {
    const id = gateways.accepted(await gateways.gw1.register('m1', { identity: 'psk-m1' }));
    for (const identity of ['psk-m2', null]) {
      expect(await gateways.gw1.update(id, { identity })).toEqual({ refused: 'wrong_identity' });
      expect(await gateways.gw1.registrations.deregister(id, { identity })).toEqual({ refused: 'wrong_identity' });
    }
    gateways.accepted(await gateways.gw1.update(id, { identity: 'next-m1' }));
    expect(await gateways.registration('m1')).toMatchObject({ identity: 'next-m1' });
  });

  test('follows the settings of its product with an Update: how long it is awake, and whether it may be without DTLS', async () => {
    const plain = gateways.accepted(await gateways.gw1.register('m1', { queueMode: true }));
    const secure = gateways.accepted(await gateways.gw1.register('m2', { queueMode: true, identity: 'psk-m2' }));
    gateways.settings = { plainCoap: false, awakeSeconds: 10, ackTimeoutSeconds: 2 };
    expect(await gateways.gw1.update(plain)).toEqual({ refused: 'plain_not_allowed' });
    expect(await gateways.device('m1')).toMatchObject({ online: false });
    gateways.accepted(await gateways.gw1.update(secure, { identity: 'psk-m2' }));
    expect(await gateways.registration('m2')).toMatchObject({ reachableUntil: new Date(gateways.clock().getTime() + 10_000) });
    expect(await store.collections.registrations.countDocuments()).toBe(1);
  });

  test.each(['disabled', 'deleted'])('of a device that is %s is over, and so is the presence', async (how) => {
    const id = gateways.accepted(await gateways.gw1.register('m1'));
    if (how === 'deleted') await gateways.gw2.devices.delete(operator, [idOf('m1')]);
    else await gateways.gw2.devices.setEnabled(operator, [idOf('m1')], false);
    expect(await gateways.gw1.update(id)).toEqual({ refused: 'unknown_registration' });
    expect(await store.collections.registrations.countDocuments()).toBe(0);
    if (how === 'disabled') expect(await gateways.device('m1')).toMatchObject({ online: false });
  });

  test('that a crash has left of a disabled device is ended by the periodic job, or by its next Update', async () => {
    const sleepy = gateways.accepted(await gateways.gw1.register('m2', { queueMode: true }));
    gateways.accepted(await gateways.gw1.register('m1'));
    gateways.clock.advance(93_000);
    await gateways.gw1.registrations.endDue();
    await store.collections.devices.updateMany({}, { $set: { enabled: false } });
    await gateways.gw2.registrations.endDue();
    expect(await gateways.device('m1')).toMatchObject({ online: false });
    expect(await gateways.gw1.update(sleepy)).toEqual({ refused: 'disabled' });
    expect(await store.collections.registrations.countDocuments()).toBe(0);
  });
});

test('an address belongs to whoever was heard from it last: a request for the one before would reach the wrong device', async () => {
  const peer = { address: '198.51.100.7', port: 1_234 };
  gateways.accepted(await gateways.gw1.register('m1', { peer }));
  const second = gateways.accepted(await gateways.gw1.register('m2', { peer }));
  expect(await gateways.device('m1')).toMatchObject({ online: false });
  expect(await gateways.registration('m1')).toMatchObject({ online: false, reachableUntil: gateways.clock() });
  expect(await gateways.gw1.registrations.reachAgain('gw-1')).toBe(0);
  expect((await gateways.gw1.registrations.registrationAt('gw-1', peer))?.registrationId).toBe(second);
  expect(await gateways.gw1.registrations.registrationAt('gw-2', peer)).toBeNull();
  expect(gateways.told).toEqual(['m1 came', 'm2 came', 'm1 went']);
});

test('those of a gateway are read in pages, and those of some devices in their order', async () => {
  for (const name of ['m2', 'm1']) gateways.accepted(await gateways.gw1.register(name));
  const { registrations } = gateways.gw1;
  const [first] = await registrations.registrationsAt('gw-1', { most: 1 });
  expect(first?._id).toBe(idOf('m1'));
  expect((await registrations.registrationsAt('gw-1', { after: first?._id })).map(({ _id }) => _id)).toEqual([idOf('m2')]);
  expect(await registrations.registrationsAt('gw-2')).toEqual([]);
  expect((await registrations.ofDevices([idOf('m2'), idOf('secure1'), idOf('m1')])).map((each) => each?._id)).toEqual([
    idOf('m2'),
    undefined,
    idOf('m1'),
  ]);
  gateways.clock.advance(660_000);
  expect(await registrations.registrationOf(idOf('m1'))).toBeNull();
});

test('those of a gateway are counted, and those of them that listen', async () => {
  gateways.accepted(await gateways.gw1.register('m1'));
  gateways.accepted(await gateways.gw1.register('m2', { binding: 'UQ', queueMode: true }));
  const { registrations } = gateways.gw1;
  expect(await registrations.countsAt('gw-1')).toEqual({ registered: 2, online: 2 });
  gateways.clock.advance(120_000);
  await registrations.endDue();
  expect(await registrations.countsAt('gw-1')).toEqual({ registered: 2, online: 1 });
  expect(await registrations.countsAt('gw-2')).toEqual({ registered: 0, online: 0 });
});
