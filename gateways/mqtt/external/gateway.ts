import { brokerGatewayId } from '../../../schema/model/ids';
import type { DeviceUrls } from '../carrier';
import { createGatewayOver, type GatewayDeps, type MqttGateway } from '../gateway';
import { createBrokerCarrier } from './carrier';
import type { ExternalSettings } from './settings';

/** The MQTT door for devices at a broker of its own, shared with the other gateways that are its clients. `gatewayId` is this process's. */
export function createBrokerGateway(deps: GatewayDeps<ExternalSettings>): Promise<MqttGateway<DeviceUrls & { hookUrl?: string }>> {
  const { settings, gatewayId } = deps;
  return createGatewayOver({ ...deps, gatewayId: brokerGatewayId(settings.broker.name) }, (parts) =>
    createBrokerCarrier(parts, settings, gatewayId),
  );
}
