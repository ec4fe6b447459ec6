import type { DeviceLink, Notification } from '../../../core/ports';
import { type DeviceId, deviceNameOf, productKeyOf } from '../../../schema/model/ids';
import type { CarrierParts } from '../carrier';
import type { DownMessage, Identity, MqttDialect } from '../dialect';
import type { Published } from './session';

/** Throws BrokerAway. */
export type PublishAtBroker = (topic: string, payload: string | Buffer, qos: 0 | 1) => Promise<Published>;

/**
 * Pushes by the broker. Nobody here knows who is connected, so each push asks: with QoS 1 the broker says when nobody is subscribed to the
 * device's topic. Then the device's session is read and the message published once more; a device that nobody has heard of since is
 * off-line. A push that can't be published throws: it says nothing about the device.
 */
export function createBrokerLink(
  { devices, dialects, gatewayId, metrics }: Pick<CarrierParts, 'devices' | 'dialects' | 'gatewayId' | 'metrics'>,
  publish: PublishAtBroker,
): DeviceLink {
  const dialectOf = (name: MqttDialect['name']): MqttDialect | undefined => dialects.find((dialect) => dialect.name === name);

  /** By each name that the device may have connected with. */
  async function reaches(messages: readonly DownMessage[]): Promise<boolean> {
    for (const { topic, payload } of messages) if ((await publish(topic, payload, 1)) === 'taken') return true;
    return false;
  }

  async function push(deviceId: DeviceId, messages: readonly DownMessage[]): Promise<boolean> {
    if (await reaches(messages)) return delivered();
    const session = await devices.sessionAt(deviceId, gatewayId);
    if (session !== null) {
      if (await reaches(messages)) return delivered();
      // It was heard while we asked: it is there, and is asked again in its turn.
      if (!(await devices.left(deviceId, gatewayId, { is: session }))) return delivered();
    }
    metrics.deliveries.disconnected.inc();
    return false;
  }

  function delivered(): true {
    metrics.deliveries.delivered.inc();
    return true;
  }

  return {
    gatewayId,
    isConnected: () => true,
    async notify(notification: Notification) {
      const { deviceId, productKey, deviceName, dialect: name = 'LINK' } = notification;
      const dialect = dialectOf(name);
      if (dialect === undefined) return false;
      const names = dialect.names({ deviceId, productKey, deviceName });
      return push(
        deviceId,
        names.map((device) => dialect.upgradeMessage(device, notification)),
      );
    },
    async queryVersion(deviceId) {
      const dialect = dialects.find(({ queryMessage }) => queryMessage !== undefined);
      const device = identityOf(deviceId);
      const messages = dialect?.names(device).flatMap((each) => dialect.queryMessage?.(each) ?? []) ?? [];
      return push(deviceId, messages);
    },
  };
}

const identityOf = (deviceId: DeviceId): Identity => ({
  deviceId,
  productKey: productKeyOf(deviceId),
  deviceName: deviceNameOf(deviceId),
});
