import type { TaskId } from '../../schema/model/ids';
import type { UpgradeInput, UpgradeReport } from '../../schema/model/task/upgrade';
import type { UpgradeMessage } from './messages';

/** Ends of other tasks that are remembered, in case messages for them come later. */
const ENDS_KEPT = 20;

/** Reports in the order they came, those of this task apart from those of the device's next one. */
export class Inbox {
  /** Of the device's next task, or late ones of an earlier task. */
  ofOthers: UpgradeMessage[] = [];
  hasEnded = false;
  waitingFor = 'a report of the device';
  private readonly own: UpgradeReport[] = [];
  /** The attempt each ended with. No cache of a library: workflow code replays as it ran. */
  private readonly othersEnded = new Map<TaskId, number>();

  /** Messages handed over by another task's run may be late ones: their task is looked up first. */
  readonly isHandedOver: boolean;

  constructor(
    private readonly input: Pick<UpgradeInput, 'taskId' | 'firstAttempt'>,
    messages: readonly UpgradeMessage[],
    /** Asked only where messages would be dropped. */
    private readonly mayDrop: () => boolean,
  ) {
    this.isHandedOver = messages.length > 0;
    for (const message of messages) this.receive(message);
  }

  receive(message: UpgradeMessage): void {
    if (message.upgrade.taskId === this.input.taskId) this.own.push(message.report);
    else if (!this.isOver(message) || !this.mayDrop()) this.ofOthers.push(message);
  }

  /** A task that has begun again since is not over: it counts its attempts on. */
  end(taskId: TaskId, attempt = Number.POSITIVE_INFINITY): void {
    if (taskId !== this.input.taskId) this.endOther(taskId, attempt);
    else if (attempt >= (this.input.firstAttempt ?? 1)) this.hasEnded = true;
  }

  private endOther(taskId: TaskId, attempt: number): void {
    this.othersEnded.set(taskId, attempt);
    const [oldest] = this.othersEnded.keys();
    if (this.othersEnded.size > ENDS_KEPT && oldest !== undefined) this.othersEnded.delete(oldest);
    const left = this.ofOthers.filter((message) => !this.isOver(message));
    if (left.length < this.ofOthers.length && this.mayDrop()) this.ofOthers = left;
  }

  private isOver({ upgrade: { taskId, firstAttempt = 1 } }: UpgradeMessage): boolean {
    const attempt = this.othersEnded.get(taskId);
    return attempt !== undefined && attempt >= firstAttempt;
  }

  take(): UpgradeReport | undefined {
    return this.own.shift();
  }

  get hasOwnMessages(): boolean {
    return this.own.length > 0;
  }

  get hasMessages(): boolean {
    return this.hasEnded || this.own.length > 0 || this.ofOthers.length > 0;
  }
}
