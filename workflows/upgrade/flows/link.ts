import { proxyLocalActivities } from '@temporalio/workflow';
import { attemptsMade, retryAt } from '../../../schema/model/task/retry';
import type { UpgradeInput, UpgradeReport } from '../../../schema/model/task/upgrade';
import type { UpgradeActivities } from '../activities';
import type { Inbox } from '../inbox';
import { deadlineOf } from './deadline';
import { type Followed, follow } from './follow';

const { failAttempt, timeOut, readUpgrade } = proxyLocalActivities<UpgradeActivities>({ startToCloseTimeout: '30s' });

/** A silent upgrade looks into the store this often, in minutes: a lost report costs time, never a task. */
const CHECK_MINUTES = 10;

/**
 * R-FLOW-1, device-led: the device notifies progress and, at the end, its version. Success is recorded where the version arrives;
 * what is left to decide here is when an attempt has failed, whether another follows, and when time is up.
 */
export async function linkFlow(input: UpgradeInput, inbox: Inbox): Promise<void> {
  const upgrade = new LinkUpgrade(input);
  if (inbox.isHandedOver) await upgrade.readStore();
  await follow(upgrade, inbox);
}

class LinkUpgrade implements Followed {
  isOver = false;
  private attempt: number;
  private firstProgressAt: number | null;

  constructor(private readonly input: UpgradeInput) {
    this.attempt = input.attempt;
    this.firstProgressAt = input.firstProgressAt;
  }

  private get deadlineAt(): number | null {
    return deadlineOf(this.input, this.firstProgressAt);
  }

  /** Milliseconds to wait for the next report. */
  get timeout(): number {
    const check = CHECK_MINUTES * this.input.minuteMs;
    return this.deadlineAt === null ? check : Math.max(1, Math.min(check, this.deadlineAt - Date.now()));
  }

  get waitingFor(): string {
    return this.firstProgressAt === null ? 'the first progress report' : 'the target version';
  }

  async onReport(report: UpgradeReport): Promise<void> {
    switch (report.kind) {
      case 'progress':
        this.firstProgressAt ??= report.at;
        return;
      case 'failed':
        return this.onFailure(report);
      case 'check':
        return this.readStore();
    }
  }

  async onSilence(): Promise<void> {
    if (this.deadlineAt === null || Date.now() < this.deadlineAt) return this.readStore();
    await timeOut(this.input.taskId);
    this.isOver = true;
  }

  /** The store allows a device's next task only when this one has ended; while it has not, the message is a late one of that task. */
  async onOthersMessages(inbox: Inbox): Promise<void> {
    await this.readStore();
    if (!this.isOver) inbox.ofOthers = [];
  }

  /** Reports of an attempt that is over already are repeats. */
  private async onFailure({ attempt, cause, text }: Extract<UpgradeReport, { kind: 'failed' }>): Promise<void> {
    if (attempt < this.attempt) return;
    const { taskId, retry, minuteMs, firstAttempt } = this.input;
    const failed = { attempt: attemptsMade(attempt, firstAttempt), cause, now: Date.now(), deadlineAt: this.deadlineAt };
    const next = retryAt(retry, failed, minuteMs);
    const goesOn = await failAttempt({ taskId, attempt, cause, text, retryAt: next });
    this.attempt = attempt + 1;
    this.isOver = next === null || goesOn === false;
  }

  async readStore(): Promise<void> {
    const stored = await readUpgrade(this.input.taskId);
    if (stored === null) {
      this.isOver = true;
      return;
    }
    this.attempt = stored.attempt;
    this.firstProgressAt ??= stored.firstProgressAt;
  }
}
