import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { Benchmark, BenchScope } from '../benchmark';
import { describeMachine } from '../machine';
import { connectDevice, upgradeTopic } from './bench-device';
import { MOSQUITTO_MISSING, startGateway, startMosquitto } from './brokers';
import { messagesOf, sendProgress, storm, transfer } from './measure';
import { type Measured, type MqttResult, problemsOf, reportText } from './report';

const MOST_DEVICES = 20_000;
/** Files that both sides have open besides. */
const RESERVE = 500;

/** What a gateway takes and gives without the platform behind it, and Mosquitto carrying the same. */
export const mqtt: Benchmark = {
  name: 'mqtt',
  about: 'connect storm, idle memory, notifications and messages a second of 20,000 devices, beside Mosquitto',
  devices: { least: 100, most: MOST_DEVICES, default: MOST_DEVICES },
  async run({ devices }, scope) {
    const machine = await describeMachine();
    const room = openFiles() - RESERVE;
    const count = Math.min(devices, room);
    if (count < devices) scope.say(`A process may open ${room + RESERVE} files here: room for ${room} devices (see \`ulimit -n\`)`);
    scope.say(`(a) Updraft's gateway, ${count} devices`);
    const updraft = await measureGateway(scope, count);
    scope.say('(b) Mosquitto, the same messages');
    const mosquitto = await measureMosquitto(scope, count);
    if (mosquitto === null) scope.say(MOSQUITTO_MISSING);
    const result: MqttResult = { benchmark: 'mqtt', machine, devices: count, updraft, mosquitto };
    return { json: result, text: reportText(result), problems: problemsOf(result) };
  },
};

function openFiles(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? 1_024);
}

async function measureGateway(scope: BenchScope, count: number): Promise<Measured> {
  const gateway = await startGateway(scope);
  const subject = { ...gateway, settle: async () => void (await gateway.ask({ kind: 'settle' })) };
  let notified = 0;
  const connected = await storm(subject, count, () => (notified += 1), scope.signal);
  const { devices, rate: connect, shed, bytesEach } = connected;
  const notifications = await transfer(
    subject,
    connect.reached,
    async () => void (await gateway.ask({ kind: 'notify', devices: count })),
    async () => notified,
  );
  const messages = await transfer(
    subject,
    messagesOf(devices),
    async () => void (await sendProgress(devices)),
    async () => (await gateway.ask({ kind: 'count' })).received,
  );
  const { dropped } = await gateway.ask({ kind: 'count' });
  for (const device of devices) device?.close();
  await gateway.stop();
  return { version: 'this', connect, shed, bytesEach, notifications, messages, dropped };
}

/** A server that subscribes to every report and publishes every notification, as a platform behind a broker does. */
async function measureMosquitto(scope: BenchScope, count: number): Promise<Measured | null> {
  const broker = await startMosquitto(scope);
  if (broker === null) return null;
  const subject = { ...broker, settle: async () => {} };
  let notified = 0;
  const connected = await storm(subject, count, () => (notified += 1), scope.signal);
  const { devices, rate: connect, shed, bytesEach } = connected;
  for (const [index, device] of devices.entries()) {
    device?.write({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: upgradeTopic(index), qos: 0 }] });
    if (index % 500 === 0) await setImmediate();
  }
  let reported = 0;
  const server = await connectDevice(broker.port, MOST_DEVICES, () => (reported += 1));
  server?.write({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: '/ota/device/progress/#', qos: 0 }] });
  const payload = notificationBytes();
  const notifications = await transfer(
    subject,
    connect.reached,
    async () => {
      for (let index = 0; index < count; index += 1) {
        server?.write({ cmd: 'publish', topic: upgradeTopic(index), payload, qos: 0, dup: false, retain: false });
        if (index % 200 === 0) await setImmediate();
      }
    },
    async () => notified,
  );
  const messages = await transfer(
    subject,
    messagesOf(devices),
    async () => void (await sendProgress(devices)),
    async () => reported,
  );
  for (const device of devices) device?.close();
  server?.close();
  await broker.stop();
  return { version: broker.version, connect, shed, bytesEach, notifications, messages, dropped: 0 };
}

function notificationBytes(): string {
  const url = `https://fw.example/d/${'t'.repeat(64)}/fw.bin`;
  const data = { size: 432_945, version: '2.0.0', url, md5: 'a'.repeat(32), sign: 'b'.repeat(64), signMethod: 'SHA256', extData: {} };
  return JSON.stringify({ code: '1000', data, id: Date.now(), message: 'success' });
}
