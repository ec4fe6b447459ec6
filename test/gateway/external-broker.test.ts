import { setTimeout as delay } from 'node:timers/promises';
import { connect, type MqttClient } from 'mqtt';
import pino from 'pino';
import type { DeviceUrls } from '../../gateways/transport';
import { describeWithMosquitto, GATEWAYS, linkAcl, type Mosquitto, type MosquittoUser, prepareMosquitto } from '../support/mosquitto';
import { createBrokerGateway, type MqttGateway } from '../support/mqtt-gateway';
import { connectedAs, connectedGateway, deviceAccounts, knowsIotda } from './broker-support';
import { startFakeEmqx } from './emqx-support';
import { iotdaOptions, VECTOR } from './iotda-support';
import { deviceId, PRODUCT_KEY, RecordingCore } from './recording-core';
import { deviceOptions, notification, topics } from './support';

describeWithMosquitto('that gateways share an external broker, and come back after it')(
  'gateways at an external broker (Mosquitto)',
  () => {
    let mosquitto: Mosquitto;
    const gateways: MqttGateway<DeviceUrls>[] = [];
    const clients: MqttClient[] = [];
    beforeEach(async () => {
      mosquitto = await prepareMosquitto();
    });
    afterEach(async () => {
      await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
      await Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
      await mosquitto.stop();
    });

    const begin = () => mosquitto.start(deviceAccounts());
    async function gateway(core: RecordingCore, id?: string) {
      const started = await connectedGateway(core, mosquitto, id);
      gateways.push(started);
      return started;
    }
    async function device(options = deviceOptions(), filter: string = topics().upgrade): Promise<MqttClient> {
      const client = connect(mosquitto.url, { protocolVersion: 4, ...options, reconnectPeriod: 20 });
      clients.push(client);
      client.on('error', () => undefined);
      await new Promise<void>((resolve) => client.once('connect', () => resolve()));
      await client.subscribeAsync(filter);
      return client;
    }
    const inform = (version: string) => `{"id":"1","params":{"version":"${version}"}}`;
    const versions = (core: RecordingCore) => core.reports.map((report) => ('version' in report ? report.version : null));
    const unheard = (core: RecordingCore) => core.calls.filter(({ call }) => call === 'unheard').length;

    test('R-FLOW-1 two gateways share what devices send: each message is handled once', async () => {
      await begin();
      const cores = [new RecordingCore(), new RecordingCore()];
      for (const [index, core] of cores.entries()) await gateway(core, `gateway-${index}`);
      const client = await device();
      for (let step = 0; step < 40; step += 1) await client.publishAsync(topics().inform, inform(`${step}`), { qos: 1 });
      while (cores.flatMap(versions).length < 40) await delay(5);
      expect(
        cores
          .flatMap(versions)
          .map(Number)
          .sort((a, b) => a - b),
      ).toEqual(Array.from({ length: 40 }, (_, step) => step));
      expect(cores.every((core) => core.reports.length > 0)).toBe(true);
    });

    test('R-FLOW-1 R-DEV-2 a Link device that may use the topics of its child speaks for it, and gets what is for it', async () => {
      const accounts: MosquittoUser[] = deviceAccounts();
      accounts[0]?.acl?.push(...linkAcl(PRODUCT_KEY, 'probe-7'));
      await mosquitto.start(accounts);
      const core = new RecordingCore();
      const { link } = await gateway(core);
      const hub = await device();
      await hub.subscribeAsync(topics('probe-7').upgrade);
      await hub.publishAsync(topics('probe-7').inform, inform('1.0.0'), { qos: 1 });
      await core.until(() => core.reports.length === 1);
      const arrived = new Promise((resolve) => hub.once('message', (topic) => resolve(topic)));
      expect(await link.notify(notification({ deviceId: deviceId('probe-7'), deviceName: 'probe-7' }))).toBe(true);
      expect(await arrived).toBe(topics('probe-7').upgrade);
      expect(core.calls.flatMap((each) => ('deviceId' in each ? [[each.call, each.deviceId]] : []))).toEqual([
        ['connected', deviceId('probe-7')],
        ['report', deviceId('probe-7')],
      ]);
    });

    test('R-FLOW-2 R-RATE-1 one gateway at a time pushes and hears platform-led devices, and another takes over from it', async () => {
      await begin();
      const cores = [new RecordingCore(), new RecordingCore()];
      for (const core of cores) knowsIotda(core);
      const started = await Promise.all(cores.map((core, index) => gateway(core, `gateway-${index}`)));
      const client = await device(iotdaOptions(), `$oc/devices/${VECTOR.id}/sys/events/down`);
      const report = (version: string) =>
        client.publishAsync(
          `$oc/devices/${VECTOR.id}/sys/events/up`,
          JSON.stringify({ services: [{ service_id: '$ota', event_type: 'version_report', paras: { fw_version: version } }] }),
          { qos: 1 },
        );
      const pushing = started.map((each) => {
        const states: boolean[] = [];
        each.onPushes((pushes) => states.push(pushes));
        return states;
      });
      const pushes = () => pushing.map((states) => states.at(-1));
      // Both came at once: they may need a moment to agree.
      while (pushes().filter(Boolean).length !== 1) await delay(5);
      const holder = pushes().indexOf(true);
      const [own, other] = [cores[holder], cores[1 - holder]] as [RecordingCore, RecordingCore];
      /** What the other one is sent of a report has come to it before the broker's answer to what it sends itself behind that. */
      const hears = async (version: string): Promise<boolean> => {
        await report(version);
        await own.until(() => versions(own).includes(version));
        await started[1 - holder]?.link.queryVersion({ deviceId: VECTOR.deviceId, dialect: 'IOTDA' });
        return versions(other).includes(version);
      };
      // It may still be about to unsubscribe.
      for (let step = 0; await hears(`${step}`); step += 1);
      expect(await hears('last')).toBe(false);
      expect(pushes()).toEqual([holder === 0, holder === 1]);
      await started[holder]?.stop();
      while (!versions(other).includes('after')) {
        await report('after');
        await delay(100);
      }
      await other.until(() => unheard(other) > 0);
      while (pushes()[1 - holder] !== true) await delay(5);
      expect(pushes()[holder]).toBe(false);
    });

    test('R-DEV-2 the broker is killed and comes back: gateways and devices are connected again, and what was missed is asked for once', async () => {
      await begin();
      const cores = [new RecordingCore(), new RecordingCore()];
      const [first, second] = [await gateway(cores[0] as RecordingCore, 'a'), await gateway(cores[1] as RecordingCore, 'b')];
      expect(cores.map(unheard)).toEqual([1, 0]);
      const client = await device();
      await mosquitto.kill();
      await Promise.all([connectedAs(first, false), connectedAs(second, false)]);
      expect([first.connected, second.connected]).toEqual([false, false]);
      await expect(first.link.notify(notification())).rejects.toThrow('no connection');
      await begin();
      await Promise.all([connectedAs(first), connectedAs(second)]);
      expect(cores.reduce((sum, core) => sum + unheard(core), 0)).toBeGreaterThanOrEqual(2);
      while (!client.connected) await delay(5);
      await client.publishAsync(topics().inform, inform('2.0.0'), { qos: 1 });
      while (cores.flatMap(versions).length === 0) await delay(5);
      expect(await second.link.notify(notification())).toBe(true);
    });

    test('R-DEV-2 a gateway that comes while another listens asks for nothing again', async () => {
      await begin();
      const [first, second] = [new RecordingCore(), new RecordingCore()];
      await gateway(first, 'a');
      await gateway(second, 'b');
      expect([unheard(first), unheard(second)]).toEqual([1, 0]);
    });

    test("R-DEV-2 with EMQX's API and the hook the gateway that pushes ends connections there", async () => {
      await begin();
      const emqx = await startFakeEmqx();
      const { clientId = '', username = '' } = deviceOptions();
      emqx.clients = [{ clientId, username }];
      const core = new RecordingCore();
      core.removed.add(deviceId());
      const hook = { host: '127.0.0.1', port: 0, secret: 'hook-secret' };
      const settings = { presence: 'emqx', emqxApi: emqx.settings, quotas: { sessionCheckMs: 20 } } as const;
      gateways.push(await connectedGateway(core, mosquitto, 'without-hook', settings));
      await delay(100);
      expect(emqx.asked).toEqual([]);
      await gateways.pop()?.stop();
      gateways.push(await connectedGateway(core, mosquitto, 'with-hook', { ...settings, hook }));
      while (emqx.ended.length === 0) await delay(5);
      expect(emqx.ended).toEqual([clientId]);
      await emqx.stop();
    });

    test('R-DEV-2 a device that is disabled while it is connected is off-line', async () => {
      await begin();
      const core = new RecordingCore();
      core.sessions.set(deviceId(), 'heard');
      core.disabledNow.add(deviceId());
      gateways.push(await connectedGateway(core, mosquitto, 'gateway-1', { quotas: { sessionCheckMs: 20 } }));
      await core.until(() => core.calls.some(({ call }) => call === 'disconnected'));
      expect(core.sessions.size).toBe(0);
    });

    test('R-DEV-2 a device that was heard while it was asked for stays on-line', async () => {
      await begin();
      const core = new RecordingCore();
      const { link } = await gateway(core);
      core.sessions.set(deviceId(), 'before');
      const asked = core.devices.sessionAt;
      core.devices.sessionAt = async (...args) => {
        const session = await asked(...args);
        core.sessions.set(deviceId(), 'heard meanwhile');
        return session;
      };
      expect(await link.notify(notification())).toBe(true);
      expect(core.calls.some(({ call }) => call === 'disconnected')).toBe(false);
    });

    test('R-DEV-2 an unknown or disabled device is not heard, and its messages go nowhere', async () => {
      await begin();
      const core = new RecordingCore();
      core.unknown.add('meter-0001');
      const { metrics } = await gateway(core);
      const client = await device();
      await client.publishAsync(topics().inform, inform('1.0.0'), { qos: 1 });
      const dropped = async () =>
        (await metrics.registry.getSingleMetric('updraft_gateway_dropped_total')?.get())?.values.find(
          ({ labels }) => labels.reason === 'unknown_device',
        )?.value;
      while ((await dropped()) !== 1) await delay(5);
      expect(core.calls.filter(({ call }) => call !== 'unheard')).toEqual([]);
    });

    test('R-FLOW-1 a gateway that is refused tries again and again, says so, and shows no password', async () => {
      await begin();
      const lines: string[] = [];
      const refused = await createBrokerGateway({
        core: new RecordingCore(),
        gatewayId: 'refused',
        settings: {
          broker: { url: mosquitto.url, username: 'updraft', password: 'wrong-password', name: 'test', presence: 'messages' },
          stopWithinMs: 100,
        },
        logger: pino({ level: 'debug' }, { write: (line) => lines.push(line) }),
      });
      gateways.push(refused);
      expect(await refused.start()).toEqual({});
      const failed = async () =>
        (await refused.metrics.registry.getSingleMetric('updraft_gateway_broker_connects_total')?.get())?.values[0]?.value ?? 0;
      while ((await failed()) < 2) await delay(10);
      expect(refused.connected).toBe(false);
      expect(lines.join('')).toContain('The broker of the devices cannot be used');
      expect(lines.join('')).not.toContain('wrong-password');
    });

    test('R-FLOW-1 a gateway waits for a broker that is not there yet, and can be stopped meanwhile', async () => {
      const settings = { broker: { url: mosquitto.url, ...GATEWAYS, name: 'test', presence: 'messages' as const }, stopWithinMs: 100 };
      const make = () =>
        createBrokerGateway({ core: new RecordingCore(), gatewayId: 'early', settings, logger: pino({ level: 'silent' }) });
      const stopped = await make();
      await stopped.start();
      await stopped.stop();
      const early = await make();
      gateways.push(early);
      await early.start();
      expect(early.connected).toBe(false);
      await begin();
      await connectedAs(early);
      expect(early.connected).toBe(true);
    });
  },
);
