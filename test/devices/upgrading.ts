import { createHash } from 'node:crypto';
import type { Behaviour } from '../support/devices/behaviours';
import { LinkDevice, type LinkDeviceSettings } from '../support/devices/link/link-device';
import { patience } from '../support/devices/patience';
import type { BarePlatform } from './bare-platform';

export const PRODUCT_KEY = 'upd7Kx2QmZ1';
export const SECRET = '0123456789abcdef0123456789abcdef';
export const BODY = Buffer.alloc(300_000, 'updraft ');

let lastId = 0;

/** An `upgrade` as device-protocols §1.3 prints it. */
export function upgradeMessage(platform: BarePlatform, { version = '2.0.0', path = '/f/token', body = BODY } = {}): string {
  const sign = createHash('sha256').update(body).digest('hex');
  const data = { size: body.length, version, url: `${platform.httpUrl}${path}`, sign, signMethod: 'SHA256' };
  lastId += 1;
  return JSON.stringify({ code: '1000', data, id: lastId, message: 'success' });
}

export interface Upgrading {
  device: LinkDevice;
  notify(options?: Parameters<typeof upgradeMessage>[1]): void;
  /** Steps and versions as they came over the wire, e.g. `['v1.0.0', 0, 25, 'v2.0.0']`. */
  reports(): (number | string)[];
}

/** One started device on the platform, with what it reports. */
export async function startDevice(
  platform: BarePlatform,
  behaviours: Behaviour[] = [],
  settings: Partial<LinkDeviceSettings> = {},
): Promise<Upgrading> {
  const device = new LinkDevice(
    { productKey: PRODUCT_KEY, deviceName: 'meter-0001', secret: SECRET, version: '1.0.0', behaviours },
    { mqttUrl: platform.mqttUrl, reconnectMs: 10, download: { retryMs: 1 }, ...settings },
  );
  const before = platform.uplinks.length;
  await device.start();
  if (device.connected) await received(platform, () => platform.uplinks.length > before);
  return {
    device,
    notify: (options) => platform.push('meter-0001', `/ota/device/upgrade/${PRODUCT_KEY}/meter-0001`, upgradeMessage(platform, options)),
    reports: () =>
      platform.uplinks.flatMap(({ payload }): (number | string)[] => {
        const { params } = JSON.parse(payload);
        if (params.step !== undefined) return [Number(params.step)];
        return params.version === undefined ? [] : [`v${params.version}`];
      }),
  };
}

/** Settles when the platform has received an uplink for which `where` holds. Rejects when it doesn't in time. */
export function received(platform: BarePlatform, where: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = setTimeout(() => reject(new Error('the platform did not receive it')), patience(30_000));
    const look = () => {
      if (!where()) return;
      clearTimeout(end);
      resolve();
    };
    platform.onUplink = look;
    look();
  });
}
