import { discard, type UploadDeps } from './record';

const HOUR_MS = 60 * 60_000;
/** A removal that has not ended after so long was cut by a crash. */
const REMOVAL_MS = 10 * 60_000;

/**
 * Removes what waited too long: uploads cut and not gone on with, finished ones that no package uses, and remains of crashes.
 * Returns how many. May run in several processes.
 */
export async function sweepUploads(deps: UploadDeps): Promise<number> {
  const { collections, settings, clock } = deps;
  const { resumableUploads, packages } = collections;
  const now = clock().getTime();
  const idle = { renewedAt: { $lt: new Date(now - settings.limits.uploadHours * HOUR_MS) } };
  const crashed = { state: 'REMOVED' as const, renewedAt: { $lt: new Date(now - REMOVAL_MS) } };
  let swept = 0;
  for await (const { _id, writer } of resumableUploads.find({ $or: [idle, crashed] }, { projection: { writer: 1 } })) {
    if (await packages.findOne({ 'files.fileId': _id }, { projection: { _id: 1 } })) await resumableUploads.deleteOne({ _id });
    else if (await discard(deps, { _id, writer, state: { $exists: true } })) swept += 1;
  }
  return swept;
}
