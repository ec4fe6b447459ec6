import pino from 'pino';
import { freePort } from '../../server/embedded/free-port';
import { type Platform, startPlatform } from '../../server/platform';
import { type Balancer, startBalancer } from '../support/balancer';
import { type CutPoint, disconnectsAt } from '../support/devices/behaviours';
import { startUpdraft, type Updraft } from '../support/updraft';
import type { DeviceOf } from '../support/updraft-driver';

const POINTS: readonly CutPoint[] = ['notified', 'progress', 'downloaded', 'reboot'];
const DIALECTS = ['LINK', 'IOTDA'] as const;
/** Longer than the test: its end is not awaited. */
const LONG_MS = 3_600_000;

describe('devices before which stand two gateways', () => {
  let updraft: Updraft;
  let second: Platform;
  let balancer: Balancer;
  beforeAll(async () => {
    const port = await freePort();
    updraft = await startUpdraft({
      UPDRAFT_HTTP_PORT: `${port}`,
      UPDRAFT_PUBLIC_BASE_URL: `http://127.0.0.1:${port}`,
      UPDRAFT_MINUTE_MS: '1000',
      UPDRAFT_IOTDA_ONLINE_MINUTES: '1000',
    });
    second = await startPlatform({ ...updraft.config, roles: ['gateway'], gatewayId: 'second' }, pino({ level: 'silent' }));
    balancer = await startBalancer([updraft.platform.mqttUrl ?? '', second.mqttUrl ?? '']);
  });
  afterAll(async () => {
    await balancer.stop();
    await second.stop();
    await updraft.stop();
  });

  /**
   * `<dialect>.<point>`; each loses its power, twice until it has said 100 %, and is back at once, or once its network is back. One that has
   * said so is back when that is known: what it says by two gateways at once may come in either order.
   */
  const devices = DIALECTS.flatMap((dialect) =>
    POINTS.map((point) => {
      const times = point === 'notified' || point === 'progress' ? 2 : 1;
      const behaviours = [disconnectsAt(point, { times, forMs: point === 'downloaded' ? LONG_MS : 50 })];
      return { dialect, deviceName: `${dialect}.${point}`, behaviours } as DeviceOf & { deviceName: string };
    }),
  );

  test('R-FLOW-6 whenever they lose power and come back at another gateway, their upgrade ends right, in its second attempt if they had said 100 %', async () => {
    const gatewayOf = async (name: string) => (await updraft.core.devices.get(`${updraft.productKey}.${name}`))?.gatewayId;
    const fleet = await updraft.fleet(devices, { mqttUrl: balancer.url, reconnectMs: 20 });
    const before = new Map<string, string | null | undefined>();
    for (const { deviceName } of devices) before.set(deviceName, await updraft.until(() => gatewayOf(deviceName)));
    expect(new Set(before.values())).toEqual(new Set([updraft.config.gatewayId, 'second']));

    const batch = await updraft.push(await updraft.package('2.0.0'), { retry: { intervalMinutes: 0, maxRetries: 1 } });
    for (const name of devices.map(({ deviceName }) => deviceName).filter((each) => each.endsWith('.downloaded'))) {
      await updraft.until(async () => (await updraft.task(batch, name)).progress === 100);
      await fleet.comeOnline([name]);
    }
    expect(await updraft.settled(batch)).toEqual(Object.fromEntries(devices.map(({ deviceName }) => [deviceName, 'SUCCEEDED'])));
    for (const { deviceName } of devices) {
      // One that had said 100 % and comes up with its old version has failed that attempt.
      const failed = deviceName.endsWith('.downloaded') ? [{ cause: 'UNEXPECTED_VERSION_REPORTED' }] : [];
      const task = await updraft.task(batch, deviceName);
      expect(task).toMatchObject({ attempt: failed.length + 1, cause: null });
      expect(task.attempts.map(({ cause }) => ({ cause }))).toEqual(failed);
      expect(fleet.any(deviceName).counts.connects).toBeGreaterThan(1);
    }
    expect(fleet.stats()).toMatchObject({ connected: devices.length, byVersion: { '2.0.0': devices.length } });
    // Where each is last, it is on-line: the end of an earlier connection, told late by the other gateway, is not its own.
    for (const { deviceName } of devices)
      expect((await updraft.core.devices.get(`${updraft.productKey}.${deviceName}`))?.online).toBe(true);
    expect(Math.min(...balancer.led)).toBeGreaterThan(devices.length / 2);
  });
});
