import type { PushShare } from '../../core/push/push';
import type { BatchPolicy, BatchStatus } from '../../schema/model/batch/batch';
import type { WhichTasks } from '../../schema/model/task/cancel';
import type { BatchActivities } from '../../workflows/batch/activities';
import type { ReconcileOptions } from '../../workflows/batch/reconcile-schedule';

export const POLICY: BatchPolicy = { rate: { kind: 'constant', perMinute: 600 }, retry: null, timeoutMinutes: null };

/** A fleet of task ids, due until pushed; ended when the test says so. */
export class RecordedBatch implements BatchActivities {
  readonly statuses: BatchStatus[] = [];
  readonly pushes: PushShare[] = [];
  readonly lostGateways: string[] = [];
  due: string[];
  open: Set<string>;
  reconciled = 0;
  beforeDue: () => void = () => {};
  onReconcile: () => void = () => {};

  constructor(
    public gatewayId: string,
    readonly tasks: string[],
  ) {
    this.due = [...tasks];
    this.open = new Set(tasks);
  }

  policy: BatchPolicy = POLICY;
  schedule: { startAt: number; endAt: number | null } | null = null;
  /** A dynamic batch that takes further devices. */
  matching = false;
  scans = 0;
  onScan: () => void = () => {};
  scanMatches = async () => {
    this.scans += 1;
    this.onScan();
    return this.matching;
  };
  endMatching = async () => {
    this.matching = false;
  };
  policyRevision = 0;
  beforeSelect: () => Promise<void> = async () => {};
  selectTargets = async () => {
    await this.beforeSelect();
    return { schedule: this.schedule, policy: this.policy, status: 'RUNNING' as const, matching: this.matching };
  };
  counted: string[] = [];
  countReached = async (_: string, of: string) => {
    this.counted.push(of);
    return this.tasks.length - this.due.length;
  };
  haltWhen: () => boolean | Promise<boolean> = () => false;
  haltIfFailing = async () => this.haltWhen();
  isHalted = async () => this.statuses.at(-1) === 'HALTED';
  /** Where a task's device is. */
  gatewayOf: (taskId: string) => string = () => this.gatewayId;
  findDueTasks = async (_: string, limit: number, without: readonly string[] = []) => {
    this.beforeDue();
    const taskIds = this.due.filter((id) => !without.includes(this.gatewayOf(id))).slice(0, limit);
    const gateways = [...new Set(taskIds.map(this.gatewayOf))];
    const groups = gateways.map((gatewayId) => ({ gatewayId, taskIds: taskIds.filter((id) => this.gatewayOf(id) === gatewayId) }));
    return { groups, nextDueAt: null, open: this.open.size > 0, rate: this.policy.rate, policyRevision: this.policyRevision };
  };
  onStatus: (status: BatchStatus) => Promise<void> = async () => {};
  setBatchStatus = async (_: string, status: BatchStatus) => {
    recordChange(this.statuses, status);
    await this.onStatus(status);
  };
  explanations: (string | null)[] = [];
  explainBatch = async (_: string, reason: string | null) => {
    recordChange(this.explanations, reason);
  };
  causes: unknown[] = [];
  cancelBatchTasks = async (_: string, cause: unknown = null) => {
    this.causes.push(cause);
    const count = this.open.size;
    this.open.clear();
    this.due = [];
    return count;
  };
  cancellations: WhichTasks[] = [];
  /** Of the tasks that a cancellation of some asks for, by id; all that are due when it names none. */
  cancelSomeTasks = async (_: string, which: WhichTasks) => {
    this.cancellations.push(which);
    const ended = [...(which.taskIds ?? this.due)].filter((id) => this.open.delete(id));
    this.due = this.due.filter((id) => !ended.includes(id));
    return { canceled: ended.length, open: this.open.size > 0 };
  };
  looks: (ReconcileOptions | undefined)[] = [];
  reconcileBatch = async (_: string, look?: ReconcileOptions) => {
    this.reconciled += 1;
    this.looks.push(look);
    this.onReconcile();
    return 0;
  };
  gatewayLost = async (gatewayId: string) => {
    recordChange(this.lostGateways, gatewayId);
    const lost = new Set(this.due.filter((id) => this.gatewayOf(id) === gatewayId));
    this.due = this.due.filter((id) => !lost.has(id));
    for (const id of lost) this.open.delete(id);
    return null;
  };
  findUnasked = async (): Promise<string[]> => [];
  failing = 0;
  beforePush: () => Promise<void> = async () => {};
  offerTasks = async (share: PushShare) => {
    await this.beforePush();
    if (this.failing-- > 0) throw new Error('the socket is on fire');
    this.pushes.push(share);
    this.due = this.due.filter((id) => !share.taskIds.includes(id));
    return share.taskIds.length + (share.asked?.length ?? 0);
  };
}

/** Activities run at least once: as in the store, what is written again changes nothing. */
function recordChange<T>(recorded: T[], value: T): void {
  if (recorded.length === 0 || recorded.at(-1) !== value) recorded.push(value);
}
