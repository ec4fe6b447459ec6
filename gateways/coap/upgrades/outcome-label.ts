import type { Answer, Reading } from '../../../core/reports/lwm2m/contract';

/** What became of something that a device was asked; values of a label. */
export const ASK_OUTCOMES = [
  'done',
  'refused',
  'asleep',
  'silent',
  'gone',
  'busy',
  'stopped',
  'no_room',
  'incomplete',
  'too_late',
] as const;
export type AskOutcome = (typeof ASK_OUTCOMES)[number];

const ofFailure = ({ failed }: { failed: 'ASLEEP' | 'SILENT' | 'GONE' | 'BUSY' }) => failed.toLowerCase() as Lowercase<typeof failed>;

const NAMED = {
  ACCEPTED: 'done',
  COMPLETE: 'done',
  STOPPED: 'stopped',
  NO_ROOM: 'no_room',
  INCOMPLETE: 'incomplete',
  TOO_LATE: 'too_late',
} as const satisfies Record<string, AskOutcome>;

/** A look that has brought anything to light is done, whatever else of it was refused. */
export function outcomeLabel(answer: Answer): AskOutcome {
  if (answer.kind === 'looked') return ofLook([answer.version, answer.firmware, answer.signal]);
  if (answer.kind === 'observed' || answer.kind === 'released') return 'done';
  const { outcome } = answer;
  if (typeof outcome === 'string') return NAMED[outcome];
  if ('failed' in outcome) return ofFailure(outcome);
  return 'refused' in outcome ? 'refused' : 'done';
}

function ofLook(readings: readonly (Reading<unknown> | null)[]): AskOutcome {
  const asked = readings.filter((reading) => reading !== null);
  if (asked.length === 0 || asked.some((reading) => 'value' in reading)) return 'done';
  for (const reading of asked) if ('failed' in reading) return ofFailure(reading);
  return 'refused';
}
