import { DIGEST_ALGORITHMS } from '../../model/package/package-fields';
import type { Migration } from './migration';

/**
 * Forms could store any text as what devices check a package with (R-PKG-5). It becomes what was meant where that is a matter of spelling,
 * and otherwise what devices were given: SHA-256.
 */
export const digestAlgorithms: Migration = {
  number: 4,
  name: 'Packages name a digest that there is',
  async run({ collections: { packages } }) {
    const isMd5 = { $eq: [{ $toUpper: '$digestAlgorithm' }, 'MD5'] };
    await packages.updateMany({ digestAlgorithm: { $nin: [...DIGEST_ALGORITHMS] } }, [
      { $set: { digestAlgorithm: { $cond: [isMd5, 'MD5', 'SHA256'] } } },
    ]);
  },
};
