/** What operators' commands and wake-ups have made of a batch: plain state, the workflow only wires the handlers to it. */
export class BatchControl {
  phase: 'selecting' | 'pushing' | 'waiting' | 'canceling' | 'finishing' = 'selecting';
  canceled = false;
  /** Why nothing gets through just now, as its user sees it. */
  trouble: string | null = null;
  /** True while a selection or a push is under way: a command that stops them answers only after it. */
  busy = false;
  private woken = false;

  constructor(public paused: boolean) {}

  wake(): void {
    this.woken = true;
  }

  /** Whether a wake-up came since the last look. */
  takeWake(): boolean {
    const woken = this.woken;
    this.woken = false;
    return woken;
  }

  get hasWake(): boolean {
    return this.woken;
  }
}
