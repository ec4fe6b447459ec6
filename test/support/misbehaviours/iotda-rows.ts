import type { FailureCause } from '../../../schema/model/task/failure-causes';
import * as does from '../devices/behaviours';
import { fine, hopeless, mended, type Row } from './row';

const once = { times: 1 };
const NO_RESULT = 'WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT';
const NO_ANSWER = 'WAITING_FOR_REPORT_DEVICE_FIRMWARE_VERSION_TIMEOUT';
const NOT_BEGUN = 'WAITING_FOR_DEVICE_START_DOWNLOAD_PACKAGE_TIMEOUT';
const NOT_LOADED = 'WAITING_FOR_DEVICE_DOWNLOADED_PACKAGE_TIMEOUT';
const UNEXPECTED = 'UNEXPECTED_VERSION_REPORTED';
const DAMAGED = 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE';
/** Every documented result code but 0, and one that is in no table. */
const CODES: Record<number, FailureCause> = {
  1: 'DEVICE_IN_USE',
  2: 'POOR_SIGNAL_QUALITY',
  3: 'ALREADY_THE_LATEST_VERSION',
  4: 'LOW_BATTERY',
  5: 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE',
  6: 'DEVICE_DOWNLOAD_TIMEOUT',
  7: DAMAGED,
  8: 'UNSUPPORTED_PACKAGE_TYPE',
  9: 'OUT_OF_MEMORY_DURING_DOWNLOADING_PROCESS',
  10: 'PACKAGE_INSTALLATION_FAILURE',
  77: 'UNKNOWN_DEVICE_ERROR',
  255: 'DEVICE_INTERNAL_EXCEPTION',
};
const POINTS = ['notified', 'progress', 'reboot'] as const;

/** IoTDA devices of every misbehaviour that ends by what they say; the one of whom others claim to be is `iotda.victim`. */
export const iotdaRows = (productKey: string): Row[] => [
  { name: 'victim', does: [], end: fine },
  { name: 'claims', does: [does.claimsTopicOf(productKey, 'iotda.victim')], end: fine, devices: 2 },
  { name: 'parent', does: [does.hasChildren(productKey, ['iotda.child', 'nobody'])], end: fine, devices: 2 },
  { name: 'child', does: [], end: fine },
  { name: 'slow', does: [does.slow(2_000)], end: fine, devices: 3 },
  { name: 'late', does: [does.offlineUntil(1_000)], end: fine, devices: 3 },
  { name: 'answers-late', does: [does.answersLate(1_000)], end: fine, devices: 3 },
  { name: 'twice', does: [does.reportsTwice()], end: fine, devices: 3 },
  { name: 'reorders', does: [does.reorders()], end: fine, devices: 3 },
  { name: 'twice-reordered', does: [does.reportsTwice(), does.reorders()], end: fine, devices: 2 },
  { name: 'garbage', does: [does.sendsGarbage()], end: fine, devices: 2 },
  ...POINTS.map((point): Row => ({ name: `cut-${point}`, does: [does.disconnectsAt(point, { forMs: 100 })], end: fine, devices: 3 })),
  // It had said 100 %, and comes up with its old version.
  {
    name: 'cut-downloaded',
    does: [does.disconnectsAt('downloaded', { forMs: 100 })],
    end: mended('UNEXPECTED_VERSION_REPORTED'),
    devices: 3,
  },
  ...Object.entries(CODES).flatMap(([code, cause]): Row[] => [
    { name: `once-${code}`, does: [does.resultCode(Number(code), once)], end: mended(cause) },
    { name: `always-${code}`, does: [does.resultCode(Number(code))], end: hopeless(cause) },
  ]),
  // The C sample: code 1 and the target version, whatever went wrong.
  { name: 'c-sample', does: [does.resultCode(1, { namesTarget: true })], end: hopeless('DEVICE_IN_USE'), devices: 2 },
  { name: 'twice-fails', does: [does.reportsTwice(), does.resultCode(4, once)], end: mended('LOW_BATTERY') },
  { name: 'cut-fails', does: [does.disconnectsAt('progress'), does.resultCode(10, once)], end: mended('PACKAGE_INSTALLATION_FAILURE') },
  { name: 'corrupt-once', does: [does.corruptDownload(once)], end: mended(DAMAGED), devices: 2 },
  { name: 'corrupt-always', does: [does.corruptDownload()], end: hopeless(DAMAGED) },
  { name: 'wrong-once', does: [does.wrongVersion('0.0.1', once)], end: mended(UNEXPECTED), devices: 2 },
  // The second attempt begins with the version that the first one left: then it is the old one that comes back.
  { name: 'wrong-always', does: [does.wrongVersion('0.0.1')], end: hopeless(UNEXPECTED), devices: 2 },
  { name: 'old-once', does: [does.staysOnSourceVersion(once)], end: mended(UNEXPECTED), devices: 3 },
  { name: 'old-always', does: [does.staysOnSourceVersion()], end: hopeless(UNEXPECTED) },
];

/** Those whose attempts end by a wait that is over. */
export const overdueIotdaRows: Row[] = [
  { name: 'silent', does: [does.silent()], end: hopeless(NOT_BEGUN), devices: 3 },
  { name: 'away', does: [does.offlineUntil('told')], end: hopeless('WAITING_FOR_THE_DEVICE_ONLINE_TIMEOUT'), devices: 3 },
  { name: 'deaf-once', does: [does.neverAnswers(once)], end: mended(NO_ANSWER), devices: 2 },
  { name: 'deaf', does: [does.neverAnswers()], end: hopeless(NO_ANSWER), devices: 2 },
  { name: 'hundred', does: [does.neverReportsVersion()], end: hopeless(NO_RESULT), devices: 3 },
  // In its second attempt it takes over the address, and says and asks nothing.
  { name: 'stuck', does: [does.stallsAt(30)], end: ['FAILED', NOT_BEGUN, NOT_LOADED, NOT_BEGUN], devices: 3 },
];
