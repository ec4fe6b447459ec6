import { brokerGatewayId } from '../../schema/model/ids';
import type { DeviceUrls, OpenTransport } from '../transport';
import type { ListenSettings, MqttUrls } from './embedded/listeners';
import { createEmbeddedTransport } from './embedded/transport';
import type { ExternalSettings } from './external/settings';
import { createBrokerTransport } from './external/transport';
import { createTransportParts, type MqttSettings } from './transport-parts';

export type EmbeddedMqttSettings = MqttSettings & Omit<ListenSettings, 'connections' | 'strangers'>;
export type BrokerMqttSettings = MqttSettings & ExternalSettings;

/** MQTT for devices, on a broker of its own inside this process. */
export const embeddedMqtt =
  (settings: EmbeddedMqttSettings): OpenTransport<MqttUrls> =>
  (parts) =>
    createEmbeddedTransport(createTransportParts(parts, settings), settings);

/** MQTT for devices at a broker of its own, shared with the other gateways that are its clients, and which stands in place of them. */
export const mqttAtBroker =
  (settings: BrokerMqttSettings): OpenTransport<Pick<DeviceUrls, 'hookUrl'>> =>
  (parts) => {
    const atBroker = { ...parts, gatewayId: brokerGatewayId(settings.broker.name) };
    return createBrokerTransport(createTransportParts(atBroker, settings), settings, parts.gatewayId);
  };
