import type { Violation } from './violation';

/** What is wrong with a number that has to be whole and within its bounds. */
export function wholeNumberViolations(
  field: string,
  what: string,
  unit: string,
  value: number,
  minimum: number,
  maximum: number,
): Violation[] {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return [];
  return [
    {
      code: 'OUT_OF_RANGE',
      field,
      message: `The ${what} ${value} is not a whole number of ${unit} between ${minimum} and ${maximum}.`,
      hint: `Give a whole number from ${minimum} to ${maximum}.`,
      limit: `${minimum}–${maximum}`,
    },
  ];
}
