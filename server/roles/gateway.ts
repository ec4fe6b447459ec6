import type { Registry } from 'prom-client';
import { coap } from '../../gateways/coap/transport';
import { createGateway, type Pusher } from '../../gateways/gateway';
import { embeddedMqtt, mqttAtBroker } from '../../gateways/mqtt/transports';
import type { DeviceUrls, OpenTransport } from '../../gateways/transport';
import { createGatewayWorker, type DecorateActivities } from '../../workflows/worker';
import { deviceCertificate } from '../device-certificate';
import type { Foundation } from '../foundation';
import type { Part } from '../part';
import { readBroker } from '../settings/broker-settings';
import { runWhile } from './run-while';
import { runWorker } from './run-worker';

export interface GatewayPart extends Part, DeviceUrls {
  /** Whether messages for devices leave now. */
  readonly connected: boolean;
}

/** Holds device connections, or one to the broker that holds them, and pushes to them what the batches hand out. */
export async function startGateway(
  foundation: Foundation,
  registry: Registry,
  decorateActivities?: DecorateActivities,
): Promise<GatewayPart> {
  const { config, logger, native, parts } = foundation;
  const { gatewayId } = config;
  const gateway = await createGateway({ core: parts.core, gatewayId, logger, registry }, [await mqttOf(foundation), ...coapOf(foundation)]);
  const urls = await gateway.start();
  const options = { connection: native, namespace: config.temporalNamespace, decorateActivities, log: logger };
  // At a shared broker one gateway pushes at a time: a batch's rate is kept where its pushes leave.
  const workerWhile = ({ link, onPushes }: Pusher) =>
    runWhile({ onPushes }, async () =>
      runWorker(await createGatewayWorker(options, link.gatewayId, parts.pushOver(link)), `gateway ${link.gatewayId}`, logger),
    );
  const pushing = gateway.pushers.map(workerWhile);
  await Promise.all(pushing.map((each) => each.settled()));
  return {
    ...urls,
    get connected() {
      return gateway.connected;
    },
    async stop() {
      await Promise.all(pushing.map((each) => each.stop()));
      await gateway.stop();
    },
  };
}

function coapOf({ config, parts, coapPorts }: Foundation): OpenTransport[] {
  const { host, coapQuotas: quotas } = config;
  const { coapPort: port, coapsPort: securePort } = coapPorts;
  return port === null && securePort === null
    ? []
    : [coap(parts.core, { host, port, securePort, quotas, observeSecret: parts.observeSecret })];
}

async function mqttOf({ config, logger }: Foundation): Promise<OpenTransport> {
  const { host, mqttPort, mqttsPort, mqttWsPort, iotdaHourTolerance, quotas, broker } = config;
  const common = { quotas, iotdaHourTolerance };
  if (broker) {
    const hook = broker.hook && { host, ...broker.hook };
    return mqttAtBroker({ ...common, broker: readBroker(broker), ...(hook && { hook }) });
  }
  const hasCertificate = config.mqttsTls !== undefined || config.tls !== undefined;
  const certificate = mqttsPort === null && !hasCertificate ? undefined : await deviceCertificate(config, logger);
  const tls = certificate && mqttsPort !== null ? { ...certificate, port: mqttsPort } : undefined;
  // A certificate of our own would only be in the way: no browser takes it, and there is a port with TLS for trying out.
  const webSocket = mqttWsPort === null ? undefined : { port: mqttWsPort, ...(hasCertificate && { tls: certificate }) };
  return embeddedMqtt({ ...common, host, port: mqttPort, tls, webSocket });
}
