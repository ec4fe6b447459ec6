import type { Registry } from 'prom-client';
import { createBrokerGateway } from '../../gateways/mqtt/external/gateway';
import { createMqttGateway, type MqttGateway } from '../../gateways/mqtt/gateway';
import type { DeviceUrls } from '../../gateways/mqtt/transport';
import { createGatewayWorker, type DecorateActivities } from '../../workflows/worker';
import { deviceCertificate } from '../device-certificate';
import type { Foundation } from '../foundation';
import type { Part } from '../part';
import { readBroker } from '../settings/broker-settings';
import { runWhile } from './run-while';
import { runWorker } from './run-worker';

export interface GatewayPart extends Part, DeviceUrls {
  hookUrl?: string;
  /** Whether messages for devices leave now. */
  readonly connected: boolean;
}

/** Holds device connections, or one to the broker that holds them, and pushes what the batches offer to them. */
export async function startGateway(
  foundation: Foundation,
  registry: Registry,
  decorateActivities?: DecorateActivities,
): Promise<GatewayPart> {
  const { config, logger, native, parts } = foundation;
  const gateway = await createGateway(foundation, registry);
  const urls = await gateway.start();
  const { gatewayId } = gateway.link;
  // At a shared broker one gateway pushes at a time: a batch's rate is kept where its pushes leave.
  const pushing = runWhile(gateway, async () => {
    const options = { connection: native, namespace: config.temporalNamespace, decorateActivities };
    return runWorker(await createGatewayWorker(options, gatewayId, parts.offersOver(gateway.link)), `gateway ${gatewayId}`, logger);
  });
  await pushing.settled();
  return {
    ...urls,
    get connected() {
      return gateway.connected;
    },
    async stop() {
      await pushing.stop();
      await gateway.stop();
    },
  };
}

async function createGateway(
  { config, logger, parts }: Foundation,
  registry: Registry,
): Promise<MqttGateway<DeviceUrls & { hookUrl?: string }>> {
  const { gatewayId, host, mqttPort, mqttsPort, mqttWsPort, iotdaHourTolerance, quotas, broker } = config;
  const common = { quotas, iotdaHourTolerance };
  const deps = { core: parts.core, gatewayId, logger, registry };
  if (broker) {
    const hook = broker.hook && { host, ...broker.hook };
    return createBrokerGateway({ ...deps, settings: { ...common, broker: readBroker(broker), ...(hook && { hook }) } });
  }
  const hasCertificate = config.mqttsTls !== undefined || config.tls !== undefined;
  const certificate = mqttsPort === null && !hasCertificate ? undefined : await deviceCertificate(config, logger);
  const tls = certificate && mqttsPort !== null ? { ...certificate, port: mqttsPort } : undefined;
  // A certificate of our own would only be in the way: no browser takes it, and there is a port with TLS for trying out.
  const webSocket = mqttWsPort === null ? undefined : { port: mqttWsPort, ...(hasCertificate && { tls: certificate }) };
  return createMqttGateway({ ...deps, settings: { ...common, host, port: mqttPort, tls, webSocket } });
}
