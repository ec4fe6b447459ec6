import { proxyLocalActivities } from '@temporalio/workflow';
import { platformLedDialect } from '../../../schema/model/protocol/dialect';
import { attemptsMade, retryAt } from '../../../schema/model/task/retry';
import type { UpgradeInput, UpgradeReport } from '../../../schema/model/task/upgrade';
import { LONGEST_LOOK_MINUTES } from '../../../schema/model/task/waits';
import type { UpgradeActivities } from '../activities';
import type { Inbox } from '../inbox';
import { deadlineOf } from './deadline';
import { type Followed, follow } from './follow';

const { failAttempt, timeOut, checkWait } = proxyLocalActivities<UpgradeActivities>({ startToCloseTimeout: '30s' });

/** Looks into the store come further and further apart, in minutes: a lost report costs time, never a task. */
const FIRST_CHECK_MINUTES = 10;

/**
 * R-FLOW-2, platform-led: one attempt, from the version query to its end. The question, its answer and the notification go between
 * store and device, where they cost the engine nothing; success is recorded where it arrives. What is left to decide here is which
 * wait has come to its end, and whether another attempt follows: that one, and an off-line device, wait as documents of the batch.
 */
export async function platformLedFlow(input: UpgradeInput, inbox: Inbox): Promise<void> {
  const upgrade = new PlatformLedUpgrade(input);
  do {
    await follow(upgrade, inbox);
    // Its next attempt began before this run was over.
  } while (upgrade.goesOn(inbox));
}

class PlatformLedUpgrade implements Followed {
  isOver = false;
  private attempt: number;
  private firstProgressAt: number | null;
  /** When it is time to look into the store. */
  private lookAt: number;
  private checkMinutes = FIRST_CHECK_MINUTES;

  constructor(private readonly input: UpgradeInput) {
    this.attempt = input.attempt;
    this.firstProgressAt = input.firstProgressAt;
    this.lookAt = this.versionEnd();
  }

  get timeout(): number {
    return Math.max(1, Math.min(this.lookAt, this.deadlineAt ?? Number.POSITIVE_INFINITY) - Date.now());
  }

  get waitingFor(): string {
    return this.firstProgressAt === null ? 'the version, or the first reaction' : 'the result';
  }

  goesOn(inbox: Inbox): boolean {
    if (inbox.hasEnded || !inbox.hasOwnMessages) return false;
    this.isOver = false;
    return true;
  }

  async onReport(report: UpgradeReport): Promise<void> {
    switch (report.kind) {
      case 'progress':
        this.firstProgressAt ??= report.at;
        return;
      case 'failed':
        return this.onFailure(report);
      case 'check':
        // Not at once: who begins an attempt says so before its query is in the store.
        if (report.attempt === undefined) return this.look();
        this.attempt = report.attempt;
        this.lookAt = this.versionEnd();
        return;
    }
  }

  async onSilence(): Promise<void> {
    const { deadlineAt } = this;
    if (deadlineAt !== null && Date.now() >= deadlineAt) {
      await timeOut(this.input.taskId);
      this.isOver = true;
      return;
    }
    await this.look();
  }

  /** The store allows a device's next task only when this one has ended; while it has not, the message is a late one of that task. */
  async onOthersMessages(inbox: Inbox): Promise<void> {
    await this.look();
    if (!this.isOver) inbox.ofOthers = [];
  }

  private async look(): Promise<void> {
    const { taskId } = this.input;
    const left = await checkWait({
      taskId,
      attempt: this.attempt,
      retryAt: this.nextAttemptAt('WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT'),
    });
    if (left === null) {
      this.isOver = true;
      return;
    }
    this.firstProgressAt ??= left.firstProgressAt;
    this.lookAt = Math.min(left.until, Date.now() + this.checkMinutes * this.input.minuteMs);
    this.checkMinutes = Math.min(this.checkMinutes * 2, this.longestMinutes);
  }

  /** Reports of an attempt that is over already are repeats. */
  private async onFailure({ attempt, cause, text }: Extract<UpgradeReport, { kind: 'failed' }>): Promise<void> {
    if (attempt < this.attempt) return;
    this.attempt = attempt;
    await failAttempt({ taskId: this.input.taskId, attempt, cause, text, retryAt: this.nextAttemptAt(cause) });
    this.attempt = attempt + 1;
    this.isOver = true;
  }

  private nextAttemptAt(cause: Parameters<typeof retryAt>[1]['cause']): number | null {
    const { retry, minuteMs, firstAttempt, dialect } = this.input;
    const attempt = attemptsMade(this.attempt, firstAttempt);
    return retryAt(retry, { attempt, cause, now: Date.now(), deadlineAt: this.deadlineAt, dialect }, minuteMs);
  }

  private get longestMinutes(): number {
    const dialect = platformLedDialect(this.input);
    return dialect === null ? FIRST_CHECK_MINUTES : LONGEST_LOOK_MINUTES[dialect];
  }

  private get deadlineAt(): number | null {
    return deadlineOf(this.input, this.firstProgressAt);
  }

  private versionEnd(): number {
    return Date.now() + (this.input.versionMinutes ?? FIRST_CHECK_MINUTES) * this.input.minuteMs;
  }
}
