import type { GatewayMetrics } from '../../metrics';
import type { MqttQuotas } from '../quotas';
import { overlaps } from '../topic-filter';
import type { Deliver, Session } from './session';

const WILDCARD = /[+#]/;

/** QoS 0 unless the device subscribed with more (device-protocols §0.2.5). */
function qosOf(session: Session, topic: string): 0 | 1 {
  if (session.granted.get(topic) === 1) return 1;
  // A parent may have thousands of filters, for its children.
  for (const [filter, qos] of session.granted) {
    if (qos === 1 && WILDCARD.test(filter) && overlaps(filter, topic)) return 1;
  }
  return 0;
}

/**
 * Writes a message to the session's own connection, once, whatever the device subscribed to (device-protocols §0.2.3).
 * False: the connection has gone; so it does when the device has stopped reading, and what it missed it gets when it comes back.
 */
export function createDeliver(metrics: GatewayMetrics, { outgoingBytes }: Pick<MqttQuotas, 'outgoingBytes'>): Deliver {
  return (session, { topic, payload }) => {
    const { client } = session;
    if (client.closed) {
      metrics.deliveries.disconnected.inc();
      return Promise.resolve(false);
    }
    if (client.conn.writableLength > outgoingBytes) {
      metrics.deliveries.congested.inc();
      metrics.closed.slow_consumer.inc();
      /** Not `close`, which would wait until it has read. */
      client.conn.destroy();
      return Promise.resolve(false);
    }
    return new Promise((resolve) => {
      const packet = { cmd: 'publish', topic, payload, qos: qosOf(session, topic), retain: false, dup: false } as const;
      client.publish(packet, () => {
        const written = !client.closed;
        metrics.deliveries[written ? 'delivered' : 'disconnected'].inc();
        resolve(written);
      });
    });
  };
}
