import { condition, proxyActivities } from '@temporalio/workflow';
import type { BatchActivities } from './activities';
import type { BatchControl } from './control';
import type { DynamicPart } from './matching';
import type { BatchInput } from './messages';
import { type ReconcileOptions, ReconcileSchedule } from './reconcile-schedule';

const { reconcileBatch } = proxyActivities<BatchActivities>({ startToCloseTimeout: '1h', heartbeatTimeout: '30s' });

/** Reconciles a batch with what events have left behind, beside its pushes, and sleeps until something is due. */
export class Reconciliation {
  private readonly schedule: ReconcileSchedule;
  private running = false;

  constructor(
    private readonly input: BatchInput,
    private readonly control: BatchControl,
    private readonly dynamic: DynamicPart,
  ) {
    this.schedule = new ReconcileSchedule(input.minuteMs, Date.now());
  }

  woken(): void {
    this.schedule.woken();
  }

  pushed(): void {
    this.schedule.pushed();
  }

  runIfDue(): void {
    if (this.running || this.schedule.dueAt > Date.now()) return;
    this.running = true;
    this.run(this.schedule.begin(Date.now())).catch((error: Error) => {
      this.control.failure = error;
    });
  }

  private async run(options: ReconcileOptions): Promise<void> {
    const mended = await reconcileBatch(this.input.batchId, options);
    if (options.full) await this.dynamic.scan();
    this.schedule.ended(Date.now(), mended);
    this.running = false;
  }

  /** Sleeps until something is due, somebody wakes the batch, or a gateway is done with its share. */
  async sleep(nextDueAt: number | null): Promise<void> {
    const { control, running } = this;
    const out = control.shares.count;
    const isOver = (): boolean =>
      control.hasWake ||
      control.paused ||
      control.over ||
      control.failure !== null ||
      control.shares.count !== out ||
      this.running !== running;
    const ends = [nextDueAt, control.shares.restedAt, running ? null : this.schedule.dueAt].filter((at) => at !== null);
    if (ends.length === 0) await condition(isOver);
    else await condition(isOver, Math.max(1, Math.min(...ends) - Date.now()));
  }
}
