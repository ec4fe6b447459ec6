import type { EventEmitter } from 'node:events';
import type { Client } from 'aedes';

interface ParsedPacket {
  cmd: string;
  subscriptions?: { qos: number }[];
}

/**
 * QoS 2 is not offered, so SUBACK grants 1 at most (device-protocols §0.2.5). aedes notes the QoS to grant before it asks for
 * authorization; the packet is therefore changed where its parser hands it over. Without that parser QoS 2 would be granted and 1 delivered.
 */
export function limitQos(client: Client): void {
  const { _parser: parser } = client as Client & { _parser?: EventEmitter };
  parser?.prependListener('packet', (packet: ParsedPacket) => {
    for (const subscription of packet.subscriptions ?? []) {
      if (subscription.qos > 1) subscription.qos = 1;
    }
  });
}
