import type { GatewayRegistrations, RegisterInput } from '../../../core/registrations/contract';
import { createKnownRegistrations } from '../../../gateways/coap/known-registrations';
import { FakeCoapCore } from './fake-coap-core';

const PEER = { address: '192.0.2.1', port: 1_000 };
const WHERE = { gatewayId: 'g1', identity: null, peer: PEER };
const REGISTER: RegisterInput = { ...WHERE, endpoint: 'plain-1', version: '1.1', lifetimeSeconds: 600, binding: 'U', queueMode: true };
const ID = 'valves.plain-1';

function setUp() {
  const core = new FakeCoapCore();
  const state = { now: Date.now(), reads: 0 };
  const counting: GatewayRegistrations = {
    ...core.registrations,
    registrationOf(deviceId) {
      state.reads += 1;
      return core.registrations.registrationOf(deviceId);
    },
  };
  const known = createKnownRegistrations(counting, { most: 10, clock: () => new Date(state.now) });
  const register = async (input: Partial<RegisterInput> = {}): Promise<string> => {
    const accepted = await known.register({ ...REGISTER, ...input });
    if ('refused' in accepted) throw new Error(accepted.refused);
    return accepted.registrationId;
  };
  return { core, state, known, register };
}

test('a registration is read once for what is sent within two seconds', async () => {
  const { state, known, register } = setUp();
  await register();
  await Promise.all([known.registrationOf(ID), known.registrationOf(ID)]);
  state.now += 1_999;
  await known.registrationOf(ID);
  expect(state.reads).toBe(1);
  state.now += 2;
  await known.registrationOf(ID);
  expect(state.reads).toBe(2);
});

test('who is not registered is asked for each time', async () => {
  const { state, known } = setUp();
  expect([await known.registrationOf(ID), await known.registrationOf(ID)]).toEqual([null, null]);
  expect(state.reads).toBe(2);
});

test('one whose time is over is not registered, however lately it was read', async () => {
  const { state, known, register } = setUp();
  await register({ lifetimeSeconds: 60 });
  const found = await known.registrationOf(ID);
  state.now = (found?.expiresAt.getTime() ?? 0) - 500;
  expect(await known.registrationOf(ID)).not.toBeNull();
  state.now += 500;
  expect(await known.registrationOf(ID)).toBeNull();
});

test('what the gateway makes of a registration is known at once', async () => {
  const { known, register } = setUp();
  const first = await register();
  expect(await known.registrationOf(ID)).toMatchObject({ registrationId: first });
  const second = await register();
  expect(await known.registrationOf(ID)).toMatchObject({ registrationId: second });
  await known.update(second, { ...WHERE, peer: { ...PEER, port: 2_000 } });
  expect(await known.registrationOf(ID)).toMatchObject({ port: 2_000 });
  await known.deregister(second, { identity: null });
  expect(await known.registrationOf(ID)).toBeNull();
});

test('a device that has lost its address to another is not sent what is for it there', async () => {
  const { core, known, register } = setUp();
  await register();
  expect(await known.registrationOf(ID)).toMatchObject({ registrationId: 'r1' });
  const lost = core.stored.get(ID);
  if (lost) core.stored.set(ID, { ...lost, plainPeer: undefined, reachableUntil: new Date(0) });
  await register({ endpoint: 'plain-2' });
  expect(await known.registrationOf(ID)).toMatchObject({ reachableUntil: new Date(0) });
});

test('that it left a request unanswered is known at once', async () => {
  const { core, state, known, register } = setUp();
  const registrationId = await register();
  await known.registrationOf(ID);
  core.registrations.unanswered = async () => undefined;
  await known.unanswered(registrationId, 'g1', new Date(state.now));
  await known.registrationOf(ID);
  expect(state.reads).toBe(2);
});
