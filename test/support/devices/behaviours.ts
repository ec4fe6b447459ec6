import type { Lwm2mBehaviour } from './lwm2m/lwm2m-behaviours';
import type { Repeated, Times } from './times';

export type { Times } from './times';

export type FailureStep = -1 | -2 | -3 | -4;
export type CutPoint = 'notified' | 'progress' | 'downloaded' | 'reboot';

/** What a device can be told to do wrong. Plain JSON: it travels to a fleet in another process. */
export type Behaviour =
  | { kind: 'silent' }
  | { kind: 'slow'; overMs: number }
  | { kind: 'stallsAt'; percent: number }
  | { kind: 'wrongVersion'; version: string; times: Times }
  | { kind: 'staysOnSourceVersion'; times: Times }
  | { kind: 'neverReportsVersion' }
  | { kind: 'failsWith'; step: FailureStep; times: Times }
  | { kind: 'corruptDownload'; times: Times }
  | { kind: 'disconnectsAt'; point: CutPoint; forMs: number; times: Times }
  | { kind: 'reportsTwice' }
  | { kind: 'offlineUntil'; ms: number | 'told' }
  | { kind: 'sendsGarbage' }
  | { kind: 'claimsTopicOf'; productKey: string; deviceName: string }
  | { kind: 'hasChildren'; productKey: string; deviceNames: readonly string[] }
  /** The rest are of IoTDA devices. */
  | { kind: 'answersLate'; ms: number; times: Times }
  | { kind: 'neverAnswers'; times: Times }
  | { kind: 'resultCode'; code: number; namesTarget: boolean; times: Times }
  | { kind: 'claimsEarly' }
  | { kind: 'reorders' }
  | Lwm2mBehaviour;

export type BehaviourKind = Behaviour['kind'];
export type BehaviourOf<K extends BehaviourKind> = Extract<Behaviour, { kind: K }>;

/** Receives notifications and reacts to none. */
export const silent = (): Behaviour => ({ kind: 'silent' });
/** Spreads its progress over `overMs`. */
export const slow = (overMs: number): Behaviour => ({ kind: 'slow', overMs });
/** Reports `percent` as its last progress and goes no further; stays connected. */
export const stallsAt = (percent: number): Behaviour => ({ kind: 'stallsAt', percent });
/** Comes up with a version that is neither source nor target. */
export const wrongVersion = (version = '0.0.0-wrong', { times = 'always' }: Repeated = {}): Behaviour => ({
  kind: 'wrongVersion',
  version,
  times,
});
/** Restarts after 100 % and reports the version it had. */
export const staysOnSourceVersion = ({ times = 'always' }: Repeated = {}): Behaviour => ({ kind: 'staysOnSourceVersion', times });
/** Reports 100 % and nothing more. */
export const neverReportsVersion = (): Behaviour => ({ kind: 'neverReportsVersion' });
/** Reports a negative step (device-protocols §1.8): -2 before a byte is loaded, -3 after the download, -1 and -4 after 100 %. */
export const failsWith = (step: FailureStep, { times = 'always' }: Repeated = {}): Behaviour => ({ kind: 'failsWith', step, times });
/** A bit flips on the way: the digest doesn't match, step -3. */
export const corruptDownload = ({ times = 'always' }: Repeated = {}): Behaviour => ({ kind: 'corruptDownload', times });
/** Loses power at that point, once unless told otherwise, and forgets what it was doing; at `reboot` it only comes up `forMs` later. */
export const disconnectsAt = (point: CutPoint, { forMs = 0, times = 1 }: { forMs?: number } & Repeated = {}): Behaviour => ({
  kind: 'disconnectsAt',
  point,
  forMs,
  times,
});
/** Publishes everything twice. */
export const reportsTwice = (): Behaviour => ({ kind: 'reportsTwice' });
/** Connects so many milliseconds after its start, or when `comeOnline()` tells it. */
export const offlineUntil = (ms: number | 'told'): Behaviour => ({ kind: 'offlineUntil', ms });
/** Sends unreadable messages on its own topics after each connect, and behaves otherwise. */
export const sendsGarbage = (): Behaviour => ({ kind: 'sendsGarbage' });
/** Reports a version and a progress on another device's topics after each connect. */
export const claimsTopicOf = (productKey: string, deviceName: string): Behaviour => ({ kind: 'claimsTopicOf', productKey, deviceName });
/** A parent: reports the versions of its sub-devices over its own connection after each connect (device-protocols §1.2, §2.6 H). */
export const hasChildren = (productKey: string, deviceNames: readonly string[]): Behaviour => ({
  kind: 'hasChildren',
  productKey,
  deviceNames,
});

/** Takes its time with the answer to a version query. */
export const answersLate = (ms: number, { times = 'always' }: Repeated = {}): Behaviour => ({ kind: 'answersLate', ms, times });
/** Does not answer version queries. */
export const neverAnswers = ({ times = 'always' }: Repeated = {}): Behaviour => ({ kind: 'neverAnswers', times });
/** Reports a result code (device-protocols §2.8): 7, 9 and 10 after the download, others in its place. */
export const resultCode = (
  code: number,
  { times = 'always', namesTarget = false }: Repeated & { namesTarget?: boolean } = {},
): Behaviour => ({
  kind: 'resultCode',
  code,
  namesTarget,
  times,
});
/** Reports the target version as soon as it has the file, before it installs: the C sample (device-protocols §2.4). */
export const claimsEarly = (): Behaviour => ({ kind: 'claimsEarly' });
/** Every second message overtakes the one before it; of a Link device, only progress is held back, the last one beyond the version. */
export const reorders = (): Behaviour => ({ kind: 'reorders' });
