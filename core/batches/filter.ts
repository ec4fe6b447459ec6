import { mongo } from 'mongoose';
import type { Batch } from '../../schema/model/batch/batch';
import { withinProducts } from '../access/permissions/products';
import type { BatchFilter } from './contract';

/** Ids are made a moment before `createdAt` or after, perhaps by a clock that is some seconds off. */
const ID_SLACK_MS = 60_000;

/** Ids begin with the second they were made in: a stretch of time is a stretch of every index that lists are read along. */
export function batchQuery({
  productKey,
  packageId,
  status,
  statuses,
  kind,
  text,
  products,
  ...created
}: BatchFilter): mongo.Filter<Batch> {
  const { createdFrom, createdBefore } = created;
  const among = statuses && statuses.length > 0 ? { $in: [...statuses] } : null;
  const query: mongo.Filter<Batch> = {
    deletedAt: null,
    ...(productKey && { productKey }),
    ...(packageId && { packageId }),
    ...(kind && { kind }),
    ...((status || among) && { status: { ...(status && { $eq: status }), ...among } }),
    ...(text && { name: { $regex: escaped(text), $options: 'i' } }),
    ...((createdFrom || createdBefore) && {
      _id: {
        ...(createdFrom && { $gte: idAt(createdFrom.getTime() - ID_SLACK_MS) }),
        ...(createdBefore && { $lt: idAt(createdBefore.getTime() + ID_SLACK_MS) }),
      },
      createdAt: { ...(createdFrom && { $gte: createdFrom }), ...(createdBefore && { $lt: createdBefore }) },
    }),
  };
  return withinProducts<mongo.Filter<Batch>>(query, products);
}

const LAST_SECOND = 0xffff_ffff;

/** The first id of a second; times that no id can have are those of the first and the last. */
function idAt(ms: number): string {
  const second = Math.min(LAST_SECOND, Math.max(0, Math.floor(ms / 1_000)));
  return mongo.ObjectId.createFromTime(second).toHexString();
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
