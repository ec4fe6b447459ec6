import { deviceId } from './recording-core';
import { notification, type Running, startGateway } from './support';

describe('R-SAFE-2 sessions whose credentials were changed', () => {
  let running: Running;
  beforeEach(async () => {
    // So long that a look at all sessions has no part in it.
    running = await startGateway({}, { sessionCheckMs: 3_600_000 });
  });
  afterEach(() => running.stop());

  const closed = (client: Awaited<ReturnType<Running['connect']>>) => new Promise<void>((resolve) => client.once('close', () => resolve()));

  test.each(['here', 'elsewhere'] as const)('R-SAFE-2 a change %s ends the session, and no other', async (where) => {
    const [device, other] = [await running.connect(), await running.connect({ deviceName: 'meter-0002' })];
    await running.core.until(() => running.core.calls.filter(({ call }) => call === 'connected').length === 2);
    const end = closed(device);
    running.core.change(deviceId(), where);
    await end;
    expect(other.connected).toBe(true);
    expect(await running.counted('closed_total', { reason: 'not_allowed' })).toBe(1);
  });

  test('R-SAFE-2 a session that was let in by what has changed since ends as soon as that is found out', async () => {
    running.core.removed.add(deviceId());
    const device = await running.connect();
    if (device.connected) await closed(device);
    expect(running.core.calls.some(({ call }) => call === 'connected')).toBe(true);
  });

  test('R-SAFE-2 a notification that was worded for another registration or secret does not reach the session', async () => {
    await running.connect();
    const { link } = running.gateway;
    expect(await link.notify(notification())).toBe(true);
    expect(await link.notify(notification({ generations: { registration: 'another' } }))).toBe(false);
    expect(await link.notify(notification({ generations: { secret: 'another' } }))).toBe(false);
    expect(await link.notify(notification({ generations: { binding: 'another', certificates: 'another' } }))).toBe(true);
  });
});
