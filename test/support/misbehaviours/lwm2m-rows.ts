import type { FailureCause } from '../../../schema/model/task/failure-causes';
import * as does from '../devices/behaviours';
import type { Habits } from '../devices/lwm2m/habits';
import * as lwm2m from '../devices/lwm2m/lwm2m-behaviours';
import type { Radio } from '../devices/lwm2m/objects/device-objects';
import { patience } from '../devices/patience';
import type { Lwm2mFleetDevice } from '../lwm2m-fleet';
import { type End, fine, hopeless, mended } from './row';

/** What devices do wrong, how they are, and how their tasks end, in a batch that retries once. */
export interface Lwm2mRow extends Pick<Lwm2mFleetDevice, 'client' | 'firmware' | 'radio' | 'version'> {
  name: string;
  does?: does.Behaviour[];
  habits?: Partial<Habits>;
  end: End;
  /** How many do it. Default 1. */
  devices?: number;
}

/** The three cells, by the level at which all their devices are: 1, 10 and 50 slots. */
export const CELLS = {
  weak: { cellId: 9_001, signalStrength: -120, sinr: -6, level: '2', slots: 1 },
  fair: { cellId: 9_002, signalStrength: -110, sinr: 0, level: '1', slots: 10 },
  good: { cellId: 9_003, signalStrength: -80, sinr: 15, level: '0', slots: 50 },
} as const;
const at = ({ cellId, signalStrength, sinr }: (typeof CELLS)[keyof typeof CELLS]): Partial<Radio> => ({ cellId, signalStrength, sinr });

const once = { times: 1 };
const NOT_BEGUN = 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT';
const NOT_LOADED = 'WAITING_FOR_DEVICE_DOWNLOADED_PACKAGE_TIMEOUT';
const NOT_UPDATING = 'WAITING_FOR_DEVICE_START_TO_UPDATE_TIMEOUT';
const NO_RESULT = 'WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT';
const NO_VERSION = 'WAITING_FOR_REPORT_DEVICE_FIRMWARE_VERSION_TIMEOUT';
const NO_CELL = 'WAITING_FOR_REPORT_CELLID_TIMEOUT';
const REJECTED = 'DEVICE_REJECTED_REQUEST';
const FAILED = 'FIRMWARE_UPDATE_FAILED';
const UNEXPECTED = 'UNEXPECTED_VERSION_REPORTED';
const NO_ROOM = 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE';
/** device-protocols §3.10; 10 is never retried. */
const RESULTS: Record<number, FailureCause> = {
  2: NO_ROOM,
  3: 'OUT_OF_MEMORY_DURING_DOWNLOADING_PROCESS',
  4: 'CONNECTION_LOST_DURING_DOWNLOADING_PROCESS',
  5: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
  6: 'UNSUPPORTED_PACKAGE_TYPE',
  7: 'INVALID_URI',
  8: FAILED,
  9: 'UNSUPPORTED_PROTOCOL',
  77: 'UNKNOWN_DEVICE_ERROR',
};
/** Longer than a version may be. */
const LONG = '1.0.'.padEnd(10_240, '0');
const PULL: Partial<Habits> = { delivery: 0 };
const PUSH: Partial<Habits> = { delivery: 1 };
/** It sends an Update every second and a half: what is waiting for a word of its goes on. */
const TALKATIVE: Partial<Habits> = { lifetimeSeconds: 3 };
const POINTS = ['notified', 'progress', 'downloaded', 'executed'] as const;

/** LwM2M devices of every misbehaviour whose tasks end without a wait that is over. Those without a cell of their own are in the good one. */
export const lwm2mRows: Lwm2mRow[] = [
  // All results, at the place where real devices report them; in Idle and in Downloaded.
  ...Object.entries(RESULTS).flatMap(([result, cause]): Lwm2mRow[] => [
    { name: `once-${result}`, does: [lwm2m.ends(Number(result), 'downloaded', once)], end: mended(cause) },
    { name: `always-${result}`, does: [lwm2m.ends(Number(result), 'installed', { state: 2 })], end: hopeless(cause) },
  ]),
  { name: 'result-10', does: [lwm2m.ends(10, 'downloaded')], end: ['FAILED', 'FIRMWARE_UPDATE_CANCELLED', 'FIRMWARE_UPDATE_CANCELLED'] },
  { name: 'result-8-idle', does: [lwm2m.ends(8, 'installed', once)], end: mended(FAILED) },
  { name: 'result-8-new', does: [lwm2m.ends(8, 'restarted')], end: fine },
  { name: 'result-0-new', does: [lwm2m.ends(0, 'restarted')], end: fine },
  { name: 'result-0-old', does: [lwm2m.ends(0, 'restarted', once), does.staysOnSourceVersion(once)], end: fine },
  { name: 'result-0-always', does: [lwm2m.ends(0, 'restarted'), does.staysOnSourceVersion()], end: hopeless(FAILED) },
  { name: 'old', does: [does.staysOnSourceVersion(once)], end: mended(FAILED) },
  { name: 'late-version', does: [lwm2m.versionLater(600)], end: fine },
  { name: 'wrong-version', does: [does.wrongVersion('0.0.1', once)], end: mended(UNEXPECTED) },
  { name: 'long-version', version: LONG, end: hopeless(NO_VERSION) },
  { name: 'old-8', firmware: { result: 8 }, habits: { keepsResult: true }, end: fine },
  { name: 'left-8', firmware: { state: 2, result: 8 }, end: fine },
  { name: 'kept-8', firmware: { state: 2, result: 8 }, habits: { keepsResult: true }, end: fine },
  { name: 'downloaded-once', does: [lwm2m.sticksIn(2, once)], end: fine },
  // Refusals and silence.
  { name: 'no-version', does: [lwm2m.refuses('GET', '/3/0/3', '4.04')], end: hopeless(NO_VERSION) },
  { name: 'slow-answer', does: [lwm2m.delays('GET', '/3/0/3', 700)], end: fine },
  { name: 'no-uri', does: [lwm2m.refuses('PUT', '/5/0/1', '4.00')], habits: PULL, end: hopeless(REJECTED) },
  { name: 'no-push', does: [lwm2m.refuses('PUT', '/5/0/0', '4.15')], habits: PUSH, end: hopeless(REJECTED) },
  { name: 'no-execute', does: [lwm2m.refuses('POST', '/5/0/2', '4.05')], end: hopeless(REJECTED) },
  { name: 'overtaken', does: [lwm2m.refuses('POST', '/5/0/2', '4.05', { times: 2 })], end: fine },
  { name: 'no-scheme', habits: { ...PULL, schemes: ['https'] }, end: hopeless('UNSUPPORTED_PROTOCOL') },
  { name: 'untold-scheme', habits: { ...PULL, schemes: ['http'], tellsSchemes: false }, end: hopeless('UNSUPPORTED_PROTOCOL') },
  { name: 'wakaama', client: 'wakaama', firmware: { state: 1 }, habits: { resetsBy: [] }, end: hopeless(REJECTED) },
  { name: 'state-200', habits: { stateShown: 200 }, end: hopeless(REJECTED) },
  { name: 'text-result', does: [lwm2m.ends(2, 'downloaded', once)], habits: { resultAs: 'string' }, end: mended(NO_ROOM) },
  // Resets of their own kind.
  { name: 'nul-only', firmware: { state: 2 }, habits: { resetsBy: ['package'] }, end: fine },
  { name: 'uri-only', firmware: { state: 1 }, habits: { resetsBy: ['uri'] }, end: fine },
  { name: 'empty-uri', habits: { ...PULL, emptyUriInIdle: 'downloads' }, end: fine },
  // What is lost on the way.
  { name: 'unheard', does: [lwm2m.losesNotifications()], habits: TALKATIVE, end: fine, devices: 2 },
  { name: 'fast', habits: { hidesStates: [1, 3] }, end: fine },
  { name: 'faster', does: [lwm2m.losesNotifications()], habits: { hidesStates: [1], ...TALKATIVE }, end: fine },
  { name: 'leaves', habits: { deregisters: true }, end: fine },
  { name: 'corrupt', does: [does.corruptDownload(once)], end: mended(RESULTS[5] as FailureCause) },
  ...POINTS.map((point): Lwm2mRow => ({ name: `moves-${point}`, does: [lwm2m.movesAt(point)], end: fine, devices: 2 })),
  ...(['notified', 'progress', 'downloaded', 'reboot'] as const).map(
    (point): Lwm2mRow => ({ name: `cut-${point}`, does: [does.disconnectsAt(point, { forMs: 300 })], end: fine }),
  ),
  { name: 'late', does: [does.offlineUntil(1_500)], end: fine },
  // Pushes.
  { name: 'push-slow', does: [lwm2m.answersPush(1_500, 20)], habits: PUSH, end: fine },
  { name: 'push-left', does: [lwm2m.leavesPush(2, once)], habits: { ...PUSH, ...TALKATIVE }, end: fine },
  { name: 'push-loses', does: [lwm2m.losesPush(2)], habits: PUSH, end: fine },
  { name: 'push-full', habits: { ...PUSH, mostBytes: 1_000 }, end: hopeless(NO_ROOM) },
  { name: 'push-small', habits: { ...PUSH, szx: 4 }, end: fine },
  { name: 'push-smaller', habits: { ...PUSH, szx: 5, refusesLargerBlocks: true }, end: fine },
  { name: 'push-deaf', client: 'anjay3', habits: PUSH, end: fine },
  // Users.
  { name: 'automatic', client: 'anjay3', habits: { automatic: true }, end: fine },
  { name: 'defers', does: [lwm2m.defers(1_000)], end: fine },
  // Cells.
  { name: 'no-object-4', radio: null, end: fine },
  { name: 'other-bearer', radio: { bearer: 21, cellId: null, signalStrength: -60, sinr: null, mnc: null, mcc: null }, end: fine },
  { name: 'no-cell', radio: { cellId: null }, end: hopeless(NO_CELL) },
  { name: 'cell-only', radio: { cellId: 9_004, signalStrength: null, sinr: null }, end: fine, devices: 2 },
  { name: 'weak', radio: at(CELLS.weak), end: fine, devices: 6 },
  { name: 'fair', does: [does.slow(300)], radio: at(CELLS.fair), end: fine, devices: 16 },
];

/** Those whose tasks end by waits that are over. */
export const overdueRows: Lwm2mRow[] = [
  // Stuck in each state.
  { name: 'idle-pull', does: [lwm2m.sticksIn(0)], habits: PULL, end: hopeless(NOT_BEGUN) },
  { name: 'idle-both', does: [lwm2m.sticksIn(0)], habits: { delivery: 2 }, end: mended(NOT_BEGUN), devices: 2 },
  { name: 'downloading', does: [lwm2m.sticksIn(1)], habits: PULL, end: hopeless(NOT_LOADED), devices: 2 },
  { name: 'half', does: [does.stallsAt(40)], habits: PULL, end: hopeless(NOT_LOADED) },
  { name: 'downloaded', does: [lwm2m.sticksIn(2)], end: hopeless(NOT_UPDATING), devices: 2 },
  // The second attempt comes too late to reset it.
  { name: 'updating', does: [lwm2m.sticksIn(3)], end: ['FAILED', REJECTED, NO_RESULT, REJECTED], devices: 2 },
  { name: 'mute', does: [lwm2m.ignores('GET', '/3/0/3')], end: hopeless(NO_VERSION), devices: 2 },
  { name: 'result-1-old', does: [lwm2m.ends(1, 'restarted'), does.staysOnSourceVersion()], end: hopeless(FAILED) },
  { name: 'long-after', does: [does.wrongVersion(LONG, once)], end: ['FAILED', NO_VERSION, FAILED, NO_VERSION] },
  { name: 'away', does: [does.offlineUntil('told')], end: hopeless('WAITING_FOR_THE_DEVICE_ONLINE_TIMEOUT') },
  { name: 'defers-ever', does: [lwm2m.defers(null, { times: 'always' })], end: hopeless('FIRMWARE_UPDATE_DEFERRED') },
];

export interface Described {
  device: Lwm2mFleetDevice;
  end: End;
}

/** Half of them with DTLS, a quarter with queue mode, a quarter that is pushed to, as far as their rows leave that open; well-behaved ones until there are `total`. */
export function lwm2mFleetOf(rows: readonly Lwm2mRow[], total: number): Described[] {
  const described = rows.flatMap(({ devices = 1, name, ...row }) =>
    Array.from({ length: devices }, (_, index): Lwm2mRow => ({ ...row, name: devices === 1 ? name : `${name}-${index + 1}` })),
  );
  const plain = Array.from(
    { length: Math.max(0, total - described.length) },
    (_, index): Lwm2mRow => ({ name: `plain-${index + 1}`, end: fine }),
  );
  return [...described, ...plain].map(({ end, does: behaviours = [], habits, radio, name, ...row }, index) => ({
    device: {
      ...{ ...row, deviceName: `lwm2m.${name}`, behaviours, secure: index % 2 === 1 },
      ...(radio !== null && { radio: radio ?? at(CELLS.good) }),
      ...(radio === null && { radio: null }),
      habits: { ...([1, 4].includes(index % 8) && QUEUED), ...([2, 3].includes(index % 8) && PUSH), ...habits },
    },
    end,
  }));
}

/** They come with an Update every two seconds or so, and listen longer than their product says. */
const QUEUED: Partial<Habits> = { queueMode: true, awakeMs: patience(1_500), lifetimeSeconds: 4 };
