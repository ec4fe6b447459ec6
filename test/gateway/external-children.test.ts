import { setTimeout as delay } from 'node:timers/promises';
import { connect, type MqttClient } from 'mqtt';
import { VERSION_QUERY } from '../../core/reports/contract';
import { describeWithMosquitto, type Mosquitto, prepareMosquitto } from '../support/mosquitto';
import { connectedGateway, deviceAccounts, knowsIotda } from './broker-support';
import { CHILD_FIRMWARE_UPGRADE, CHILD_VERSION_QUERY, IOTDA_CHILD } from './fixtures/children';
import { DOWN, UP } from './fixtures/iotda';
import { iotdaNotification, iotdaOptions, VECTOR } from './iotda-support';
import { RecordingCore } from './recording-core';

const HUB = VECTOR.deviceId;
const CHILD = `${VECTOR.productKey}.probe-7`;
const forChild = iotdaNotification({ deviceId: CHILD, deviceName: 'probe-7', dialect: 'IOTDA' });
const report = (about: string | undefined, paras: string, type = 'version_report') =>
  JSON.stringify({ object_device_id: about, services: [{ service_id: '$ota', event_type: type, paras: JSON.parse(paras) }] });

describeWithMosquitto('that children of an IoTDA device are reached at an external broker')(
  'R-FLOW-2 children of an IoTDA device at an external broker (Mosquitto)',
  () => {
    let mosquitto: Mosquitto;
    let core: RecordingCore;
    let gateway: Awaited<ReturnType<typeof connectedGateway>>;
    let client: MqttClient;
    let received: { topic: string; payload: string }[];

    beforeEach(async () => {
      mosquitto = await prepareMosquitto();
      await mosquitto.start([...deviceAccounts(), { username: IOTDA_CHILD, password: 'own-password' }]);
      core = new RecordingCore();
      knowsIotda(core);
      core.children.set(HUB, [CHILD]);
      gateway = await connectedGateway(core, mosquitto);
      client = connect(mosquitto.url, { protocolVersion: 4, ...iotdaOptions() });
      received = [];
      client.on('message', (topic, payload) => received.push({ topic, payload: payload.toString() }));
      await client.subscribeAsync(DOWN);
    });
    afterEach(async () => {
      await client.endAsync(true);
      await gateway.stop();
      await mosquitto.stop();
    });

    const says = (message: string) => client.publishAsync(UP, message, { qos: 1 });
    const arrived = (count: number) =>
      new Promise<void>((resolve) => {
        const look = (): void => void (received.length >= count && resolve());
        client.on('message', look);
        look();
      });
    const reportsOf = () => core.calls.flatMap((each) => (each.call === 'report' ? [[each.deviceId, each.report.kind]] : []));
    const dropped = async () =>
      (await gateway.metrics.registry.getSingleMetric('updraft_gateway_dropped_total')?.get())?.values.filter(({ value }) => value > 0) ??
      [];

    test("the query and the upgrade come on the parent's topic and name the device", async () => {
      expect(await gateway.link.queryVersion({ deviceId: CHILD, dialect: 'IOTDA' })).toBe(true);
      expect(await gateway.link.notify(forChild)).toBe(true);
      await arrived(2);
      expect(received).toEqual([
        { topic: DOWN, payload: CHILD_VERSION_QUERY },
        { topic: DOWN, payload: CHILD_FIRMWARE_UPGRADE },
      ]);
    });

    test('what the parent says of it is taken as its own, and answered the same way; of anybody else it is dropped and counted', async () => {
      core.answer = forChild;
      await says(report(`${VECTOR.productKey}_victim`, '{"fw_version":"v6"}'));
      await says(report(IOTDA_CHILD, '{"fw_version":"v1.0"}'));
      await arrived(1);
      core.answer = VERSION_QUERY;
      await says(report(IOTDA_CHILD, '{"result_code":0,"progress":100,"version":"v2.0"}', 'upgrade_progress_report'));
      await arrived(2);
      expect(received.map(({ payload }) => payload)).toEqual([CHILD_FIRMWARE_UPGRADE, CHILD_VERSION_QUERY]);
      expect(reportsOf()).toEqual([
        [CHILD, 'version'],
        [CHILD, 'result'],
      ]);
      // Only the parent was heard: the others are on-line with it.
      expect([...core.sessions.keys()]).toEqual([HUB]);
      expect(await dropped()).toMatchObject([{ labels: { reason: 'foreign_topic' }, value: 1 }]);
    });

    test('one that was put behind it a moment ago is heard as soon as it was spoken to', async () => {
      core.children.set(HUB, []);
      await says(report(IOTDA_CHILD, '{"fw_version":"v0"}'));
      await says(report(undefined, '{"fw_version":"v1"}'));
      await core.until(() => core.reports.length === 1);
      core.children.set(HUB, [CHILD]);
      expect(await gateway.link.queryVersion({ deviceId: CHILD, dialect: 'IOTDA' })).toBe(true);
      await says(report(IOTDA_CHILD, '{"fw_version":"v2"}'));
      await core.until(() => core.reports.length === 2);
      expect(reportsOf()).toEqual([
        [HUB, 'version'],
        [CHILD, 'version'],
      ]);
    });

    test('a connection of its own goes before that of its parent', async () => {
      const topic = DOWN.replace(VECTOR.id, IOTDA_CHILD);
      const own = connect(mosquitto.url, { protocolVersion: 4, username: IOTDA_CHILD, password: 'own-password', reconnectPeriod: 0 });
      await own.subscribeAsync(topic);
      const message = new Promise((resolve) => own.once('message', resolve));
      expect(await gateway.link.queryVersion({ deviceId: CHILD, dialect: 'IOTDA' })).toBe(true);
      expect(await message).toBe(topic);
      await own.endAsync(true);
      expect(received).toEqual([]);
    });

    test('a push that finds nobody takes the parent off-line, and with it its children', async () => {
      await says(report(undefined, '{"fw_version":"v1"}'));
      await core.until(() => core.sessions.has(HUB));
      core.sessions.set(CHILD, 'via the parent');
      await client.endAsync(true);
      // Until the broker has noticed it, too.
      while (await gateway.link.notify(forChild)) await delay(5);
      expect(core.calls.flatMap((each) => (each.call === 'disconnected' ? [each.deviceId] : []))).toEqual([HUB, CHILD]);
      expect(await gateway.link.notify(forChild)).toBe(false);
    });

    test('however much it said a moment before it was found gone, its next message brings it back', async () => {
      for (let count = 0; count < 20; count += 1) await says(report(undefined, '{"fw_version":"v1"}'));
      await core.until(() => core.reports.length === 20);
      await client.unsubscribeAsync(DOWN);
      expect(await gateway.link.queryVersion({ deviceId: CHILD, dialect: 'IOTDA' })).toBe(false);
      expect(core.sessions.has(HUB)).toBe(false);
      await says(report(undefined, '{"fw_version":"v1"}'));
      await core.until(() => core.reports.length === 21);
      expect(core.sessions.has(HUB)).toBe(true);
    });

    test('what the parent says for 150 devices at once is heard, while the store is slow', async () => {
      const children = Array.from({ length: 150 }, (_, index) => `probe-${index}`);
      core.children.set(
        HUB,
        children.map((name) => `${VECTOR.productKey}.${name}`),
      );
      let release = () => {};
      core.hold = new Promise((resolve) => {
        release = resolve;
      });
      await Promise.all(children.map((name) => says(report(`${VECTOR.productKey}_${name}`, '{"fw_version":"v1"}'))));
      release();
      await core.until(() => core.reports.length === children.length);
      expect(new Set(reportsOf().map(([id]) => id)).size).toBe(children.length);
      expect(await dropped()).toEqual([]);
    });
  },
);
