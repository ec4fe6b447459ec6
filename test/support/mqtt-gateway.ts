import type { DeviceLink } from '../../core/ports';
import { createGateway, type Gateway, type GatewayDeps } from '../../gateways/gateway';
import type { MqttUrls } from '../../gateways/mqtt/embedded/listeners';
import { type BrokerMqttSettings, type EmbeddedMqttSettings, embeddedMqtt, mqttAtBroker } from '../../gateways/mqtt/transports';
import type { DeviceUrls, OpenTransport, Transport } from '../../gateways/transport';

/** Of the gateway as a whole. */
export type CommonSettings = Pick<GatewayDeps, 'queues' | 'stopWithinMs'>;

/** A gateway that devices come to over MQTT alone. */
export interface MqttGateway<U extends DeviceUrls = MqttUrls> extends Gateway<U>, Pick<Transport, 'onConnected' | 'onPushes'> {
  readonly link: DeviceLink;
}

type Deps<S> = Omit<GatewayDeps, keyof CommonSettings> & { settings: S & CommonSettings };
export type MqttGatewayDeps = Deps<EmbeddedMqttSettings>;

/** On the embedded broker. */
export const createMqttGateway = ({ settings, ...deps }: MqttGatewayDeps): Promise<MqttGateway> =>
  over({ ...deps, ...settings }, embeddedMqtt(settings));

/** At an external broker. */
export const createBrokerGateway = ({ settings, ...deps }: Deps<BrokerMqttSettings>): Promise<MqttGateway<DeviceUrls>> =>
  over({ ...deps, ...settings }, mqttAtBroker(settings));

async function over<U extends DeviceUrls>(deps: GatewayDeps, open: OpenTransport<U>): Promise<MqttGateway<U>> {
  const opened: Transport<U>[] = [];
  const gateway = await createGateway<U>(deps, [
    (parts) => {
      const transport = open(parts);
      opened.push(transport);
      return transport;
    },
  ]);
  const [transport] = opened;
  const [pusher] = gateway.pushers;
  if (!transport || !pusher) throw new Error('A gateway has a transport, and something to push over');
  const { onConnected, onPushes } = transport;
  const { start, stop, metrics, pushers } = gateway;
  return {
    ...{ start, stop, metrics, pushers, onConnected, onPushes },
    link: pusher.link,
    get connected() {
      return gateway.connected;
    },
  };
}
