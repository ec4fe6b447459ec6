import type { Collections } from '../../schema/mongo/connect';
import { partsOf, type VersionCounts } from './version-counts';

/** No product has so many; beyond it the rarest are not told apart. */
const VERSIONS = 10_000;

/** R-PKG-11: how many devices have which version of a module now; with `versions` only those. */
export async function versionsOfModule(
  { versionCounts }: Pick<Collections, 'versionCounts'>,
  rollUp: Pick<VersionCounts, 'read'>,
  productKey: string,
  module: string,
  versions: readonly string[] = [],
): Promise<Map<string, number>> {
  const wanted = versions.length > 0 ? new Set(versions) : null;
  return rollUp.read(productKey, async (deltas, session) => {
    const filter = { productKey, module, ...(wanted && { version: { $in: [...wanted] } }) };
    const rows = await versionCounts
      .find(filter, { session, projection: { _id: 0, version: 1, devices: 1 } })
      .limit(VERSIONS)
      .toArray();
    const counts = new Map(rows.map(({ version, devices }) => [version, devices]));
    for (const [id, by] of deltas) {
      const of = partsOf(id);
      if (of.module === module && (wanted?.has(of.version) ?? true)) counts.set(of.version, (counts.get(of.version) ?? 0) + by);
    }
    return counts;
  });
}
