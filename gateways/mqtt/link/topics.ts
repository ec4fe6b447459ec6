import { deviceIdOf } from '../../../schema/model/ids';
import type { Identity, Named } from '../dialect';
import { isDeviceName } from './auth';

/** Up-topics of device-protocols §1.2, and what else a topic can be. */
export type UpTopic = 'inform' | 'progress' | 'firmware-get' | 'file-download' | 'legacy-request' | 'config' | 'foreign' | 'unknown';

const OTA = '/ota/device/';
const SYS = '/sys/';

const OTA_KINDS = new Map<string, UpTopic>([
  ['inform', 'inform'],
  ['progress', 'progress'],
  ['request', 'legacy-request'],
]);
const SYS_KINDS = new Map<string, UpTopic>([
  ['thing/ota/firmware/get', 'firmware-get'],
  ['thing/file/download', 'file-download'],
  ['thing/config/push', 'config'],
  ['thing/config/get', 'config'],
  ['thing/config/get_reply', 'config'],
]);

/** What a device published to. `foreign`: the topic names another device. */
export function upTopic(topic: string, { productKey, deviceName }: Identity): UpTopic {
  const own = `/${productKey}/${deviceName}`;
  if (topic.startsWith(OTA)) {
    const slash = topic.indexOf('/', OTA.length);
    if (slash < 0) return 'unknown';
    if (topic.length !== slash + own.length || !topic.endsWith(own)) return 'foreign';
    return OTA_KINDS.get(topic.slice(OTA.length, slash)) ?? 'unknown';
  }
  if (topic.startsWith(SYS)) {
    const rest = SYS.length - 1 + own.length;
    if (!topic.startsWith(own, SYS.length - 1) || topic.charCodeAt(rest) !== 0x2f) return 'foreign';
    return SYS_KINDS.get(topic.slice(rest + 1)) ?? 'unknown';
  }
  return 'unknown';
}

export const upgradeTopic = ({ productKey, deviceName }: Identity): string => `/ota/device/upgrade/${productKey}/${deviceName}`;

export const getReplyTopic = ({ productKey, deviceName }: Identity): string =>
  `/sys/${productKey}/${deviceName}/thing/ota/firmware/get_reply`;

export const downloadReplyTopic = ({ productKey, deviceName }: Identity): string =>
  `/sys/${productKey}/${deviceName}/thing/file/download_reply`;

/** Of the OTA and system kind, and those of the product's own (`/{pk}/{dn}/…`). */
export function ownLinkTopics({ productKey, deviceName }: Identity): readonly string[] {
  const device = `${productKey}/${deviceName}`;
  return [`/ota/device/+/${device}`, `/sys/${device}/#`, `/${device}/#`];
}

/**
 * What stands before product key and device name in topics of the vendor's other services: time, errors, sessions, remote calls, shadows. The
 * longest first, and last the topics of a product's own.
 */
const SERVICES = ['/ext/rrpc/+/sys/', '/ext/rrpc/+/', '/ext/+/', '/shadow/+/', '/'] as const;

/** Those that a device subscribes to, and those to all devices of its product. */
export const unservedLinkTopics = ({ productKey, deviceName }: Identity): readonly string[] => [
  ...SERVICES.map((service) => `${service}${productKey}/${deviceName}/#`),
  `/broadcast/${productKey}/#`,
];

/** Whom a filter names: one over its topics here, or in the vendor's other services. */
export function namedByLinkFilter(filter: string): Named | null {
  const levels = filter.split('/');
  for (const service of SERVICES) {
    const before = service.split('/').slice(0, -1);
    if (!before.every((level, index) => level === '+' || level === levels[index])) continue;
    const [productKey = '', deviceName = ''] = levels.slice(before.length);
    if (isDeviceName(productKey, deviceName)) return named(productKey, deviceName);
  }
  return namedByLinkTopic(filter);
}

/** The up-topics that mean something here. */
export const LINK_UP_FILTERS = [
  ...['inform', 'progress', 'request'].map((kind) => `${OTA}${kind}/+/+`),
  ...['thing/ota/firmware/get', 'thing/file/download'].map((kind) => `${SYS}+/+/${kind}`),
];

/** Whom an up-topic names. */
export function namedByLinkTopic(topic: string): Named | null {
  const levels = topic.split('/');
  const [productKey, deviceName] = topic.startsWith(OTA) ? levels.slice(4) : topic.startsWith(SYS) ? levels.slice(2) : [];
  return productKey !== undefined && deviceName !== undefined && isDeviceName(productKey, deviceName)
    ? named(productKey, deviceName)
    : null;
}

const named = (productKey: string, deviceName: string): Named => ({
  device: { deviceId: deviceIdOf(productKey, deviceName), productKey, deviceName },
});
