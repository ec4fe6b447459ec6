import { randomBytes } from 'node:crypto';
import { connect, type IClientOptions, type MqttClient } from 'mqtt';
import { createSendWindow } from './send-window';
import { BROKER_LIMITS, type BrokerSettings } from './settings';

/** MQTT 5 §3.4.2.1: the broker took the message, and nobody is subscribed to its topic. */
const NO_MATCHING_SUBSCRIBERS = 0x10;

/** Whether a message can have reached somebody. */
export type Published = 'taken' | 'nobody';

/** The broker can't be asked now; nothing is known of the device. */
export class BrokerAway extends Error {
  override readonly name = 'BrokerAway';
}

/** One connection to the broker, until it ends. It keeps nothing over its end. */
export interface BrokerSession {
  /** Throws BrokerAway. */
  publish(topic: string, payload: string | Buffer, qos: 0 | 1): Promise<Published>;
  /** Throws when the broker refuses one of the filters. */
  subscribe(filters: readonly string[]): Promise<void>;
  unsubscribe(filters: readonly string[]): Promise<void>;
  /** Settles with the reason when the connection has ended. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

/** A message is acknowledged, and the next one read, when `onMessage`, which must not throw, is done with it. Rejects when the broker can't be reached or refuses. */
export async function openBrokerSession(
  settings: BrokerSettings,
  gatewayName: string,
  onMessage: (topic: string, payload: Buffer) => void | Promise<void>,
  signal: AbortSignal,
): Promise<BrokerSession> {
  const client = connect(settings.url, optionsOf(settings, gatewayName));
  const stop = (): void => void client.end(!client.connected);
  signal.addEventListener('abort', stop, { once: true });
  const sendWindow = createSendWindow(BROKER_LIMITS.sendMaximum, BROKER_LIMITS.sendWaiting);
  const unmatched = new Set<number>();
  let reason = 'the connection was closed';
  let failure: Error | null = null;
  client.handleMessage = ({ topic, payload }, done) => {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    const pending = onMessage(topic, bytes);
    if (pending) void pending.finally(() => done());
    else done();
  };
  client.on('error', (error) => {
    failure = error;
    reason = error.message;
  });
  client.on('disconnect', ({ reasonCode }) => {
    reason = `the broker disconnected with reason ${reasonCode ?? 0}`;
  });
  client.on('packetreceive', (packet) => {
    if (packet.cmd === 'puback' && packet.reasonCode === NO_MATCHING_SUBSCRIBERS && packet.messageId) unmatched.add(packet.messageId);
  });
  const waiting = new Set<(error: Error) => void>();
  const ended = new Promise<string>((resolve) => {
    client.once('close', () => {
      signal.removeEventListener('abort', stop);
      sendWindow.giveUp();
      for (const fail of waiting) fail(new BrokerAway(`The broker does not answer: ${reason}`));
      client.end(true);
      resolve(reason);
    });
  });
  await new Promise<void>((resolve, reject) => {
    client.once('connect', ({ properties }) => {
      sendWindow.resize(Math.min(BROKER_LIMITS.sendMaximum, properties?.receiveMaximum ?? BROKER_LIMITS.sendMaximum));
      resolve();
    });
    void ended.then(() => reject(failure ?? new BrokerAway(reason)));
  });

  function send(topic: string, payload: string | Buffer, qos: 0 | 1): Promise<Published> {
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        clearTimeout(timer);
        waiting.delete(fail);
        reject(error);
      };
      const timer = setTimeout(() => fail(new BrokerAway('The broker does not acknowledge messages')), BROKER_LIMITS.acknowledgeMs);
      waiting.add(fail);
      client.publish(topic, payload, { qos }, (error, packet) => {
        const id = packet && 'messageId' in packet ? packet.messageId : undefined;
        const nobody = id !== undefined && unmatched.delete(id);
        if (error) return fail(new BrokerAway(`The broker did not take a message: ${error.message}`));
        clearTimeout(timer);
        waiting.delete(fail);
        resolve(nobody ? 'nobody' : 'taken');
      });
    });
  }

  return {
    ended,
    async publish(topic, payload, qos) {
      if (!client.connected) throw new BrokerAway(`The broker does not answer: ${reason}`);
      if (qos === 0) return send(topic, payload, qos);
      if (!(await sendWindow.enter())) throw new BrokerAway('Too many messages wait for the broker');
      try {
        return await send(topic, payload, qos);
      } finally {
        sendWindow.leave();
      }
    },
    async subscribe(filters) {
      const granted = await subscribed(client, filters);
      const refused = filters.filter((_, index) => (granted[index] ?? 0x80) >= 0x80);
      if (refused.length > 0) throw new Error(`The broker refuses the subscription to ${refused.join(' and ')}`);
    },
    async unsubscribe(filters) {
      await client.unsubscribeAsync([...filters]);
    },
    async close() {
      await client.endAsync().catch(() => undefined);
    },
  };
}

/** The codes of the SUBACK; the library's own promise rejects at the first refusal without saying which. */
function subscribed(client: MqttClient, filters: readonly string[]): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    client.once('close', () => reject(new BrokerAway('The connection ended')));
    client.subscribe([...filters], { qos: 1 }, (error, _grants, packet) => {
      if (packet?.granted) resolve(packet.granted as number[]);
      else reject(error ?? new BrokerAway('The broker does not answer'));
    });
  });
}

/** Another client id each time: nobody takes a gateway's place, whatever it is called. */
function optionsOf({ username, password, ca }: BrokerSettings, gatewayName: string): IClientOptions {
  return {
    protocolVersion: 5,
    clientId: `updraft-${gatewayName}-${randomBytes(6).toString('hex')}`,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { ca }),
    clean: true,
    properties: { sessionExpiryInterval: 0, receiveMaximum: BROKER_LIMITS.receiveMaximum },
    keepalive: BROKER_LIMITS.keepAliveSeconds,
    connectTimeout: BROKER_LIMITS.connectTimeoutMs,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
  };
}
