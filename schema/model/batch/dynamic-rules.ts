import type { Violation } from '../violation';
import type { BatchScope } from './batch';

/** R-BAT-2: what a dynamic batch cannot have, and R-BAT-5: the source versions it needs. */
export function dynamicViolations(
  input: { scope: BatchScope; schedule?: object | null; sourceVersions?: readonly string[] | null },
  firmware: { sourceVersions: readonly string[] },
): Violation[] {
  const { scope, schedule, sourceVersions } = input;
  return [
    ...(scope.kind === 'phased' ? [staticOnly('scope.phased', 'A share of the devices')] : []),
    ...(schedule ? [staticOnly('schedule', 'A schedule')] : []),
    ...versionsViolations(scope, sourceVersions ?? [], firmware),
  ];
}

const staticOnly = (field: string, what: string): Violation => ({
  code: 'STATIC_ONLY',
  field,
  message: `${what} is for static batches, and this one is dynamic.`,
  hint: 'Leave it out, or make a static batch.',
});

/** Of devices that are named none is needed; a package that names its versions has chosen them. */
function versionsViolations(
  scope: BatchScope,
  sourceVersions: readonly string[],
  firmware: { sourceVersions: readonly string[] },
): Violation[] {
  const field = 'sourceVersions';
  if (scope.kind === 'targeted' || scope.kind === 'list' || sourceVersions.length > 0 || firmware.sourceVersions.length > 0) return [];
  return [
    {
      code: 'REQUIRED',
      field,
      message: 'A dynamic batch with a full package names its source versions.',
      hint: 'Give the versions that devices are to be updated from.',
    },
  ];
}
