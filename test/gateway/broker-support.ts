import pino from 'pino';
import type { BrokerSettings } from '../../gateways/mqtt/external/settings';
import type { BrokerMqttSettings } from '../../gateways/mqtt/transports';
import type { DeviceUrls } from '../../gateways/transport';
import { GATEWAYS, linkAcl, type Mosquitto, prepareMosquitto } from '../support/mosquitto';
import { createBrokerGateway, type MqttGateway } from '../support/mqtt-gateway';
import { NOW, VECTOR } from './iotda-support';
import { PRODUCT_KEY, RecordingCore } from './recording-core';
import { deviceOptions } from './support';

/** A gateway over either transport. */
export interface RunningGateway {
  core: RecordingCore;
  gateway: Pick<MqttGateway<DeviceUrls>, 'link'>;
  url: string;
  stop(): Promise<void>;
}

export const LINK_NAMES = ['meter-0001', 'other'];

/** From now on every device is the IoTDA one of the test vector. */
export function knowsIotda(core: RecordingCore): void {
  core.secret = VECTOR.secret;
  core.iotda.add(VECTOR.deviceName);
}

/** The accounts of the tests' devices. */
export const deviceAccounts = () => [
  ...LINK_NAMES.map((name) => {
    const { username = '', password } = deviceOptions({ deviceName: name });
    return { username, password: String(password), acl: linkAcl(PRODUCT_KEY, name) };
  }),
  { username: VECTOR.id, password: VECTOR.password },
];

/** Settles when the gateway is subscribed. */
export async function connectedGateway(
  core: RecordingCore,
  mosquitto: Pick<Mosquitto, 'url'>,
  gatewayId = 'gateway-1',
  { quotas, hook, ...broker }: Partial<BrokerSettings & Pick<BrokerMqttSettings, 'quotas' | 'hook'>> = {},
): Promise<MqttGateway<DeviceUrls>> {
  const gateway = await createBrokerGateway({
    core,
    gatewayId,
    settings: {
      broker: { url: mosquitto.url, ...GATEWAYS, name: 'test', presence: 'messages', ...broker },
      quotas,
      hook,
      stopWithinMs: 200,
    },
    logger: pino({ level: 'silent' }),
    clock: () => NOW,
  });
  await gateway.start();
  await connectedAs(gateway);
  return gateway;
}

export const connectedAs = (gateway: Pick<MqttGateway, 'onConnected'>, wanted = true): Promise<void> =>
  new Promise((resolve) => gateway.onConnected((connected) => connected === wanted && resolve()));

export async function startAtMosquitto(): Promise<RunningGateway> {
  const mosquitto = await prepareMosquitto();
  await mosquitto.start(deviceAccounts());
  const core = new RecordingCore();
  const gateway = await connectedGateway(core, mosquitto);
  return {
    core,
    gateway,
    url: mosquitto.url,
    async stop() {
      await gateway.stop();
      await mosquitto.stop();
    },
  };
}
