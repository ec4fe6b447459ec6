import type { mongo } from 'mongoose';
import type { CellSlot } from '../../schema/model/cell/holding';
import type { StoredCell } from '../../schema/mongo/cells';
import type { CellSlotRequest } from './contract';

type Pipeline = mongo.Document[];

/** Those that have not expired; of a cell that is not there yet: none. */
const live = (now: Date) => ({
  $filter: { input: { $ifNull: ['$slots', []] }, as: 'slot', cond: { $gt: ['$$slot.until', now] } },
});

const among = (input: string, cond: mongo.Document) => ({ $filter: { input, as: 'slot', cond } });
const isThere = (input: string, cond: mongo.Document) => ({ $gt: [{ $size: among(input, cond) }, 0] });

/** Holders of a cell where nobody waits are looked at so often. */
const LOOK_MS = 10 * 60_000;

/** When a cell is looked at next where nobody waits: a holder may be gone, or at its end. */
export const lookAt = (untils: readonly Date[], now: Date): Date =>
  new Date(Math.min(now.getTime() + LOOK_MS, ...untils.map((until) => until.getTime())));

export interface Taking {
  request: CellSlotRequest;
  limit: number;
  /** False: others come first, and only what is the task's already counts. */
  mayTakeFree: boolean;
  now: Date;
}

/** All in one: whoever runs beside it finds the cell as it was before or as it is afterwards. */
export function taking({ request, limit, mayTakeFree, now }: Taking): Pipeline {
  const { cell, level, taskId, attempt, until } = request;
  const own = { $eq: ['$$slot.taskId', { $literal: taskId }] };
  const others = among('$slots', { $not: own });
  const taken: CellSlot = { taskId, attempt, held: true, at: now, until };
  // Its own may be longer already, or of a later attempt, which this one has been overtaken by.
  const keepsUntil = { $max: ['$_until', until] };
  const granted = { $or: ['$_own', { $and: [mayTakeFree, { $lt: [{ $size: '$slots' }, limit] }] }] };
  // Of the first that is refused: whether the holders are still there is looked up at once.
  const firstRefusal = { $cond: [{ $gt: ['$refusedAt', null] }, '$dueAt', now] };
  const held = { $mergeObjects: [{ $literal: taken }, { until: keepsUntil }] };
  return [
    { $set: { slots: live(now) } },
    {
      $set: {
        _later: isThere('$slots', { $and: [own, { $gt: ['$$slot.attempt', attempt] }] }),
        _own: isThere('$slots', own),
        _until: { $max: { $map: { input: among('$slots', { $and: [own, '$$slot.held'] }), as: 'slot', in: '$$slot.until' } } },
      },
    },
    { $set: { _granted: { $and: [{ $not: '$_later' }, granted] } } },
    {
      $set: {
        cell: { $literal: cell },
        level: { $literal: level },
        slots: { $cond: ['$_granted', { $concatArrays: [others, [held]] }, '$slots'] },
        refusedAt: { $cond: ['$_granted', { $ifNull: ['$refusedAt', null] }, now] },
        dueAt: { $min: ['$dueAt', { $cond: ['$_granted', lookAt([until], now), firstRefusal] }] },
      },
    },
    { $unset: ['_later', '_own', '_until', '_granted'] },
  ];
}

/** Keeps free slots for some tasks, the first of them first, as far as there are any. */
export function calling(slots: readonly CellSlot[], limit: number, now: Date): Pipeline {
  const isNoted = { $in: ['$$this.taskId', '$$value.taskId'] };
  const isFull = { $gte: [{ $size: '$$value' }, limit] };
  const added = { $cond: [{ $or: [isNoted, isFull] }, '$$value', { $concatArrays: ['$$value', ['$$this']] }] };
  const untils = slots.map(({ until }) => until);
  return [
    { $set: { slots: live(now) } },
    { $set: { slots: { $reduce: { input: { $literal: slots }, initialValue: '$slots', in: added } } } },
    { $set: { dueAt: { $min: ['$dueAt', ...untils] } } },
  ];
}

/** Exactly these: one that was taken anew meanwhile is another. */
export const givingBack = (slots: readonly CellSlot[]): mongo.UpdateFilter<StoredCell> => ({
  $pull: { slots: { $or: slots.map(({ taskId, attempt, held, at, until }) => ({ taskId, attempt, held, at, until })) } } as never,
});
