import type { FailureCause } from '../../../schema/model/task/failure-causes';
import * as does from '../devices/behaviours';
import { type End, fine, hopeless, mended, type Row, timedOut } from './row';

const once = { times: 1 };
const STEPS: Record<does.FailureStep, FailureCause> = {
  [-1]: 'FIRMWARE_UPDATE_FAILED',
  [-2]: 'DOWNLOAD_FAILED',
  [-3]: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE',
  [-4]: 'PACKAGE_INSTALLATION_FAILURE',
};
const POINTS = ['notified', 'progress', 'reboot'] as const;
/** It never reacts, so its time-out never begins: it waits until somebody cancels. */
const waiting: End = ['CANCELED', null];

/** Link devices of every misbehaviour that ends by what they say; the one of whom others claim to be is `link.victim`. */
export const linkRows = (productKey: string): Row[] => [
  { name: 'victim', does: [], end: fine },
  { name: 'claims', does: [does.claimsTopicOf(productKey, 'link.victim')], end: fine, devices: 2 },
  { name: 'parent', does: [does.hasChildren(productKey, ['link.child', 'nobody'])], end: fine, devices: 2 },
  { name: 'child', does: [], end: fine },
  { name: 'silent', does: [does.silent()], end: waiting, devices: 3 },
  { name: 'slow', does: [does.slow(2_000)], end: fine, devices: 4 },
  { name: 'late', does: [does.offlineUntil(1_000)], end: fine, devices: 4 },
  { name: 'twice', does: [does.reportsTwice()], end: fine, devices: 4 },
  { name: 'reorders', does: [does.reorders()], end: fine, devices: 4 },
  { name: 'twice-reordered', does: [does.reportsTwice(), does.reorders()], end: fine, devices: 3 },
  { name: 'garbage', does: [does.sendsGarbage()], end: fine, devices: 3 },
  ...POINTS.map((point): Row => ({ name: `cut-${point}`, does: [does.disconnectsAt(point, { forMs: 100 })], end: fine, devices: 3 })),
  // It had said 100 %, and comes up with its old version.
  {
    name: 'cut-downloaded',
    does: [does.disconnectsAt('downloaded', { forMs: 100 })],
    end: mended('UNEXPECTED_VERSION_REPORTED'),
    devices: 3,
  },
  ...([-1, -2, -3, -4] as const).flatMap((step): Row[] => [
    { name: `once${step}`, does: [does.failsWith(step, once)], end: mended(STEPS[step]), devices: 3 },
    { name: `always${step}`, does: [does.failsWith(step)], end: hopeless(STEPS[step]), devices: 3 },
  ]),
  { name: 'twice-fails', does: [does.reportsTwice(), does.failsWith(-1, once)], end: mended(STEPS[-1]) },
  { name: 'cut-fails', does: [does.disconnectsAt('progress'), does.failsWith(-3, once)], end: mended(STEPS[-3]) },
  { name: 'corrupt-once', does: [does.corruptDownload(once)], end: mended(STEPS[-3]), devices: 2 },
  { name: 'corrupt-always', does: [does.corruptDownload()], end: hopeless(STEPS[-3]) },
  { name: 'wrong-once', does: [does.wrongVersion('0.0.1', once)], end: mended('UNEXPECTED_VERSION_REPORTED'), devices: 3 },
  { name: 'wrong-always', does: [does.wrongVersion('0.0.1')], end: hopeless('UNEXPECTED_VERSION_REPORTED'), devices: 3 },
  { name: 'old-once', does: [does.staysOnSourceVersion(once)], end: mended('UNEXPECTED_VERSION_REPORTED'), devices: 3 },
  { name: 'old-always', does: [does.staysOnSourceVersion()], end: hopeless('UNEXPECTED_VERSION_REPORTED') },
];

/** Those whose tasks end by the time-out of their batch. */
export const overdueLinkRows: Row[] = [
  { name: 'hundred', does: [does.neverReportsVersion()], end: timedOut, devices: 3 },
  { name: 'stuck', does: [does.stallsAt(30)], end: timedOut, devices: 3 },
];
