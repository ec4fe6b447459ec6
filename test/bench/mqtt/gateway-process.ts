import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pino from 'pino';
import type { Notification } from '../../../core/ports';
import type { GatewayCore } from '../../../gateways/core';
import { createMqttGateway } from '../../support/mqtt-gateway';
import { deviceName, PRODUCT_KEY, SECRET } from './bench-device';
import type { GatewayAnswer, GatewayQuestion } from './gateway-messages';

/** At a time: a batch pushes in portions as well. */
const PORTION = 200;

/** A gateway and nothing behind it: every device is known, and what it reports goes nowhere. */
const core: GatewayCore = {
  devices: {
    credentials: async () => ({ secret: SECRET, enabled: true, dialect: 'LINK' }),
    credentialsOfNode: async () => null,
    reviewConnected: async () => ({ notAllowed: [], offline: [] }),
    stillConnected: async () => {},
    disabledOn: async () => [],
    sessionEndsAt: async () => [],
    onSessionEnds: () => () => undefined,
    childrenOf: async () => [],
    parentsOf: async () => new Map(),
    connected: async () => true,
    disconnected: async () => {},
    gatewayReset: async () => {},
    heard: async () => ({ registration: null }),
    awaits: async () => false,
    shown: async () => true,
    sessionAt: async () => null,
    left: async () => true,
    unheard: async () => {},
  },
  tasks: { report: async () => null, requested: async () => null, ignored: () => {} },
  downloads: { block: async () => ({ kind: 'unknown' }) },
};

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

async function main(): Promise<void> {
  const gateway = await createMqttGateway({
    core,
    gatewayId: 'bench',
    settings: { host: '127.0.0.1', port: 0 },
    logger: pino({ level: 'error' }, process.stderr),
  });
  const { mqttUrl } = await gateway.start();

  const counted = async (name: string): Promise<number> => {
    const metric = await gateway.metrics.registry.getSingleMetric(`updraft_gateway_${name}`)?.get();
    return metric?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
  };

  async function notifyAll(devices: number): Promise<void> {
    for (let next = 0; next < devices; next += PORTION) {
      const portion = Array.from({ length: Math.min(PORTION, devices - next) }, (_, index) => notificationOf(next + index));
      await Promise.all(portion.map((notification) => gateway.link.notify(notification)));
      await setImmediate();
    }
  }

  async function answer(question: GatewayQuestion): Promise<GatewayAnswer> {
    if (question.kind === 'notify') await notifyAll(question.devices);
    if (question.kind === 'settle') collect();
    const [sessions, received, dropped] = await Promise.all(['sessions', 'received_total', 'dropped_total'].map(counted));
    return { sessions: sessions ?? 0, received: received ?? 0, dropped: dropped ?? 0 };
  }

  process.on('message', (question: GatewayQuestion) => void answer(question).then((reply) => process.send?.(reply)));
  process.on('disconnect', () => process.exit(0));
  process.send?.({ port: Number(new URL(mqttUrl).port) });
}

function notificationOf(index: number): Notification {
  const name = deviceName(index);
  const url = `https://fw.example/d/${'t'.repeat(64)}/fw.bin`;
  return {
    deviceId: `${PRODUCT_KEY}.${name}`,
    productKey: PRODUCT_KEY,
    deviceName: name,
    module: 'default',
    version: '2.0.0',
    digestAlgorithm: 'SHA256',
    differential: false,
    files: [{ name: 'fw.bin', size: 432_945, md5: 'a'.repeat(32), sha256: 'b'.repeat(64), url }],
  };
}

void main();
