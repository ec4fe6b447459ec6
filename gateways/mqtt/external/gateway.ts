import { brokerGatewayId } from '../../../schema/model/ids';
import { createGatewayOver, type GatewayDeps, type MqttGateway } from '../gateway';
import type { DeviceUrls } from '../transport';
import type { ExternalSettings } from './settings';
import { createBrokerTransport } from './transport';

/** MQTT for devices at a broker of its own, shared with the other gateways that are its clients. `gatewayId` is this process's. */
export function createBrokerGateway(deps: GatewayDeps<ExternalSettings>): Promise<MqttGateway<DeviceUrls & { hookUrl?: string }>> {
  const { settings, gatewayId } = deps;
  return createGatewayOver({ ...deps, gatewayId: brokerGatewayId(settings.broker.name) }, (parts) =>
    createBrokerTransport(parts, settings, gatewayId),
  );
}
