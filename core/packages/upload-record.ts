import type { Collections } from '../../schema/mongo/connect';
import type { Clock } from '../clock';
import { UserError, UserErrors } from '../errors';
import type { PackageStore } from '../ports';

/** A record not renewed for so long belongs to a process that is gone. */
const ORPHAN_AFTER_MS = 60 * 60_000;
const RENEW_EVERY_MS = 10 * 60_000;

/**
 * Runs `work` with a record that names the file, so that a crash leaves nothing that can't be found. The record goes with success,
 * and with a refusal, which has cleaned up; any other failure may have failed in its clean-up too, and leaves the record to the sweep.
 */
export async function whileRecorded<T>(uploads: Collections['uploads'], fileId: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  await uploads.insertOne({ _id: fileId, renewedAt: clock() });
  const renewal = setInterval(() => {
    // A renewal that fails is made up for by the next.
    uploads.updateOne({ _id: fileId }, { $set: { renewedAt: clock() } }).catch(() => {});
  }, RENEW_EVERY_MS);
  renewal.unref();
  try {
    const result = await work();
    await uploads.deleteOne({ _id: fileId });
    return result;
  } catch (error) {
    if (error instanceof UserError || error instanceof UserErrors) await uploads.deleteOne({ _id: fileId });
    throw error;
  } finally {
    clearInterval(renewal);
  }
}

/** Deletes the files of uploads that a crash cut off. Returns how many. May run in several processes. */
export async function sweepOrphans(
  { uploads, packages }: Pick<Collections, 'uploads' | 'packages'>,
  files: PackageStore,
  now: Date,
): Promise<number> {
  const before = new Date(now.getTime() - ORPHAN_AFTER_MS);
  let swept = 0;
  for await (const { _id } of uploads.find({ renewedAt: { $lt: before } })) {
    const kept = await packages.findOne({ 'files.fileId': _id }, { projection: { _id: 1 } });
    if (!kept) {
      await files.delete(_id);
      swept += 1;
    }
    await uploads.deleteOne({ _id });
  }
  return swept;
}
