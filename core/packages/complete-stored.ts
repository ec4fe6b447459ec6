import type { Collections } from '../../schema/mongo/connect';

/** Packages stored before there were kinds are full ones that nobody has to verify. */
export async function completeStoredPackages({ packages }: Pick<Collections, 'packages'>): Promise<void> {
  const verification = { required: false, state: 'UNVERIFIED' as const, verifiedAt: null };
  await packages.updateMany({ kind: { $exists: false } }, { $set: { kind: 'FULL', sourceVersions: [], verification } });
}
