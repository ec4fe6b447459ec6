import type { DeviceLink, Notification } from '../../../core/ports';
import { type DeviceId, deviceNameOf, productKeyOf } from '../../../schema/model/ids';
import { dialectOf, type Speaking, traitsOf } from '../../../schema/model/protocol/dialect';
import type { DownMessage, Identity, MqttDialect } from '../dialect';
import type { TransportParts } from '../transport-parts';
import type { Published } from './session';

/** Throws BrokerAway. */
export type PublishAtBroker = (topic: string, payload: string | Buffer, qos: 0 | 1) => Promise<Published>;

/** Messages that only this device's connection may be subscribed to. */
interface Route {
  to: DeviceId;
  messages: readonly DownMessage[];
}

interface BrokerLinkDeps extends Pick<TransportParts, 'devices' | 'dialects' | 'gatewayId' | 'metrics'> {
  publish: PublishAtBroker;
  /** An answer of the device may come over the connection of the parent. */
  onSpokenTo(parentId: DeviceId, deviceId: DeviceId): void;
  /** It is off-line; whatever it says next brings it back. */
  onGone(deviceId: DeviceId): void;
}

/**
 * Pushes by the broker. Nobody here knows who is connected, so each push asks: with QoS 1 the broker says when nobody is subscribed to the
 * device's topic, nor to its parent's. Then the session is read and the message published once more; a device that
 * nobody has heard of since is off-line, and so are its children. A push that can't be published throws: it says nothing about the device.
 */
export function createBrokerLink({ devices, dialects, gatewayId, metrics, publish, onSpokenTo, onGone }: BrokerLinkDeps): DeviceLink {
  const spokenBy = (device: Speaking): MqttDialect | undefined => dialects.find(({ name }) => name === dialectOf(device));

  /** By each name that the device may have connected with. */
  async function reaches({ messages }: Route): Promise<boolean> {
    for (const { topic, payload } of messages) if ((await publish(topic, payload, 1)) === 'taken') return true;
    return false;
  }

  /** False as well for one that was heard while we asked: it is there, and is asked again in its turn. */
  async function hasGone(route: Route): Promise<boolean> {
    const session = await devices.sessionAt(route.to, gatewayId);
    if (session === null) return true;
    if ((await reaches(route)) || !(await devices.left(route.to, gatewayId, { is: session }))) return false;
    onGone(route.to);
    return true;
  }

  /** Only where children have no topics of their own. */
  async function overParent(deviceId: DeviceId, dialect: MqttDialect, toMessage: (device: Identity) => DownMessage): Promise<Route[]> {
    if (traitsOf({ dialect: dialect.name }).childTopics === 'own') return [];
    const to = (await devices.parentsOf([deviceId])).get(deviceId);
    if (to === undefined) return [];
    onSpokenTo(to, deviceId);
    return [{ to, messages: dialect.names(identityOf(to)).map((parent) => toMessage({ ...identityOf(deviceId), parent })) }];
  }

  async function push(deviceId: DeviceId, dialect: MqttDialect, toMessage: (device: Identity) => DownMessage): Promise<boolean> {
    const own = { to: deviceId, messages: dialect.names(identityOf(deviceId)).map(toMessage) };
    if (await reaches(own)) return delivered();
    const over = await overParent(deviceId, dialect, toMessage);
    for (const route of over) if (await reaches(route)) return delivered();
    for (const route of [...over, own]) if (!(await hasGone(route))) return delivered();
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
      const dialect = spokenBy(notification);
      return dialect !== undefined && push(notification.deviceId, dialect, (device) => dialect.upgradeMessage(device, notification));
    },
    async queryVersion({ deviceId, ...device }) {
      const dialect = spokenBy(device);
      const toMessage = dialect?.queryMessage;
      return dialect !== undefined && toMessage !== undefined && push(deviceId, dialect, toMessage);
    },
  };
}

const identityOf = (deviceId: DeviceId): Identity => ({
  deviceId,
  productKey: productKeyOf(deviceId),
  deviceName: deviceNameOf(deviceId),
});
