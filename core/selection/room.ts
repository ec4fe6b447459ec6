import { type Batch, overrides } from '../../schema/model/batch/batch';
import { allPlaces, placesInOrder } from '../../schema/model/batch/places';

/**
 * `placesFor` of `schema/model/batch/places.ts` inside an aggregation over devices: those without room for a task of the batch fall out, the
 * others get `places`. The batch's own tasks are not looked at, so that it may select again; `overriding`: nor those that give way to it.
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
          { $project: { batchId: 1, module: 1, places: 1, status: 1 } },
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

const alone = (count: number): object[] => [{ $match: { others: { $size: 0 } } }, { $set: { places: { $literal: allPlaces(count) } } }];

function besideOthers(module: string, count: number): object[] {
  const taken = { $reduce: { input: '$others.places', initialValue: [], in: { $concatArrays: ['$$value', '$$this'] } } };
  const free = { $filter: { input: { $literal: placesInOrder(module, count) }, cond: { $not: { $in: ['$$this', taken] } } } };
  return [
    { $match: { others: { $not: { $elemMatch: { $or: [{ module }, { places: { $not: { $size: 1 } } }] } } } } },
    { $set: { places: { $slice: [free, 1] } } },
    { $match: { places: { $size: 1 } } },
  ];
}
