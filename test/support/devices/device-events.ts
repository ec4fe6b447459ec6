import type { UpgradeOffer } from './link/upgrade-offer';

/** What can be watched on a device, in epoch milliseconds with fractions: `at` is taken just before a report is sent. */
export interface DeviceEvents {
  connected: [{ at: number }];
  disconnected: [{ at: number }];
  /** An `upgrade` arrived that the SDK accepts; `payload` is the message as it came. */
  notified: [{ at: number; offer: UpgradeOffer; payload: string }];
  /** A step was reported, negative ones included. */
  progress: [{ at: number; step: number; module: string }];
  /** A version was reported. */
  version: [{ at: number; version: string; module: string }];
  /** Every file is here, digests right. */
  downloaded: [{ at: number; version: string }];
  /** The firmware object of an LwM2M device: `/5/0/3` and `/5/0/5`, when one of them has changed. */
  state: [{ at: number; state: number; result: number }];
  /** A request of the server to an LwM2M device, at a path of LwM2M; `bytes`: of what is written. */
  asked: [{ at: number; method: string; path: string; bytes: number }];
  /** Something a device must never meet, or a fault of its own. Not called `error`: nobody has to listen. */
  problem: [{ at: number; message: string }];
}

export type DeviceEventKind = keyof DeviceEvents;

/** One function may watch 5,000 devices: cheaper than listeners on each. */
export type DeviceObserver = <K extends DeviceEventKind>(deviceName: string, kind: K, event: DeviceEvents[K][0]) => void;

export interface DeviceCounts {
  connects: number;
  /** `upgrade` messages, dropped ones included. */
  notifications: number;
  /** Notifications the SDK drops without a word, for their form. */
  dropped: number;
  /** Messages that came twice with the same id. */
  duplicates: number;
  downloads: number;
  bytes: number;
  /** Messages sent. */
  progress: number;
  versions: number;
  gets: number;
  /** Blocks asked for over MQTT. */
  blocks: number;
  problems: number;
}

export const noCounts = (): DeviceCounts => ({
  connects: 0,
  notifications: 0,
  dropped: 0,
  duplicates: 0,
  downloads: 0,
  bytes: 0,
  progress: 0,
  versions: 0,
  gets: 0,
  blocks: 0,
  problems: 0,
});

/** Epoch milliseconds with microseconds, comparable between processes of one machine. */
export const preciseNow = (): number => performance.timeOrigin + performance.now();
