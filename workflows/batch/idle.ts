const FIRST_IDLE_MINUTES = 0.5;
const LONGEST_IDLE_MINUTES = 10;

/** How long batches slept that began before looks came by the clock (`reconcile-schedule.ts`): for their histories. */
export class Idle {
  private minutes = FIRST_IDLE_MINUTES;

  constructor(private readonly minuteMs: number) {}

  reset(): void {
    this.minutes = FIRST_IDLE_MINUTES;
  }

  /** `isFull`: nothing is due before the nap ends. */
  next(nextDueAt: number | null): { ms: number; isFull: boolean } {
    const longest = this.minutes * this.minuteMs;
    const untilDue = nextDueAt === null ? Number.POSITIVE_INFINITY : Math.max(1, nextDueAt - Date.now());
    if (untilDue < longest) return { ms: untilDue, isFull: false };
    this.minutes = Math.min(this.minutes * 2, LONGEST_IDLE_MINUTES);
    return { ms: longest, isFull: true };
  }
}
