import type { Registry } from 'prom-client';
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
): Promise<Part & { mqttUrl: string; mqttsUrl?: string }> {
  const { gatewayId, host, mqttPort, mqttsPort, iotdaHourTolerance } = config;
  const tls = mqttsPort === null ? undefined : { ...(await deviceCertificate(config, logger)), port: mqttsPort };
  const settings = { host, port: mqttPort, tls, quotas: config.quotas, iotdaHourTolerance };
  const gateway = await createMqttGateway({ core: parts.core, gatewayId, settings, logger, registry });
  const { mqttUrl, mqttsUrl } = await gateway.start();
  const worker = await createGatewayWorker(
    { connection: native, namespace: config.temporalNamespace, decorateActivities },
    gatewayId,
    parts.offersOver(gateway.link),
  );
  const pushing = runWorker(worker, `gateway ${gatewayId}`, logger);
  return {
    mqttUrl,
    mqttsUrl,
    async stop() {
      await pushing.stop();
      await gateway.stop();
    },
  };
}
