import { deviceId } from './recording-core';
import { deviceOptions, notification, type Running, roundTrip, startGateway, topics } from './support';

describe('R-DEV-2 on-line state from the connection', () => {
  let running: Running;
  beforeEach(async () => {
    running = await startGateway();
  });
  afterEach(() => running.stop());

  const presence = (running: Running) =>
    running.core.calls.flatMap((each) => (each.call === 'connected' || each.call === 'disconnected' ? [each] : []));
  const closed = (client: Awaited<ReturnType<Running['connect']>>) =>
    new Promise<boolean>((resolve) => client.once('close', () => resolve(true)));

  test('R-DEV-2 a gateway that starts first says that none of its devices is connected', () => {
    expect(running.core.calls).toEqual([{ call: 'reset', gatewayId: 'gateway-1' }]);
  });

  test('R-DEV-2 a connection and its end are told with the same session', async () => {
    const device = await running.connect();
    expect(running.gateway.link.isConnected(deviceId())).toBe(true);
    await device.endAsync();
    await running.core.until(() => presence(running).length === 2);
    const [begin, end] = presence(running);
    expect([begin?.call, end?.call]).toEqual(['connected', 'disconnected']);
    expect(end?.sessionId).toBe(begin?.sessionId);
    expect(running.gateway.link.isConnected(deviceId())).toBe(false);
  });

  test('R-DEV-2 a connection that is cut is noticed as well', async () => {
    const device = await running.connect();
    device.stream.destroy();
    await running.core.until(() => presence(running).length === 2);
    expect(presence(running)[1]?.call).toBe('disconnected');
  });

  test('R-DEV-2 a second connection of a device takes over: the first one is closed and its end comes before', async () => {
    const first = await running.connect();
    const end = closed(first);
    const second = await running.connect();
    expect(await end).toBe(true);
    await roundTrip(running, second);
    const calls = presence(running);
    expect(calls.map((each) => each.call)).toEqual(['connected', 'disconnected', 'connected']);
    expect(calls[1]?.sessionId).toBe(calls[0]?.sessionId);
    expect(calls[2]?.sessionId).not.toBe(calls[0]?.sessionId);
    expect(await running.gateway.link.notify(notification())).toBe(true);
    expect(await running.counted('sessions')).toBe(1);
  });

  test('R-DEV-2 a device is one device whatever client id it chooses', async () => {
    const first = await running.connect();
    const end = closed(first);
    const { username, password } = deviceOptions();
    const clientId = `${deviceId()}|signmethod=hmacsha256,timestamp=2524608000000,securemode=3|`;
    const second = await running.connect({ clientId, username, password });
    expect(await end).toBe(true);
    expect(second.connected).toBe(true);
  });

  test('R-DEV-2 many takeovers at once leave one session, and core ends with that one', async () => {
    await Promise.allSettled(Array.from({ length: 10 }, () => running.connect()));
    await roundTrip(running, await running.connect());
    const open = new Set<string>();
    for (const { call, sessionId } of presence(running)) call === 'connected' ? open.add(sessionId) : open.delete(sessionId);
    expect(open.size).toBe(1);
    expect(await running.counted('sessions')).toBe(1);
  });

  test('R-DEV-2 presence is tried again until core takes it, in order', async () => {
    let refusals = 2;
    running.core.fail = (call) => (call.call === 'connected' && refusals-- > 0 ? new Error('no database') : null);
    const device = await running.connect();
    await device.publishAsync(topics().inform, '{"params":{"version":"1"}}');
    await running.core.until(() => running.core.reports.length === 1);
    expect(running.core.failures).toHaveLength(2);
    expect(running.core.calls.map((each) => each.call)).toEqual(['reset', 'connected', 'report']);
  });

  test('R-DEV-2 a device that flaps while core is away leaves no pile of calls behind', async () => {
    let release = () => {};
    running.core.hold = new Promise((resolve) => {
      release = resolve;
    });
    for (let count = 0; count < 5; count += 1) await (await running.connect()).endAsync();
    const last = await running.connect();
    release();
    await roundTrip(running, last);
    expect(presence(running).map((each) => each.call)).toEqual(['connected', 'disconnected', 'connected']);
  });

  test('R-DEV-2 keep-alive and session flags of a device are accepted, nothing is kept of them', async () => {
    const device = await running.connect({
      keepalive: 5,
      clean: false,
      will: { topic: topics('other').inform, payload: Buffer.from('{"params":{"version":"9"}}'), qos: 1, retain: true },
    });
    device.stream.destroy();
    await running.core.until(() => presence(running).length === 2);
    let present: boolean | undefined;
    const again = await running.connect({ clean: false });
    again.on('connect', (connack) => {
      present = connack.sessionPresent;
    });
    await roundTrip(running, again);
    expect(present ?? false).toBe(false);
    expect(running.core.reports).toEqual([]);
  });

  test('R-DEV-2 a gateway that stops closes its devices and says so once for all', async () => {
    const device = await running.connect();
    const end = closed(device);
    await running.core.until(() => presence(running).length === 1);
    await running.gateway.stop();
    expect(await end).toBe(true);
    expect(running.core.calls.map((each) => each.call)).toEqual(['reset', 'connected', 'reset']);
    expect(await running.gateway.link.notify(notification())).toBe(false);
    await expect(running.connect()).rejects.toThrow();
  });

  test('R-DEV-2 a gateway stops within its bound while core is away', async () => {
    running.core.fail = (call) => (call.call === 'report' ? new Error('no database') : null);
    const device = await running.connect();
    await device.publishAsync(topics().inform, '{"params":{"version":"1"}}', { qos: 1 });
    await running.core.until(() => running.core.failures.length > 0);
    await running.gateway.stop();
    expect(await running.counted('lost_total', { kind: 'report' })).toBe(1);
    expect(running.log.filter(({ level }) => level >= 50)).toHaveLength(1);
  });
});

test('R-DEV-2 a device core could not be told of is disconnected, so that it comes again', async () => {
  const running = await startGateway({ retryForMs: 20 });
  running.core.fail = (call) => (call.call === 'connected' ? new Error('no database') : null);
  const device = await running.connect();
  const end = new Promise<boolean>((resolve) => device.once('close', () => resolve(true)));
  expect(await end).toBe(true);
  expect(await running.counted('lost_total', { kind: 'presence' })).toBe(1);
  await running.stop();
});
