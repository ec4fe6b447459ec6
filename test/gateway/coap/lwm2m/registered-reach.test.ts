import { createRegisteredReach } from '../../../../gateways/coap/lwm2m/requests/registered-reach';
import type { Registration } from '../../../../schema/model/registration/registration';
import { createPeer } from '../front-support';

const start = Date.parse('2026-11-30T12:00:00Z');
const registration: Registration = {
  _id: 'p.d1',
  registrationId: 'r1',
  endpoint: 'd1',
  gatewayId: 'g1',
  address: '192.0.2.1',
  port: 56_830,
  identity: null,
  version: '1.1',
  lifetimeSeconds: 86_400,
  binding: 'U',
  queueMode: true,
  awakeSeconds: 93,
  root: '/lwm2m',
  contentFormats: [],
  objects: [],
  since: new Date(start),
  heardAt: new Date(start),
  expiresAt: new Date(start + 90_000_000),
  reachableUntil: new Date(start + 93_000),
  online: true,
  onlineAt: new Date(start),
  dueAt: new Date(start + 93_000),
  revision: 1,
};

function setUp(changes: Partial<Registration> | null = {}) {
  const peer = createPeer();
  const state = {
    now: start,
    kept: changes && { ...registration, ...changes },
    hasPeer: true,
    unanswered: [] as number[],
    heard: [] as string[],
  };
  const reach = createRegisteredReach({
    gatewayId: 'g1',
    registrations: {
      registrationOf: async () => state.kept,
      ackTimeoutSecondsOf: async () => 15,
      unanswered: async (_registrationId, _gatewayId, sentAt) => void state.unanswered.push(sentAt.getTime()),
      heard: (registrationId, gatewayId) => void state.heard.push(`${registrationId} ${gatewayId}`),
    },
    peerOf: () => (state.hasPeer ? peer : null),
    now: () => state.now,
  });
  return { peer, state, reach };
}

test('R-DEV-2 a device that listens is reached where it is, with what its product has', async () => {
  const { peer, reach } = setUp();
  expect(await reach.reach('p.d1')).toEqual({
    ...{ registrationId: 'r1', peer, version: '1.1', queueMode: true, root: '/lwm2m', ackTimeoutMs: 15_000 },
  });
});

test.each<[string, Partial<Registration> | null, string]>([
  ['is not registered', null, 'gone'],
  ['is registered at another gateway', { gatewayId: 'g2' }, 'gone'],
  ['has slept since', { reachableUntil: new Date(start) }, 'asleep'],
  ['has lost its address to another one', { queueMode: false, reachableUntil: new Date(start) }, 'asleep'],
])('R-DEV-2 a device that %s is not reached', async (_name, changes, expected) => {
  expect(await setUp(changes).reach.reach('p.d1')).toBe(expected);
});

test('R-DEV-2 a device whose session has ended has to be heard first', async () => {
  const { reach, state } = setUp();
  state.hasPeer = false;
  expect(await reach.reach('p.d1')).toBe('asleep');
});

test('R-DEV-2 a device is awake from its message on, before the store knows of it, for its window', async () => {
  const { reach, state } = setUp();
  state.now = start + 200_000;
  expect(await reach.reach('p.d1')).toBe('asleep');
  reach.heard('r1');
  expect(await reach.reach('p.d1')).toMatchObject({ registrationId: 'r1' });
  state.now += 92_999;
  expect(await reach.reach('p.d1')).toMatchObject({ registrationId: 'r1' });
  state.now += 1;
  expect(await reach.reach('p.d1')).toBe('asleep');
});

test('R-DEV-2 an answer begins the window anew, here and in the store', async () => {
  const { reach, state } = setUp({ reachableUntil: new Date(start + 1_000) });
  const device = await reach.reach('p.d1');
  if (typeof device === 'string') throw new Error(device);
  state.now += 500;
  reach.answered(device);
  state.now += 92_999;
  expect(await reach.reach('p.d1')).toMatchObject({ registrationId: 'r1' });
  expect(state.heard).toEqual(['r1 g1']);
});

test('R-DEV-2 a request without an answer ends the window, unless the device was heard since', async () => {
  const { reach, state } = setUp({ reachableUntil: new Date(start) });
  reach.heard('r1');
  const device = await reach.reach('p.d1');
  if (typeof device === 'string') throw new Error(device);
  await reach.unanswered(device, new Date(start - 1));
  expect(state.unanswered).toEqual([]);
  await reach.unanswered(device, new Date(start));
  expect(state.unanswered).toEqual([start]);
  expect(await reach.reach('p.d1')).toBe('asleep');
});
