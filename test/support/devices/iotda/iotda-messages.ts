import type { UpgradeOffer } from '../link/upgrade-offer';

/** The topics of one device (device-protocols §2.2). */
export const iotdaTopics = (id: string) => ({
  up: `$oc/devices/${id}/sys/events/up`,
  down: `$oc/devices/${id}/sys/events/down`,
});

export interface IotdaOffer {
  kind: 'firmware' | 'software';
  version: string;
  url: string;
  size: number;
  name: string;
  /** Null in the `_v2` events. */
  token: string | null;
  /** Hex SHA-256. */
  sign: string;
}

export type IotdaDown = { kind: 'version query' } | { kind: 'upgrade'; offer: IotdaOffer } | { kind: 'dropped'; why: string };

const EVENTS: Record<string, { kind: IotdaOffer['kind']; token: boolean }> = {
  firmware_upgrade: { kind: 'firmware', token: true },
  software_upgrade: { kind: 'software', token: true },
  firmware_upgrade_v2: { kind: 'firmware', token: false },
  software_upgrade_v2: { kind: 'software', token: false },
};

/** As picky as the C SDK: each member has its type, and the URL its port (§2.5). */
export function readDown(payload: string, id: string): IotdaDown[] {
  const { object_device_id: about, services } = JSON.parse(payload) as { object_device_id?: unknown; services?: unknown };
  if (about !== id) return [{ kind: 'dropped', why: `about ${String(about)}` }];
  if (!Array.isArray(services)) return [{ kind: 'dropped', why: 'no services' }];
  return services.map(({ service_id: service, event_type: type, event_time: time, paras }): IotdaDown => {
    if (service !== '$ota') return { kind: 'dropped', why: `service ${service}` };
    if (!/^\d{8}T\d{6}Z$/.test(time)) return { kind: 'dropped', why: `event_time ${time}` };
    return type === 'version_query' ? { kind: 'version query' } : readUpgrade(type, paras ?? {});
  });
}

function readUpgrade(type: string, paras: Record<string, unknown>): IotdaDown {
  const event = EVENTS[type];
  if (!event) return { kind: 'dropped', why: `event ${type}` };
  const { version, url, file_size: size, file_name: name, access_token: token, expires, sign } = paras;
  const problem =
    wrong('version', typeof version === 'string') ??
    wrong('url', typeof url === 'string' && /^https?:\/\/[^/:]+:\d+\//.test(url)) ??
    wrong('file_size', Number.isSafeInteger(size)) ??
    wrong('file_name', typeof name === 'string' && /^[A-Za-z0-9._-]{1,128}$/.test(name)) ??
    wrong('access_token', event.token ? typeof token === 'string' && /^[0-9a-f]{64}$/.test(token) : token === undefined) ??
    wrong('expires', Number.isSafeInteger(expires)) ??
    wrong('sign', typeof sign === 'string' && /^[0-9a-f]{64}$/.test(sign));
  if (problem) return { kind: 'dropped', why: problem };
  const offer = { version: String(version), url: String(url), size: Number(size), name: String(name), sign: String(sign) };
  return { kind: 'upgrade', offer: { ...offer, kind: event.kind, token: event.token ? String(token) : null } };
}

const wrong = (member: string, right: boolean): string | null => (right ? null : `${member} is not what an SDK takes`);

const compact = (at: Date): string => `${at.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

/** The envelope both ways; `services` may hold entries of other services too. */
export const upPayload = (id: string, services: object[]): string => JSON.stringify({ object_device_id: id, services });

export const otaEvent = (type: string, paras: object, now = new Date()) => ({
  service_id: '$ota',
  event_type: type,
  event_time: compact(now),
  paras,
});

/** What the Python SDK says before anything else: another service, another form of time, an id of its own. */
export const logEvent = (now = new Date()) => ({
  service_id: '$log',
  event_type: 'log_report',
  event_time: `${now.toISOString().slice(0, 19)}Z`,
  event_id: '1',
  paras: { timestamp: String(now.getTime()), type: 'DEVICE_STATUS', content: 'login success' },
});

/** A gateway asks for the list of its sub-devices: another service. */
export const subDeviceSync = (now = new Date()) => ({
  service_id: '$sub_device_manager',
  event_type: 'sub_device_sync_request',
  event_time: compact(now),
  paras: { version: 0 },
});

export const versionReport = (firmware: string, software: string) =>
  otaEvent('version_report', { fw_version: firmware, sw_version: software });

export const progressReport = (code: number, version: string, progress?: number, description = '') =>
  otaEvent('upgrade_progress_report', { result_code: code, ...(progress !== undefined && { progress }), version, description });

/** In the form in which all virtual devices show what they were offered. */
export const asUpgradeOffer = ({ version, url, size, name, sign, kind }: IotdaOffer): UpgradeOffer => ({
  id: null,
  version,
  module: kind === 'software' ? 'software' : 'default',
  digest: 'sha256',
  differential: false,
  files: [{ name, url, size, sign, digestSign: null }],
  extData: {},
});
