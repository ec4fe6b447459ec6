import { condition, proxyActivities } from '@temporalio/workflow';
import type { BatchActivities } from './activities';
import type { BatchControl } from './control';
import { type Look, Looks } from './looks';
import type { DynamicPart } from './matching';
import type { BatchInput } from './messages';

const { reconcileBatch } = proxyActivities<BatchActivities>({ startToCloseTimeout: '1h', heartbeatTimeout: '30s' });

/** A batch's looks for what events have left behind, beside its pushes, and its sleep until something is due. */
export class Looking {
  private readonly looks: Looks;
  private running = false;

  constructor(
    private readonly input: BatchInput,
    private readonly control: BatchControl,
    private readonly dynamic: DynamicPart,
  ) {
    this.looks = new Looks(input.minuteMs, Date.now());
  }

  woken(): void {
    this.looks.woken();
  }

  pushed(): void {
    this.looks.pushed();
  }

  lookIfDue(): void {
    if (this.running || this.looks.dueAt > Date.now()) return;
    this.running = true;
    this.look(this.looks.begin(Date.now())).catch((error: Error) => {
      this.control.failure = error;
    });
  }

  private async look(look: Look): Promise<void> {
    const mended = await reconcileBatch(this.input.batchId, look);
    if (look.full) await this.dynamic.scan();
    this.looks.ended(Date.now(), mended);
    this.running = false;
  }

  /** Sleeps until something is due, somebody wakes the batch, or a gateway is done with its share. */
  async nap(nextDueAt: number | null): Promise<void> {
    const { control, running } = this;
    const out = control.shares.count;
    const isOver = (): boolean =>
      control.hasWake ||
      control.paused ||
      control.over ||
      control.failure !== null ||
      control.shares.count !== out ||
      this.running !== running;
    const ends = [nextDueAt, control.shares.restedAt, running ? null : this.looks.dueAt].filter((at) => at !== null);
    if (ends.length === 0) await condition(isOver);
    else await condition(isOver, Math.max(1, Math.min(...ends) - Date.now()));
  }
}
