import { Shares } from './shares';

/** What operators' commands and wake-ups have made of a batch: plain state, the workflow only wires the handlers to it. */
export class BatchControl {
  phase: 'scheduled' | 'selecting' | 'pushing' | 'waiting' | 'halted' | 'canceling' | 'finishing' = 'selecting';
  canceled = false;
  /** Its scheduled end has come. */
  closed = false;
  /** Its scheduled start has not come. */
  scheduled = false;
  /** Why nothing gets through just now, as its user sees it. */
  trouble: string | null = null;
  selecting = false;
  /** What no batch expects: it ends the workflow's task, which is tried again. */
  failure: Error | null = null;
  /** What gateways have to push. */
  readonly shares = new Shares();
  /** Upgrades that this run has started. */
  children = 0;
  /** A dynamic batch takes further devices. */
  matching = false;
  private endedMatching = false;
  /** Its tasks are there, and it is known whether they wait for a scheduled start. */
  selected = false;
  /** Commands under way that no push may overtake. */
  holds = 0;
  /** A threshold may halt it, also while the workflow does something else. */
  mayHalt = false;
  /** How often this run was resumed: what a look found before does not hold after. */
  resumes = 0;
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

  /** A selection or a push is under way: a command that stops them answers only after it. */
  get busy(): boolean {
    return this.selecting || this.shares.count > 0;
  }

  /** Nothing is to be pushed any more. */
  get over(): boolean {
    return this.canceled || this.closed;
  }

  /** As the store has it; a command that ends it may have come first. */
  beginMatching(matching: boolean): void {
    this.matching = matching && !this.endedMatching;
  }

  endMatching(): void {
    this.endedMatching = true;
    this.matching = false;
    this.wake();
  }

  /** No push may begin. */
  get held(): boolean {
    return this.paused || this.holds > 0;
  }

  halt(): void {
    this.phase = 'halted';
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    this.resumes += 1;
  }

  get hasWake(): boolean {
    return this.woken;
  }
}
