import pino from 'pino';
import { freePort } from '../../server/embedded/free-port';
import { type Platform, startPlatform } from '../../server/platform';
import { type Behaviour, disconnectsAt, offlineUntil, reportsTwice, resultCode, slow } from '../support/devices/behaviours';
import { createFleet, type Fleet, type FleetDescription, type MqttDeviceDescription } from '../support/devices/fleet';
import { hourOf, iotdaCredentials } from '../support/devices/iotda/iotda-identity';
import { linkCredentials } from '../support/devices/link/link-identity';
import { describeWithMosquitto, GATEWAYS, linkAcl, type Mosquitto, prepareMosquitto } from '../support/mosquitto';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

interface Wanted {
  deviceName: string;
  dialect?: 'IOTDA';
  behaviours?: Behaviour[];
  /** The device it is behind. */
  parent?: string;
}

describeWithMosquitto('that batches over devices at an external broker end right')(
  'R-FLOW-7 both dialects at an external broker (Mosquitto), over real MongoDB and Temporal',
  () => {
    let mosquitto: Mosquitto;
    let updraft: Updraft;
    let second: Platform;
    let accounts: Parameters<Mosquitto['start']>[0] = [];
    const fleets: Fleet[] = [];
    let version = 2;

    beforeEach(async () => {
      mosquitto = await prepareMosquitto();
      const port = await freePort();
      updraft = await startUpdraft({
        UPDRAFT_HTTP_PORT: `${port}`,
        UPDRAFT_PUBLIC_BASE_URL: `http://127.0.0.1:${port}`,
        UPDRAFT_MQTT_BROKER_URL: mosquitto.url,
        UPDRAFT_MQTT_BROKER_USERNAME: GATEWAYS.username,
        UPDRAFT_MQTT_BROKER_PASSWORD: GATEWAYS.password,
        UPDRAFT_MINUTE_MS: '1000',
        UPDRAFT_IOTDA_ONLINE_MINUTES: '1000',
      });
      second = await startPlatform({ ...updraft.config, roles: ['gateway'], gatewayId: 'second' }, pino({ level: 'silent' }));
    });
    afterEach(async () => {
      await Promise.all(fleets.splice(0).map((fleet) => fleet.stop()));
      await second.stop();
      await updraft.stop();
      await mosquitto.stop();
    });

    /** Registers devices and gives each an account at the broker, which starts with them. */
    async function fleetOf(wanted: readonly Wanted[], settings: Partial<FleetDescription> = {}): Promise<Fleet> {
      const { productKey } = updraft;
      const registered = await updraft.core.devices.register(
        ADMIN,
        productKey,
        wanted.map(({ deviceName, dialect, parent }) => ({ deviceName, dialect, ...(parent && { parent: { deviceName: parent } }) })),
      );
      const hour = hourOf(new Date());
      const devices = wanted.map((each, index): MqttDeviceDescription => {
        const described = { ...each, productKey, secret: registered[index]?.secret ?? '', version: '1.0.0' };
        return described.dialect === 'IOTDA' ? { ...described, dialect: 'IOTDA', hour } : { ...described, dialect: 'LINK' };
      });
      accounts = devices
        .filter(({ parent }) => parent === undefined)
        .map((device) => {
          const { username, password } = device.dialect === 'IOTDA' ? iotdaCredentials(device) : linkCredentials(device);
          return { username, password, ...(device.dialect !== 'IOTDA' && { acl: linkAcl(productKey, device.deviceName) }) };
        });
      await mosquitto.start(accounts);
      const pacing = { installMs: 10, rebootMs: 10 };
      const fleet = createFleet({ mqttUrl: mosquitto.url, subscribes: 'topics', reconnectMs: 50, pacing, ...settings, devices });
      fleets.push(fleet);
      await gatewaysReady();
      expect((await fleet.start()).failed).toEqual([]);
      return fleet;
    }

    /** Both gateways are subscribed: what a device says from now on is heard. */
    const gatewaysReady = () =>
      updraft.until(async () => {
        const ready = await fetch(`${updraft.platform.apiUrl}/readyz`);
        return ready.status === 200;
      });
    const nextPackage = () => updraft.package(`${version++}.0.0`);

    test('R-FLOW-1 R-FLOW-2 a batch over devices of both dialects ends in success, and each was notified once', async () => {
      const names = ['link-0', 'link-1', 'link-2', 'iotda-0', 'iotda-1'];
      const fleet = await fleetOf(
        names.map((deviceName) => (deviceName.startsWith('iotda') ? { deviceName, dialect: 'IOTDA' } : { deviceName })),
      );
      const batch = await updraft.push(await nextPackage());
      expect(await updraft.settled(batch)).toEqual(Object.fromEntries(names.map((name) => [name, 'SUCCEEDED'])));
      for (const name of names) {
        expect(fleet.any(name).counts).toMatchObject({ notifications: 1, downloads: 1, problems: 0 });
        expect(await updraft.task(batch, name)).toMatchObject({ attempt: 1, notifications: 1, sourceVersion: '1.0.0' });
      }
      // Their answers found the rate that they were asked at.
      for (const name of ['iotda-0', 'iotda-1']) expect(fleet.any(name).counts.gets).toBe(1);
    });

    test('R-TASK-7 the broker is killed and started again in the middle: every task ends as it should', async () => {
      const fleet = await fleetOf([
        { deviceName: 'slow-0', behaviours: [slow(1_500)] },
        { deviceName: 'slow-1', behaviours: [slow(1_500), reportsTwice()] },
        { deviceName: 'cut-off', behaviours: [disconnectsAt('progress', { forMs: 200 })] },
        { deviceName: 'plain' },
        { deviceName: 'iotda', dialect: 'IOTDA' },
      ]);
      const batch = await updraft.push(await nextPackage(), { rate: { kind: 'constant', perMinute: 10 } });
      await updraft.until(async () => (await updraft.tasks(batch)).some(({ status }) => status === 'IN_PROGRESS'));
      await mosquitto.kill();
      await updraft.until(async () => (await fetch(`${updraft.platform.apiUrl}/readyz`)).status === 503);
      await mosquitto.start(accounts);
      expect(Object.values(await updraft.settled(batch))).toEqual(Array(5).fill('SUCCEEDED'));
      expect(fleet.stats().byVersion).toEqual({ [`${version - 1}.0.0`]: 5 });
    });

    test('R-DEV-2 R-TASK-7 a device that has gone is found out by its push, waits with the reason, and is notified when it comes', async () => {
      const fleet = await fleetOf([
        { deviceName: 'gone' },
        { deviceName: 'never', behaviours: [offlineUntil('told')] },
        { deviceName: 'iotda', dialect: 'IOTDA' },
      ]);
      const names = ['gone', 'never', 'iotda'];
      const online = async (deviceName: string) => (await updraft.core.devices.get(`${updraft.productKey}.${deviceName}`))?.online;
      await updraft.until(async () => (await online('gone')) && (await online('iotda')));
      for (const name of ['gone', 'iotda']) await fleet.any(name).stop();
      // Nobody has told: the store still has it on-line.
      expect(await online('gone')).toBe(true);
      const batch = await updraft.push(await nextPackage());
      const waiting = await updraft.until(async () => {
        const tasks = await updraft.tasks(batch);
        return tasks.length === 3 && tasks.every(({ reachable, active }) => active && !reachable) && tasks;
      });
      expect(waiting.map(({ gatewayId }) => gatewayId)).toEqual([null, null, null]);
      await updraft.until(async () => (await Promise.all(names.map(online))).every((each) => each === false));
      for (const name of names) {
        await fleet.any(name).start();
        await fleet.any(name).comeOnline();
      }
      expect(await updraft.settled(batch)).toEqual({ gone: 'SUCCEEDED', never: 'SUCCEEDED', iotda: 'SUCCEEDED' });
    });

    test('R-FLOW-2 R-DEV-2 R-TASK-7 children of an IoTDA device come and go with it, and are upgraded over it, as it is itself', async () => {
      const names = Array.from({ length: 5 }, (_, index) => `probe-${index}`);
      const behind = { dialect: 'IOTDA', parent: 'hub-0' } as const;
      const fleet = await fleetOf([
        { deviceName: 'hub-0', dialect: 'IOTDA', behaviours: [offlineUntil('told')] },
        ...names.map((deviceName) => ({ ...behind, deviceName, ...(deviceName === 'probe-3' && { behaviours: [resultCode(4)] }) })),
      ]);
      const online = async () => (await updraft.core.devices.list({}, { first: 10 })).rows.map(({ node }) => node.online);
      const to = (...deviceNames: string[]) => ({ scope: { kind: 'targeted', deviceNames } }) as const;
      const batch = await updraft.push(await nextPackage(), {}, to(...names));
      await updraft.until(async () => (await updraft.core.batches.get(batch._id))?.selection);
      for (const task of await updraft.tasks(batch)) expect(task).toMatchObject({ status: 'QUEUED', reachable: false });
      await fleet.comeOnline(['hub-0']);
      expect(await updraft.settled(batch)).toEqual(
        Object.fromEntries(names.map((name) => [name, name === 'probe-3' ? 'FAILED' : 'SUCCEEDED'])),
      );
      expect(await updraft.task(batch, 'probe-3')).toMatchObject({ cause: 'LOW_BATTERY' });
      for (const name of names) expect(fleet.any(name).counts).toMatchObject({ dropped: 0, duplicates: 0, problems: 0 });
      await updraft.until(async () => (await online()).every((each) => each));
      await fleet.any('hub-0').stop();
      // Nobody tells that it has gone: the push to one of its devices finds out, for all of them.
      const next = await updraft.push(await nextPackage(), {}, to('probe-0'));
      await updraft.until(async () => (await online()).every((each) => !each));
      await fleet.any('hub-0').start();
      await fleet.any('hub-0').comeOnline();
      expect(await updraft.settled(next)).toEqual({ 'probe-0': 'SUCCEEDED' });
      expect(await updraft.settled(await updraft.push(await nextPackage(), {}, to('hub-0')))).toEqual({ 'hub-0': 'SUCCEEDED' });
    });

    test('R-TASK-7 while no gateway has the broker, the batch says so, and goes on when one has', async () => {
      await fleetOf([{ deviceName: 'meter' }]);
      await updraft.until(async () => (await updraft.core.devices.get(`${updraft.productKey}.meter`))?.online);
      await mosquitto.kill();
      await updraft.until(async () => (await fetch(`${updraft.platform.apiUrl}/readyz`)).status === 503);
      const batch = await updraft.push(await nextPackage());
      await updraft.until(async () => (await updraft.core.batches.get(batch._id))?.statusReason?.includes('No gateway is connected'));
      await mosquitto.start(accounts);
      expect(await updraft.settled(batch)).toEqual({ meter: 'SUCCEEDED' });
    });
  },
);
