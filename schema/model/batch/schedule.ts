import type { Limits } from '../limits';
import type { Violation } from '../violation';
import type { Schedule } from './batch';

/** R-BAT-6: the start lies 5 minutes to 7 days ahead, the end 1 hour to 30 days after it. `minuteMs` is 60,000 save in tests. */
export function scheduleViolations({ startAt, endAt }: Schedule, now: Date, limits: Limits, minuteMs = 60_000): Violation[] {
  const { scheduleStartMinimum, scheduleStartMaximum, scheduleEndMinimum, scheduleEndMaximum } = limits;
  const ahead = (startAt.getTime() - now.getTime()) / minuteMs;
  const span = endAt && (endAt.getTime() - startAt.getTime()) / minuteMs;
  return [
    ...(isWithin(ahead, scheduleStartMinimum, scheduleStartMaximum)
      ? []
      : [outside('schedule.startAt', 'The batch would start', 'from now', scheduleStartMinimum, scheduleStartMaximum)]),
    ...(span === null || isWithin(span, scheduleEndMinimum, scheduleEndMaximum)
      ? []
      : [outside('schedule.endAt', 'The batch would end', 'after its start', scheduleEndMinimum, scheduleEndMaximum)]),
  ];
}

/** False for what is no number, as that of an invalid date is. */
const isWithin = (minutes: number, minimum: number, maximum: number): boolean => minutes >= minimum && minutes <= maximum;

function outside(field: string, subject: string, since: string, minimum: number, maximum: number): Violation {
  const limit = `${minimum}–${maximum} min ${since}`;
  return {
    code: 'SCHEDULE_OUT_OF_RANGE',
    field,
    message: `${subject} outside the span that is allowed, ${limit}.`,
    hint: `Choose a time ${minimum} to ${maximum} minutes ${since}${field.endsWith('endAt') ? ', or leave it out' : ''}.`,
    limit,
  };
}
