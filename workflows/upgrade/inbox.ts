import type { TaskId } from '../../schema/model/ids';
import type { UpgradeReport } from '../../schema/model/upgrade';
import type { UpgradeMessage } from './messages';

/** Reports in the order they came, those of this task apart from those of the device's next one. */
export class Inbox {
  /** Of the device's next task, or late ones of an earlier task. */
  ofOthers: UpgradeMessage[] = [];
  hasEnded = false;
  waitingFor = 'a report of the device';
  private readonly own: UpgradeReport[] = [];

  /** Mail that another task's run received may be a latecomer's: its task is looked up first. */
  readonly isHandedOver: boolean;

  constructor(
    private readonly taskId: TaskId,
    messages: readonly UpgradeMessage[],
  ) {
    this.isHandedOver = messages.length > 0;
    for (const message of messages) this.receive(message);
  }

  receive(message: UpgradeMessage): void {
    if (message.upgrade.taskId === this.taskId) this.own.push(message.report);
    else this.ofOthers.push(message);
  }

  end(taskId: TaskId): void {
    if (taskId === this.taskId) this.hasEnded = true;
  }

  take(): UpgradeReport | undefined {
    return this.own.shift();
  }

  get hasOwnMail(): boolean {
    return this.own.length > 0;
  }

  get hasMail(): boolean {
    return this.hasEnded || this.own.length > 0 || this.ofOthers.length > 0;
  }
}
