import { sessionOf } from '../../schema/model/registration/registration';
import type { Store } from '../../schema/mongo/connect';
import { type Gateways, idOf, startGateways } from '../support/lwm2m-gateways';
import { emptyStore, testStore } from '../support/store';

let store: Store;
let gateways: Gateways;

beforeAll(async () => {
  store = await testStore();
});
beforeEach(async () => {
  gateways = startGateways(store);
});
afterEach(async () => {
  await Promise.all([gateways.gw1.registrations.close(), gateways.gw2.registrations.close()]);
  await emptyStore(store);
});
afterAll(() => store.close());

/** R-DEV-2: what the two documents of each device say is one thing. */
async function expectAgreement(): Promise<void> {
  const registrations = new Map((await store.collections.registrations.find().toArray()).map((each) => [each._id, each]));
  for await (const { _id, online, gatewayId, sessionId } of store.collections.devices.find()) {
    const registration = registrations.get(_id);
    const expected = registration?.online
      ? { online: true, gatewayId: registration.gatewayId, sessionId: sessionOf(registration) }
      : { online: false, gatewayId: null, sessionId: null };
    expect({ online, gatewayId, sessionId }).toEqual(expected);
  }
}

test('news that do not get through are an error for who waits, and the documents agree all the same; saying it again is enough', async () => {
  await gateways.addDevices('m1');
  gateways.failures = 1;
  await expect(gateways.gw1.register('m1', { queueMode: true })).rejects.toThrow('did not get through');
  await expectAgreement();
  const id = gateways.accepted(await gateways.gw1.register('m1', { queueMode: true }));
  gateways.clock.advance(93_000);
  gateways.failures = 1;
  await expect(gateways.gw1.registrations.endDue()).rejects.toThrow('did not get through');
  await expectAgreement();
  gateways.failures = 1;
  await expect(gateways.gw1.update(id)).rejects.toThrow('did not get through');
  gateways.accepted(await gateways.gw1.update(id));
  await expectAgreement();
  expect(await gateways.device('m1')).toMatchObject({ online: true });
});

test('R-DEV-2 of many Registers of one endpoint at two gateways one stays, and the device is where it says', async () => {
  await gateways.addDevices('m1');
  const answers = await Promise.all(
    Array.from({ length: 24 }, (_, index) =>
      (index % 2 ? gateways.gw1 : gateways.gw2).register('m1', { peer: { address: '192.0.2.1', port: 1_000 + index } }),
    ),
  );
  const ids = answers.map(gateways.accepted);
  expect(new Set(ids).size).toBe(24);
  const { registrationId } = await gateways.registration('m1');
  expect(ids).toContain(registrationId);
  const updates = await Promise.all(ids.map((id) => gateways.gw1.update(id)));
  expect(updates.filter((answer) => 'registrationId' in answer).map((answer) => gateways.accepted(answer))).toEqual([registrationId]);
  await expectAgreement();
});

test('an Update that races a Register of its device is for the old registration or refused, never for both', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `race${index}`);
  await gateways.addDevices(...names);
  const first = (await Promise.all(names.map((name) => gateways.gw1.register(name)))).map(gateways.accepted);
  const links = { root: '', contentFormats: [], objects: [{ id: 9, version: null, instances: [0] }] };
  const [updates, registers] = await Promise.all([
    Promise.all(first.map((id) => gateways.gw2.update(id, { links }))),
    Promise.all(names.map((name) => gateways.gw1.register(name))),
  ]);
  for (const [index, name] of names.entries()) {
    const registration = await gateways.registration(name);
    expect(registration).toMatchObject({ registrationId: gateways.accepted(registers[index] as never), objects: [], gatewayId: 'gw-1' });
    const update = updates[index] as object;
    expect('refused' in update ? update.refused : 'accepted').toMatch(/^(unknown_registration|accepted)$/);
  }
  await expectAgreement();
});

test('an expiry that races Updates ends what was not updated, and nothing that was', async () => {
  const names = Array.from({ length: 60 }, (_, index) => `end${index}`);
  await gateways.addDevices(...names);
  const ids = (await Promise.all(names.map((name) => gateways.gw1.register(name, { lifetimeSeconds: 60, queueMode: true })))).map(
    gateways.accepted,
  );
  gateways.clock.advance(89_999);
  const [updates] = await Promise.all([
    Promise.all(ids.map((id, index) => (index % 2 ? gateways.gw2.update(id) : null))),
    gateways.gw1.registrations.endDue(),
    (async () => {
      await new Promise(setImmediate);
      gateways.clock.advance(1);
      await Promise.all([gateways.gw1.registrations.endDue(), gateways.gw2.registrations.endDue()]);
    })(),
  ]);
  for (const [index, name] of names.entries()) {
    const isThere = (await gateways.gw1.registrations.registrationOf(idOf(name))) !== null;
    const update = updates[index];
    expect(isThere).toBe(update != null && 'registrationId' in update);
  }
  await expectAgreement();
});

test('of several that are heard from one address at once the last has it', async () => {
  const names = Array.from({ length: 20 }, (_, index) => `same${index}`);
  await gateways.addDevices(...names);
  const peer = { address: '192.0.2.1', port: 7 };
  const first = (await Promise.all(names.slice(0, 10).map((name) => gateways.gw1.register(name)))).map(gateways.accepted);
  await Promise.all([
    ...first.map((id) => gateways.gw1.update(id, { peer })),
    ...names.slice(10).map((name) => gateways.gw1.register(name, { peer })),
  ]);
  expect(await store.collections.registrations.countDocuments({ plainPeer: 'gw-1 192.0.2.1 7' })).toBe(1);
  expect(await store.collections.devices.countDocuments({ online: true })).toBe(1);
  await expectAgreement();
});

const PLAIN = ['plain0', 'plain1', 'plain2', 'plain3'];

test.each([1, 2, 3, 4, 5, 6, 7, 8])('whatever two gateways are told at once, the documents agree in the end (%s)', async (seed) => {
  await gateways.addDevices(...PLAIN);
  const random = randomOf(seed);
  const known: string[] = [];
  const keep = (answer: object) => {
    if ('registrationId' in answer) known.push(answer.registrationId as string);
  };
  const step = async (): Promise<void> => {
    const gateway = random(2) ? gateways.gw1 : gateways.gw2;
    const gatewayId = gateway === gateways.gw1 ? 'gw-1' : 'gw-2';
    const name = PLAIN[random(PLAIN.length)] as string;
    const id = known[random(known.length || 1)] ?? 'none';
    const identity = random(3) ? null : `psk-${name}`;
    const peer = { address: '192.0.2.1', port: 1 + random(4) };
    const steps = [
      async () => keep(await gateway.register(name, { identity, peer, queueMode: random(2) === 0, lifetimeSeconds: 1 + random(300) })),
      async () => keep(await gateway.update(id, { identity, peer })),
      async () => void (await gateway.registrations.deregister(id, { identity })),
      async () => gateway.registrations.heard(id, gatewayId),
      async () => gateway.registrations.unanswered(id, gatewayId, gateways.clock()),
      async () => void (await gateway.registrations.endDue()),
      async () => void (await gateway.registrations.reachAgain(gatewayId)),
      async () => void (await gateway.registrations.end([idOf(name)])),
    ];
    await (steps[random(steps.length)] as () => Promise<void>)();
  };
  for (let round = 0; round < 12; round += 1) {
    await Promise.all(Array.from({ length: 8 }, step));
    gateways.clock.advance(random(60_000));
  }
  await Promise.all([gateways.gw1.registrations.close(), gateways.gw2.registrations.close()]);
  await gateways.gw1.registrations.endDue();
  await expectAgreement();
  expect(await store.collections.registrations.countDocuments({ expiresAt: { $lte: gateways.clock() } })).toBe(0);
  const online = await store.collections.registrations.find({ online: true }).toArray();
  expect(online.every(({ reachableUntil }) => reachableUntil > gateways.clock())).toBe(true);
  const addresses = online.filter(({ identity }) => identity === null).map(({ gatewayId, port }) => `${gatewayId}:${port}`);
  expect(new Set(addresses).size).toBe(addresses.length);
});

/** The same numbers for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed * 2_654_435_761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e37_79b9) | 0;
    return Math.abs(state >> 3) % below;
  };
}
