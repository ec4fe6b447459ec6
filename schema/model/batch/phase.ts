import type { Violation } from '../violation';

/** R-BAT-4: of the devices that match and have room for a task, rounded down, and at least one as long as there is one. */
export const phasedShare = (able: number, percent: number): number => (able === 0 ? 0 : Math.max(1, Math.floor((able * percent) / 100)));

/** Whole percents: with others, `matching * percent` would not be exact. */
export function percentViolation(percent: number, field: string): Violation | null {
  if (Number.isInteger(percent) && percent >= 1 && percent <= 100) return null;
  return {
    code: 'OUT_OF_RANGE',
    field,
    message: 'A phased batch takes a whole percentage of the devices.',
    hint: 'Give a whole number from 1 to 100.',
    limit: '1–100',
  };
}
