import { type Batch, overrides } from '../../schema/model/batch/batch';
import { slotsAlone, slotsInOrder } from '../../schema/model/device/slots';

/**
 * `slotsFor` of `schema/model/device/slots.ts` inside an aggregation over devices: those without room for a task of the batch fall out, the
 * others get `slots`. The batch's own tasks are not looked at, so that it may select again; `overriding`: nor those that give way to it.
 */
export function roomStages(batch: Batch, count: number, when: 'now' | 'overriding' = 'now'): object[] {
  const { _id, module, policy } = batch;
  const isOther = { $ne: ['$$this.batchId', { $literal: _id }] };
  const stays = when === 'overriding' && overrides(batch) ? { $and: [isOther, { $not: [givesWay(batch)] }] } : isOther;
  return [
    {
      $lookup: {
        from: 'tasks',
        let: { device: '$_id' },
        // `active: true` as a literal, so that the device's partial index serves; the batch not here, lest its index be taken instead.
        pipeline: [
          { $match: { active: true, $expr: { $eq: ['$deviceId', '$$device'] } } },
          { $project: { batchId: 1, module: 1, slots: 1, status: 1 } },
        ],
        as: 'active',
      },
    },
    { $set: { others: { $filter: { input: '$active', cond: stays } } } },
    ...(policy.multiModule ? besideOthers(module, count) : alone(count)),
  ];
}

/** `givingWay` of `override.ts`, of one task. */
const givesWay = ({ _id, module, policy }: Batch): object => ({
  $and: [
    { $lt: ['$$this.batchId', { $literal: _id }] },
    { $ne: ['$$this.status', 'IN_PROGRESS'] },
    ...(policy.multiModule ? [{ $eq: ['$$this.module', { $literal: module }] }] : []),
  ],
});

const alone = (count: number): object[] => [{ $match: { others: { $size: 0 } } }, { $set: { slots: { $literal: slotsAlone(count) } } }];

function besideOthers(module: string, count: number): object[] {
  const taken = { $reduce: { input: '$others.slots', initialValue: [], in: { $concatArrays: ['$$value', '$$this'] } } };
  const free = { $filter: { input: { $literal: slotsInOrder(module, count) }, cond: { $not: { $in: ['$$this', taken] } } } };
  return [
    { $match: { others: { $not: { $elemMatch: { $or: [{ module }, { slots: { $not: { $size: 1 } } }] } } } } },
    { $set: { slots: { $slice: [free, 1] } } },
    { $match: { slots: { $size: 1 } } },
  ];
}
