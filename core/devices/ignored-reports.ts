import { type Proof, provenBy } from '../../schema/model/device/generations';
import type { DeviceId } from '../../schema/model/ids';
import { type IgnoredReport, shownText } from '../../schema/model/protocol/ignored-report';
import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { createLateWrites } from '../late-writes';

export interface IgnoredReports {
  /** Never waits, never throws: kept for a moment, and written with those of other devices. */
  add(deviceId: DeviceId, report: Omit<IgnoredReport, 'at'>, proof?: Proof): void;
  /** Writes what is kept; for the end of the process. */
  close(): Promise<void>;
}

const WRITE_EVERY_MS = 500;
/** Devices of one write. The others wait for the next, and beyond so many, what comes is not told. */
const AT_ONCE = 200;
const MOST = 5_000;
/** What a device repeats is written again after so long. */
const SAME_MS = 10_000;

/** What is to be told, and what whoever said it was let in by. */
interface Told {
  report: IgnoredReport;
  proof?: Proof;
}

/**
 * Tells on a device's document what it reported last that could not be read. A device that sends nothing else costs one small write in half
 * a second, and one that repeats itself one in ten; all devices of a process together cost no more than so many as fit one write.
 */
export function createIgnoredReports(deps: { devices: Collections['devices']; clock: Clock; everyMs?: number }): IgnoredReports {
  const { devices, clock, everyMs = WRITE_EVERY_MS } = deps;
  const writes = createLateWrites<Told>({
    ...{ everyMs, atOnce: AT_ONCE, most: MOST },
    // The next report that cannot be read makes good for what is lost.
    write: (taken) => devices.bulkWrite(taken.map(tellingOf), { ordered: false, writeConcern: { w: 1, journal: false } }),
  });
  return {
    add(deviceId, { reason, text }, proof) {
      // The latest is told.
      writes.add(deviceId, () => ({ report: { at: clock(), reason, text: shownText(text) }, proof }));
    },
    close: writes.close,
  };
}

function tellingOf([_id, { report: lastIgnoredReport, proof }]: readonly [DeviceId, Told]) {
  const { at, reason, text } = lastIgnoredReport;
  const same = {
    'lastIgnoredReport.reason': reason,
    'lastIgnoredReport.text': text,
    'lastIgnoredReport.at': { $gt: new Date(at.getTime() - SAME_MS) },
  };
  return { updateOne: { filter: { _id, ...provenBy(proof), $nor: [same] }, update: { $set: { lastIgnoredReport } } } };
}
