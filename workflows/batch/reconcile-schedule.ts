/** Minutes between two reconciliations; each that finds nothing, after a time in which nothing happened, doubles them. */
const FIRST_MINUTES = 0.5;
const LONGEST_MINUTES = 10;
/** To reconcile a million tasks takes a while: reconciliations take this share of the time at most. */
const SHARE = 1 / 20;

export interface ReconcileOptions {
  /** Also asks whether each upgrade has its workflow, which costs a signal each. */
  full: boolean;
}

/**
 * When a batch is reconciled with what events have left behind. That is due by the clock, whatever the batch does meanwhile: wake-ups and
 * pushes don't put it off. Times are epoch milliseconds; `minuteMs` is 60,000 save in tests.
 */
export class ReconcileSchedule {
  private minutes = FIRST_MINUTES;
  private restUntil = 0;
  private lastAt: number;
  private lastFullAt: number;
  private calm = true;

  constructor(
    private readonly minuteMs: number,
    now: number,
  ) {
    this.lastAt = now;
    this.lastFullAt = now;
  }

  /** Somebody woke the batch: the next reconciliation doubles nothing. */
  woken(): void {
    this.calm = false;
  }

  /** Something was pushed, so something happens: the next reconciliation comes soon. */
  pushed(): void {
    this.calm = false;
    this.minutes = FIRST_MINUTES;
  }

  get dueAt(): number {
    return Math.max(this.lastAt + this.minutes * this.minuteMs, this.restUntil);
  }

  /** The reconciliation that is due begins. */
  begin(now: number): ReconcileOptions {
    const full = this.calm || now - this.lastFullAt >= LONGEST_MINUTES * this.minuteMs;
    if (full) this.lastFullAt = now;
    if (this.calm) this.minutes = Math.min(this.minutes * 2, LONGEST_MINUTES);
    this.calm = true;
    this.lastAt = now;
    return { full };
  }

  ended(now: number, mended: number): void {
    if (mended > 0) this.minutes = FIRST_MINUTES;
    this.restUntil = now + (now - this.lastAt) / SHARE;
  }
}
