import type { Batch, SelectionSummary } from './batch';
import { type Brought, dialectReason } from './dialect-obstacle';

/** Some of the devices that a selection passed over, for the words about it. */
export interface PassedOver {
  busy: readonly { deviceName: string; batchId: string }[];
  version: readonly { deviceName: string; version: string | null }[];
  /** Devices of the scope that are disabled: no selection counts them. */
  disabled: number;
}

/** So many of each reason are named. */
export const NAMED_DEVICES = 3;

/** Whom a batch that has nobody to push to has passed over, and why; null where it has somebody. */
export function passedOverWords(
  batch: Pick<Batch, 'targetVersion'> & Brought,
  selection: SelectionSummary,
  examples: PassedOver,
): string | null {
  const { created, skippedBusy, skippedVersion = 0, skippedDialect = 0, atTarget = 0 } = selection;
  if (created > atTarget) return null;
  const { busy, version, disabled } = examples;
  const why = dialectReason(batch);
  const reasons = [
    part(
      skippedBusy,
      'an unfinished task of another batch',
      busy.map(({ deviceName, batchId }) => `${deviceName} in batch ${batchId}`),
    ),
    part(
      skippedVersion,
      'a version that the package does not upgrade from',
      version.map((device) => `${device.deviceName} with ${device.version ?? 'none reported'}`),
    ),
    skippedDialect > 0
      ? `${skippedDialect} ${skippedDialect === 1 ? 'speaks' : 'speak'} what it cannot be brought to${why ? ` (${why})` : ''}`
      : null,
    part(atTarget, `version ${batch.targetVersion} already`, []),
    disabled > 0 ? `${disabled} ${disabled === 1 ? 'is' : 'are'} disabled` : null,
  ].filter((reason) => reason !== null);
  if (reasons.length === 0) return 'There was nobody to push to: no device matches any more.';
  return `There was nobody to push to: ${reasons.join('; ')}.`;
}

function part(count: number, what: string, examples: readonly string[]): string | null {
  if (count === 0) return null;
  const named = examples.slice(0, NAMED_DEVICES);
  const more = count > named.length ? ', …' : '';
  return `${count} ${count === 1 ? 'has' : 'have'} ${what}${named.length > 0 ? ` (${named.join(', ')}${more})` : ''}`;
}
