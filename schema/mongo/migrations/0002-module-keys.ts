import type { Migration } from './migration';
import { portions } from './portions';

/** Devices changed by one command: a few milliseconds, and no memory to speak of. */
const PORTION = 1_000;
/** An entry of `moduleVersions` whose module is not in lower case. */
const OTHER_CASE = /^[^=]*[A-Z]/;

/**
 * Modules are compared without regard to case from now on (R-PKG-3): what a device reported as `MCU` is kept under `mcu`, with the spelling
 * beside it, and of two spellings the newer report stays. Tasks, batches, packages and rules have had lower-case names ever since.
 * A device that is changed already has nothing left to find, so this may be cut anywhere.
 */
export const moduleKeys: Migration = {
  number: 2,
  name: 'What devices reported of a module is kept once, whatever case they write its name in',
  async run({ collections: { devices, groups } }, signal) {
    for await (const _id of portions(devices, { moduleVersions: OTHER_CASE }, PORTION, signal)) {
      // Rules on versions may hold for others now: every device is looked at once more.
      await groups.updateMany({ dynamic: { $exists: true } }, [{ $set: { 'dynamic.checkAt': '$$NOW' } }]);
      await devices.updateMany({ _id, moduleVersions: OTHER_CASE }, IN_LOWER_CASE);
    }
  },
};

const key = { $toLower: '$$each.k' };
const inLowerCase = {
  k: key,
  v: { $mergeObjects: ['$$each.v', { $cond: [{ $eq: [key, '$$each.k'] }, {}, { name: '$$each.k' }] }] },
};
/** The newest last: of members with one name the last one is taken. */
const oldestFirst = { $sortArray: { input: { $objectToArray: '$modules' }, sortBy: { 'v.reportedAt': 1 } } };

const IN_LOWER_CASE = [
  { $set: { modules: { $arrayToObject: { $map: { input: oldestFirst, as: 'each', in: inLowerCase } } } } },
  {
    $set: {
      moduleVersions: {
        $map: { input: { $objectToArray: '$modules' }, as: 'each', in: { $concat: ['$$each.k', '=', '$$each.v.version'] } },
      },
      // The roll-up of versions takes what it had of the device back, and dynamic batches look at it.
      uncounted: true,
      changedAt: '$$NOW',
    },
  },
];
