import type { Registry } from 'prom-client';
import type { MqttUrls } from '../../gateways/mqtt/broker/listeners';
import { createMqttGateway } from '../../gateways/mqtt/gateway';
import { createGatewayWorker, type DecorateActivities } from '../../workflows/worker';
import { deviceCertificate } from '../device-certificate';
import type { Foundation } from '../foundation';
import type { Part } from '../part';
import { runWorker } from './run-worker';

/** Holds device connections, and pushes what the batches offer to them. */
export async function startGateway(
  { config, logger, native, parts }: Foundation,
  registry: Registry,
  decorateActivities?: DecorateActivities,
): Promise<Part & MqttUrls> {
  const { gatewayId, host, mqttPort, mqttsPort, mqttWsPort, iotdaHourTolerance } = config;
  const hasCertificate = config.mqttsTls !== undefined || config.tls !== undefined;
  const certificate = mqttsPort === null && !hasCertificate ? undefined : await deviceCertificate(config, logger);
  const tls = certificate && mqttsPort !== null ? { ...certificate, port: mqttsPort } : undefined;
  // A certificate of our own would only be in the way: no browser takes it, and there is a port with TLS for trying out.
  const webSocket = mqttWsPort === null ? undefined : { port: mqttWsPort, ...(hasCertificate && { tls: certificate }) };
  const settings = { host, port: mqttPort, tls, webSocket, quotas: config.quotas, iotdaHourTolerance };
  const gateway = await createMqttGateway({ core: parts.core, gatewayId, settings, logger, registry });
  const urls = await gateway.start();
  const worker = await createGatewayWorker(
    { connection: native, namespace: config.temporalNamespace, decorateActivities },
    gatewayId,
    parts.offersOver(gateway.link),
  );
  const pushing = runWorker(worker, `gateway ${gatewayId}`, logger);
  return {
    ...urls,
    async stop() {
      await pushing.stop();
      await gateway.stop();
    },
  };
}
