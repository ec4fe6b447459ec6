import { overlaps } from '../broker/topic-filter';
import type { Identity } from '../dialect';

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

/** Whether a filter can match a topic of this device: of the OTA and system kind, or of its own (`/{pk}/{dn}/…`). */
export function coversOwnTopic(filter: string, { productKey, deviceName }: Identity): boolean {
  const device = `${productKey}/${deviceName}`;
  return overlaps(filter, `/ota/device/+/${device}`) || overlaps(filter, `/sys/${device}/#`) || overlaps(filter, `/${device}/#`);
}
