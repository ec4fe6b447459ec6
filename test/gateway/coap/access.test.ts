import { CODE } from '../../../gateways/coap/message/codes';
import { type Ask, told } from './coap-client';
import { type RunningCoap, startCoapGateway } from './coap-support';

const register = (query: string): Ask => ({ path: '/rd', query });

describe('what let a device in is good no more', () => {
  let running: RunningCoap;
  beforeAll(async () => {
    running = await startCoapGateway();
  });
  afterAll(() => running.stop());

  test('a session that the old key let in ends, and the one of the next key stays', async () => {
    const [old, next] = await Promise.all([running.secure('valve-1'), running.secure('next-1')]);
    running.core.generations.set('valve-1', 'gone');
    running.core.ends.push('valves.valve-1');
    expect(await old.untilEnded()).toBe('closed');
    expect(told(await next.ask({ path: '/rd/x' }))).toBe('4.04');
    running.core.generations.clear();
  });

  test('a handshake that outlasts its key brings no registration, and no session for longer than a second', async () => {
    const { core } = running;
    const { pskOf, reviewConnected } = core.devices;
    // Sessions that have begun are looked at each second: this one may be found out before it has asked.
    let asked = () => {};
    const hasAsked = new Promise<void>((resolve) => (asked = resolve));
    core.devices.reviewConnected = async (connected) => hasAsked.then(() => reviewConnected(connected));
    // The key changes, and somebody else begins with the same identity, before the handshake is over.
    core.devices.pskOf = async (identity) => {
      const found = await pskOf(identity);
      core.generations.set('valve-2', 'another');
      await pskOf(identity);
      return found;
    };
    const device = await running.secure('valve-2');
    core.devices.pskOf = pskOf;
    expect(told(await device.ask(register('lwm2m=1.1')))).toBe('4.03');
    asked();
    expect(await device.untilEnded()).toBe('closed');
    core.devices.reviewConnected = reviewConnected;
    core.generations.clear();
  });

  test('a session that ends before its Register is answered is no way to the device', async () => {
    const { core, gateway } = running;
    const device = await running.secure('valve-1');
    let release = () => {};
    core.hold = new Promise((resolve) => (release = resolve));
    // Its answer goes nowhere.
    device.ask(register('lwm2m=1.1')).catch(() => undefined);
    await core.until('register null');
    core.generations.set('valve-1', 'another');
    core.ends.push('valves.valve-1');
    await device.untilEnded();
    core.generations.clear();
    release();
    await core.hold;
    while ((await running.counted('registrations_total', { result: 'registered' })) < 1) await new Promise(setImmediate);
    expect(gateway.pushers[0]?.link.isConnected('valves.valve-1')).toBe(false);
  });

  test('a device whose registration is over is told so when it sends something, also where it was heard before', async () => {
    const device = await running.plain();
    const sent = { path: '/dp', contentFormat: 110, payload: '[{"n":"/3/0/9","v":50}]' };
    expect(told(await device.ask(register('ep=plain-2&lwm2m=1.1')))).toMatch(/^2\.01/);
    expect(told(await device.ask(sent))).toBe('2.04');
    running.core.stored.delete('valves.plain-2');
    expect(told(await device.ask(sent))).toBe('4.04');
  });
});

test('R-SAFE-3 whoever has proven nothing takes nothing of what those who have may ask, with the same name and address', async () => {
  const running = await startCoapGateway({
    quotas: { registersPerMinute: 10, addressRequestsPerSecond: 1, requests: 1, requestsWaiting: 0 },
  });
  const [stranger, device] = [await running.plain(), await running.secure('valve-1')];
  let answer = '';
  for (let count = 0; count < 30 && answer !== '5.03'; count += 1) answer = told(await stranger.ask(register('ep=valve-1&lwm2m=1.0')));
  let release = () => {};
  running.core.hold = new Promise((resolve) => (release = resolve));
  const waits = (await running.plain()).ask(register('ep=plain-1&lwm2m=1.0'));
  await running.core.until('register plain-1');
  const registered = device.ask(register('lwm2m=1.0'));
  await running.core.until('register null');
  release();
  expect([answer, told(await registered).slice(0, 4), told(await waits).slice(0, 4)]).toEqual(['5.03', '2.01', '2.01']);
  await running.stop();
});

test('R-SAFE-3 notifications of an address that sends them without end are not looked at; the store is asked of no more', async () => {
  const running = await startCoapGateway({ quotas: { addressRequestsPerSecond: 1 } });
  const asked = jest.spyOn(running.core.registrations, 'registrationAt');
  const device = await running.plain();
  const sent = Array.from({ length: 60 }, (_, number) => Buffer.from([0x44, CODE.content, 0, number, 1, 2, 3, 4, 0x61, 5]));
  for (const notification of sent) device.socket.send(notification);

  const counted = (reason: string) => running.counted('dropped_total', { reason });
  const both = async () => (await counted('unwanted_notification')) + (await counted('overloaded'));
  while ((await both()) < 60) await new Promise(setImmediate);
  expect(await counted('overloaded')).toBeGreaterThan(0);
  expect(asked.mock.calls.length).toBe(await counted('unwanted_notification'));
  await running.stop();
});
