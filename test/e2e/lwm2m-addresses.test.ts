import type { Habits } from '../support/devices/lwm2m/habits';
import { startUdpNat, type UdpNat } from '../support/devices/lwm2m/line/udp-nat';
import { movesAt, type UpgradePoint } from '../support/devices/lwm2m/lwm2m-behaviours';
import { patience } from '../support/devices/patience';
import { type Lwm2mFleetDevice, startLwm2mFleet } from '../support/lwm2m-fleet';
import { type Lwm2mUpgradePlatform, startLwm2mUpgrades, succeeded } from '../support/lwm2m-upgrades';

const POINTS: UpgradePoint[] = ['notified', 'progress', 'downloaded', 'executed'];
const LINES = {
  plain: {},
  'with-id': { secure: true },
  'without-id': { secure: true, connectionId: false },
} as const;
/** It says so by an Update or not; it is given an address, or pushed to. */
const WAYS = [
  { how: 'tells', updates: true, delivery: 0 },
  { how: 'says-none', updates: false, delivery: 0 },
  { how: 'pushed', updates: true, delivery: 1 },
];
/**
 * An Update every second; whoever has no answer to it tries again from the beginning soon. With a connection id nobody has to, and only waits
 * for an answer that a busy machine gives late.
 */
const talkative = (line: string): Partial<Habits> => ({ lifetimeSeconds: 2, ...(line !== 'with-id' && { ackTimeoutMs: patience(100) }) });

describe('LwM2M devices whose address changes in the middle of an upgrade', () => {
  let platform: Lwm2mUpgradePlatform;
  beforeAll(async () => {
    platform = await startLwm2mUpgrades();
  });
  afterAll(() => platform.stop());

  test('R-FLOW-3 R-FLOW-6 another port at every step, with an Update and without, plain, with a connection id and without: never a reset', async () => {
    const devices = Object.entries(LINES).flatMap(([line, security]) =>
      POINTS.flatMap((point) =>
        WAYS.map(({ how, updates, delivery }): Lwm2mFleetDevice => {
          const deviceName = `${line}-${point}-${how}`;
          return { deviceName, ...security, habits: { ...talkative(line), delivery }, behaviours: [movesAt(point, { updates })] };
        }),
      ),
    );
    const { fleet, ends } = await platform.upgrade(devices);
    expect(await ends()).toEqual(Object.fromEntries(devices.map(({ deviceName }) => [deviceName, succeeded])));
    for (const { deviceName } of devices) {
      const { version, client, counts } = fleet.lwm2m(deviceName);
      const { resets } = client.endpoint;
      expect({ deviceName, version, resets, downloads: counts.downloads }).toEqual({
        deviceName,
        version: '2.0.0',
        resets: 0,
        downloads: 1,
      });
      // Its first session and that after the restart: a connection id makes handshakes needless.
      if (deviceName.startsWith('with-id')) expect([deviceName, counts.connects]).toEqual([deviceName, 2]);
    }
  });

  describe('behind a NAT', () => {
    const nats: UdpNat[] = [];
    afterEach(() => {
      for (const nat of nats.splice(0)) nat.close();
    });

    test('R-FLOW-3 that forgets all of them at each step of any of them, before and after each Update', async () => {
      const { core, productKey, platform: ports } = platform.updraft;
      const natOf = async (url: string | undefined): Promise<UdpNat> => {
        const nat = await startUdpNat({ host: '127.0.0.1', port: Number(new URL(url ?? '').port) });
        nats.push(nat);
        return nat;
      };
      const [coap, coaps] = [await natOf(ports.coapUrl), await natOf(ports.coapsUrl)];
      const devices = Object.entries(LINES).flatMap(([line, security]) =>
        [0, 1].map(
          (delivery): Lwm2mFleetDevice => ({
            deviceName: `nat-${line}-${delivery}`,
            ...security,
            habits: { ...talkative(line), delivery },
          }),
        ),
      );
      const urls = { coapUrl: `coap://127.0.0.1:${coap.port}`, coapsUrl: `coaps://127.0.0.1:${coaps.port}` };
      // Once for each step of each: without a connection id it is a new handshake each time, and a package is delivered thrice at most.
      const steps = new Set<string>();
      const fleet = await startLwm2mFleet({ core, productKey, ...urls }, devices, {}, (name, kind, event) => {
        const step = `${name} ${(event as { state?: number }).state}`;
        if (kind !== 'state' || steps.has(step)) return;
        steps.add(step);
        coap.rebind();
        coaps.rebind();
      });
      try {
        const names = devices.map(({ deviceName }) => deviceName);
        const { ends } = await platform.again(fleet, names);
        expect(await ends()).toEqual(Object.fromEntries(names.map((name) => [name, succeeded])));
        for (const name of names) expect([name, fleet.lwm2m(name).client.endpoint.resets]).toEqual([name, 0]);
        for (const name of names.filter((each) => each.includes('with-id')))
          expect([name, fleet.lwm2m(name).counts.connects]).toEqual([name, 2]);
      } finally {
        await fleet.stop();
      }
    });
  });
});
