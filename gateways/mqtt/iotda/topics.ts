import type { Identity, Named } from '../dialect';
import { namedById } from './auth';

/** What a device published to (device-protocols §2.2). `system`: another topic of its own, which means nothing here. */
export type IotdaUpTopic = 'events' | 'system' | 'foreign' | 'unknown';

const ROOT = '$oc/devices/';
const EVENTS_UP = '/sys/events/up';

/** What a device is called in topics and messages: the node id it connected with, or its device id. */
export const iotdaId = ({ productKey, deviceName, alias }: Identity): string => alias ?? `${productKey}_${deviceName}`;

/** Its own names: a device that connects with its node id may have learnt its device id elsewhere. */
export const isOwnId = (id: string, device: Identity): boolean =>
  id === iotdaId(device) || id === `${device.productKey}_${device.deviceName}`;

export function iotdaUpTopic(topic: string, device: Identity): IotdaUpTopic {
  if (!topic.startsWith(ROOT)) return 'unknown';
  const slash = topic.indexOf('/', ROOT.length);
  if (slash < 0) return 'unknown';
  if (!isOwnId(topic.slice(ROOT.length, slash), device)) return 'foreign';
  return topic.slice(slash) === EVENTS_UP ? 'events' : 'system';
}

/** A child is spoken to on its parent's topic (device-protocols §2.6 H). */
export const eventsDownTopic = (device: Identity): string => `${ROOT}${iotdaId(device.parent ?? device)}/sys/events/down`;

export const ownIotdaTopics = (device: Identity): readonly string[] => [
  `${ROOT}${iotdaId(device)}/#`,
  `${ROOT}${device.productKey}_${device.deviceName}/#`,
];

/** What the vendor's cloud sends to all devices at once. */
export const UNSERVED_IOTDA_TOPICS = ['$oc/broadcast/#'];

export const IOTDA_UP_FILTERS = [`${ROOT}+${EVENTS_UP}`];

/** Whom an up-topic names. */
export function namedByIotdaTopic(topic: string): Named | null {
  const slash = topic.indexOf('/', ROOT.length);
  return topic.startsWith(ROOT) && topic.slice(slash) === EVENTS_UP ? namedById(topic.slice(ROOT.length, slash)) : null;
}
