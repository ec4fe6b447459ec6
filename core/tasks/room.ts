import type { Batch } from '../../schema/model/batch';
import { allPlaces, placesInOrder } from '../../schema/model/places';

/**
 * `placesFor` of `schema/model/places.ts` inside an aggregation over devices: those without room for a task of the batch fall out, the
 * others get `places`. The batch's own tasks are not looked at, so that it may select again.
 */
export function roomStages({ _id, module, policy }: Batch, count: number): object[] {
  return [
    {
      $lookup: {
        from: 'tasks',
        let: { device: '$_id' },
        // `active: true` as a literal, so that the device's partial index serves; the batch not here, lest its index be taken instead.
        pipeline: [
          { $match: { active: true, $expr: { $eq: ['$deviceId', '$$device'] } } },
          { $project: { batchId: 1, module: 1, places: 1 } },
        ],
        as: 'active',
      },
    },
    { $set: { others: { $filter: { input: '$active', cond: { $ne: ['$$this.batchId', { $literal: _id }] } } } } },
    ...(policy.multiModule ? besideOthers(module, count) : alone(count)),
  ];
}

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
