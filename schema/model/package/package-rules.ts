import { sourceVersionViolations } from '../batch/policy';
import type { Limits } from '../limits';
import type { Violation } from '../violation';

/** R-PKG-4. A differential package upgrades from its source versions only; a full one from any, or from those it names. */
export const PACKAGE_KINDS = ['FULL', 'DIFFERENTIAL'] as const;
export type PackageKind = (typeof PACKAGE_KINDS)[number];

/** R-PKG-9. */
export const VERIFICATION_STATES = ['UNVERIFIED', 'VERIFIED'] as const;
export type VerificationState = (typeof VERIFICATION_STATES)[number];

export interface PackageVerification {
  /** Batches wait for a verification. */
  required: boolean;
  state: VerificationState;
  /** When the first verification that counted had ended. */
  verifiedAt: Date | null;
}

/** R-PKG-4, R-PKG-6: what is wrong with a package's kind and its source versions. */
export function kindViolations(
  input: { kind: PackageKind; sourceVersions: readonly string[]; version: string },
  limits: Pick<Limits, 'packageSourceVersions'>,
): Violation[] {
  const { kind, sourceVersions, version } = input;
  const field = 'sourceVersions';
  if (!PACKAGE_KINDS.includes(kind)) {
    const limit = PACKAGE_KINDS.join(', ');
    return [{ code: 'INVALID_FORMAT', field: 'kind', message: 'There is no such kind of package.', hint: `Give one of ${limit}.`, limit }];
  }
  if (kind === 'DIFFERENTIAL' && sourceVersions.length === 0) {
    return [
      {
        code: 'REQUIRED',
        field,
        message: 'A differential package names no source version.',
        hint: 'Name every version the difference applies to, or upload a full package.',
        limit: `1–${limits.packageSourceVersions}`,
      },
    ];
  }
  if (sourceVersions.length > limits.packageSourceVersions) {
    return [
      {
        code: 'TOO_MANY',
        field,
        message: `The package names ${sourceVersions.length} source versions.`,
        hint: 'Name fewer; a full package without any is for every version.',
        limit: `${limits.packageSourceVersions}`,
      },
    ];
  }
  return sourceVersionViolations(sourceVersions, version, field);
}

/** R-PKG-4, R-PKG-6: a batch narrows a full package's source versions, and leaves those of a differential one as they are. */
export function batchVersionViolations(
  firmware: { kind: PackageKind; sourceVersions: readonly string[] },
  chosen: readonly string[],
): Violation[] {
  if (firmware.sourceVersions.length === 0 || chosen.length === 0) return [];
  const differential = firmware.kind === 'DIFFERENTIAL';
  const refused = chosen.findIndex((version) => !firmware.sourceVersions.includes(version));
  if (refused >= 0) {
    return [
      {
        code: 'SOURCE_VERSION_REFUSED',
        field: `sourceVersions.${refused}`,
        message: `The package does not upgrade from the version ${chosen[refused]?.slice(0, 64)}.`,
        hint: 'Leave the source versions out: the package brings its own.',
      },
    ];
  }
  if (!differential || new Set(chosen).size === new Set(firmware.sourceVersions).size) return [];
  return [
    {
      code: 'SOURCE_VERSION_REFUSED',
      field: 'sourceVersions',
      message: 'The package is differential: its source versions are those of every batch, and the batch names only some of them.',
      hint: 'Leave the source versions out.',
    },
  ];
}

/** R-PKG-6: whether a device with this version may take the package. */
export const acceptsSource = (firmware: { sourceVersions: readonly string[] }, version: string): boolean =>
  firmware.sourceVersions.length === 0 || firmware.sourceVersions.includes(version);

/** R-BAT-20: whether two batches are for a version in common; an empty list is for any. */
export const sourcesOverlap = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === 0 || other.length === 0 || one.some((version) => other.includes(version));
