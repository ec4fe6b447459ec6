import pino from 'pino';
import { type CoapSettings, type CoapTransport, type CoapUrls, coap } from '../../../gateways/coap/transport';
import { createGateway, type Gateway } from '../../../gateways/gateway';
import { RecordingCore } from '../recording-core';
import { CoapClient } from './coap-client';
import { FakeCoapCore, KEYS } from './fake-coap-core';

export interface RunningCoap {
  core: FakeCoapCore;
  mqttCore: RecordingCore;
  gateway: Gateway<CoapUrls>;
  urls: CoapUrls;
  requests: CoapTransport['requests'];
  counted(name: string, labels?: Record<string, string>): Promise<number>;
  /** A device with a socket of its own. */
  plain(url?: string): Promise<CoapClient>;
  /** Rejects when the handshake fails. */
  secure(identity: string, key?: Buffer): Promise<CoapClient>;
  stop(): Promise<void>;
}

/** `core`: of a gateway before, which this one takes the place of. */
export async function startCoapGateway(settings: Partial<CoapSettings> = {}, core = new FakeCoapCore()): Promise<RunningCoap> {
  let transport: CoapTransport | undefined;
  const mqttCore = new RecordingCore();
  const deps = { core: mqttCore, gatewayId: 'gateway-1', logger: pino({ level: 'silent' }), stopWithinMs: 200 };
  const gateway = await createGateway<CoapUrls>(deps, [
    (parts) => {
      transport = coap(core, { host: '127.0.0.1', port: 0, securePort: 0, observeSecret: Buffer.alloc(32, 5), ...settings })(parts);
      return transport;
    },
  ]);
  const urls = await gateway.start();
  if (!transport) throw new Error('A gateway opens its transports');
  const { requests } = transport;
  const clients: CoapClient[] = [];
  const added = (client: CoapClient): CoapClient => {
    clients.push(client);
    return client;
  };
  return {
    core,
    mqttCore,
    gateway,
    urls,
    requests,
    async counted(name, labels = {}) {
      const metric = await gateway.metrics.registry.getSingleMetric(`updraft_coap_${name}`)?.get();
      const matches = (value: Record<string, unknown>) => Object.entries(labels).every(([key, label]) => value[key] === label);
      return metric?.values.filter((each) => matches(each.labels)).reduce((sum, each) => sum + each.value, 0) ?? Number.NaN;
    },
    plain: async (url = urls.coapUrl ?? '') => added(await CoapClient.over(url)),
    secure: async (identity, key = KEYS[identity] ?? Buffer.alloc(16)) =>
      added(await CoapClient.overDtls(urls.coapsUrl ?? '', identity, key)),
    async stop() {
      await gateway.stop();
      for (const client of clients) client.close();
    },
  };
}

export const LINKS = '</>;rt="oma.lwm2m";ct=110,</1/0>,</3/0>,</5/0>';
