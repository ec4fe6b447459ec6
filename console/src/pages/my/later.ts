/** Somebody is given less time than this to forget about it: then it is not offered. */
const SHORTEST_MS = 30 * 60_000;
const HOUR_MS = 3_600_000;

export type Later = 'hour' | 'evening' | 'morning' | 'week';

export interface LaterChoice {
  readonly name: Later;
  readonly at: Date;
}

/** Days from now, at an hour of the viewer's clock. */
function dayAt(now: Date, days: number, hour: number): Date {
  const at = new Date(now);
  at.setDate(at.getDate() + days);
  at.setHours(hour, 0, 0, 0);
  return at;
}

/** The times that somebody means by "later", as far as the batch allows them. */
export function laterChoices(now: Date, latest: Date): readonly LaterChoice[] {
  const choices: LaterChoice[] = [
    { name: 'hour', at: new Date(now.getTime() + HOUR_MS) },
    { name: 'evening', at: dayAt(now, 0, 20) },
    { name: 'morning', at: dayAt(now, 1, 8) },
    { name: 'week', at: dayAt(now, 7, 8) },
  ];
  return choices.filter(({ at }) => at.getTime() - now.getTime() >= SHORTEST_MS && at <= latest);
}
