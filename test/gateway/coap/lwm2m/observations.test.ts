import { observeToken } from '../../../../gateways/coap/lwm2m/requests/observe-token';
import { content, createScriptedDevice, type Script } from './scripted-device';

const terms = { waitMs: 600_000 };
const secret = Buffer.alloc(32, 7);
const token = observeToken(secret, 'r1', '/5/0/3');
const state = (value: number) => content(0, String(value));
const observes =
  (number: number, value = 0): Script =>
  (request) =>
    request.token.equals(token) ? content(0, String(value), { observe: number }) : { code: 0x84 };
const valuesOf = ({ notifications }: ReturnType<typeof createScriptedDevice>) => notifications.map(({ resources }) => resources[0]?.value);

test('an observation begins with the value of now, and with a token that any gateway can compute', async () => {
  const device = createScriptedDevice(observes(7, 1));
  expect(await device.requests.observe('d1', '/5/0/3', terms)).toEqual({
    done: { resources: [{ path: '/5/0/3', value: 1 }], mistyped: [], observed: true },
  });
  await device.notify(8, state(2), { token });
  expect(device.notifications).toEqual([
    { deviceId: 'd1', registrationId: 'r1', path: '/5/0/3', resources: [{ path: '/5/0/3', value: 2 }], mistyped: [] },
  ]);
});

test('another gateway, which has never asked, knows what a notification is about', async () => {
  const device = createScriptedDevice(() => null);
  await device.notify(9, state(2), { token, type: 'CON' });
  expect([valuesOf(device), device.drops, device.resets]).toEqual([[2], [], []]);
});

test('a device that answers and will not tell of changes', async () => {
  const device = createScriptedDevice(() => state(1));
  expect(await device.requests.observe('d1', '/5/0/3', terms)).toMatchObject({ done: { observed: false } });
});

test('confirmable or not, replayed and reordered ones are dropped and counted', async () => {
  const device = createScriptedDevice(observes(10));
  await device.requests.observe('d1', '/5/0/3', terms);
  await device.notify(12, state(1), { token });
  await device.notify(11, state(9), { token, type: 'CON' });
  await device.notify(12, state(9), { token });
  await device.notify(13, state(2), { token, type: 'CON' });
  await device.notify(0xff_ffff, state(9), { token });
  expect(valuesOf(device)).toEqual([1, 2]);
  expect(device.drops).toEqual(['reordered', 'replayed', 'reordered']);
  expect(device.resets).toEqual([]);
});

test('a device that restarts its numbers is heard again after 128 s', async () => {
  const device = createScriptedDevice(observes(1_000));
  await device.requests.observe('d1', '/5/0/3', terms);
  await device.notify(1, state(1), { token });
  device.clock.advance(128_001);
  await device.notify(1, state(2), { token });
  expect([valuesOf(device), device.drops]).toEqual([[2], ['reordered']]);
});

test('notifications in TLV, and in SenML-CBOR with the base last', async () => {
  const device = createScriptedDevice(() => null);
  await device.notify(1, content(11542, Buffer.from('c10302', 'hex')), { token });
  await device.notify(2, content(112, Buffer.from('81a2020321672f352f302f332f', 'hex')), { token });
  expect(valuesOf(device)).toEqual([2, 3]);
});

test.each<[string, Buffer]>([
  ['a token of an earlier registration', observeToken(secret, 'r0', '/5/0/3')],
  ['a token of another secret', observeToken(Buffer.alloc(32), 'r1', '/5/0/3')],
  ['no token', Buffer.alloc(0)],
])('a notification with %s is reset (eclipse-leshan/leshan#862)', async (_name, strange) => {
  const device = createScriptedDevice(() => null);
  await device.notify(1, state(2), { token: strange, type: 'CON' });
  expect([device.notifications, device.drops, device.resets.length]).toEqual([[], ['unknown_token'], 1]);
});

test.each([
  ['who has proven who it is', 'id-1', 1],
  ['behind a port that is nobody’s, as that of a device that NAT has moved (eclipse-leshan/leshan#1636)', null, 0],
])('a notification of somebody %s and is not registered: so many resets', async (_who, identity, resets) => {
  const device = createScriptedDevice(() => null);
  Object.assign(device.state, { registered: false, identity });
  await device.notify(1, state(2), { token, type: 'CON' });
  expect([device.drops, device.resets.length]).toEqual([['not_registered'], resets]);
  Object.assign(device.state, { registered: true, identity: null });
  await device.notify(1, state(2), { token, type: 'CON' });
  expect(device.notifications).toHaveLength(1);
});

test('after the end of an observation notifications are reset, whatever the device answered (zephyrproject-rtos/zephyr#8287)', async () => {
  const device = createScriptedDevice((request) =>
    request.options[0]?.value.length === 0 ? content(0, '0', { observe: 1 }) : { code: 0x84 },
  );
  await device.requests.observe('d1', '/5/0/3', terms);
  expect(await device.requests.cancelObserve('d1', '/5/0/3', terms)).toEqual({ failed: 'refused', code: '4.04', text: '' });
  await device.notify(2, state(2), { token, type: 'CON' });
  expect([device.notifications, device.drops, device.resets.length]).toEqual([[], ['canceled'], 1]);
  await device.requests.observe('d1', '/5/0/3', terms);
  await device.notify(3, state(2), { token });
  expect(valuesOf(device)).toEqual([2]);
});

test('a device that refuses to be observed, and notifies all the same, is reset (zephyrproject-rtos/zephyr#8286)', async () => {
  const device = createScriptedDevice(() => ({ code: 0x85 }));
  expect(await device.requests.observe('d1', '/5/0/3', terms)).toMatchObject({ failed: 'refused', code: '4.05' });
  await device.notify(2, state(2), { token, type: 'CON' });
  expect([device.drops, device.resets.length]).toEqual([['canceled'], 1]);
});

test('observed twice, a resource has one token, and notifications go on (zephyrproject-rtos/zephyr#63373)', async () => {
  const device = createScriptedDevice(observes(3));
  await device.requests.observe('d1', '/5/0/3', terms);
  await device.requests.observe('d1', '/5/0/3', terms);
  await device.notify(4, state(1), { token, type: 'CON' });
  expect([valuesOf(device), device.drops]).toEqual([[1], []]);
});

test('a client whose numbers are all 0 is heard every 128 s (eclipse-archived/californium.core#40)', async () => {
  const device = createScriptedDevice(observes(0));
  await device.requests.observe('d1', '/5/0/3', terms);
  await device.notify(0, state(1), { token });
  device.clock.advance(128_001);
  await device.notify(0, state(2), { token });
  expect([valuesOf(device), device.drops]).toEqual([[2], ['replayed']]);
});

test('no Content-Format in a notification: text (eclipse-leshan/leshan#204)', async () => {
  const device = createScriptedDevice(() => null);
  await device.notify(1, { code: 0x45, payload: '2' }, { token });
  expect(valuesOf(device)).toEqual([2]);
});

test('what cannot be read is dropped, and the observation stays', async () => {
  const device = createScriptedDevice(() => null);
  await device.notify(1, content(110, '[{"v":'), { token });
  await device.notify(2, content(0, '2', { options: [{ number: 23, value: Buffer.from([0x0e]) }] }), { token });
  await device.notify(3, state(1), { token });
  expect([valuesOf(device), device.drops, device.resets]).toEqual([[1], ['unreadable', 'in_blocks'], []]);
});

test('an error in place of a value ends the observation', async () => {
  const device = createScriptedDevice(() => null);
  await device.notify(1, { code: 0x84 }, { token });
  await device.notify(2, state(1), { token });
  expect([device.notifications, device.drops]).toEqual([[], ['ended', 'canceled']]);
});

test('a notification that could not be kept is taken when the device repeats it', async () => {
  const device = createScriptedDevice(() => null);
  device.state.refuseNotifications = true;
  await device.notify(1, state(2), { token, type: 'CON' });
  device.state.refuseNotifications = false;
  await device.notify(1, state(2), { token, type: 'CON' });
  expect([valuesOf(device), device.drops]).toEqual([[2], []]);
});

test('only what may be observed is', async () => {
  const device = createScriptedDevice(() => null);
  await expect(device.requests.observe('d1', '/3/0/13', terms)).rejects.toThrow(RangeError);
});
