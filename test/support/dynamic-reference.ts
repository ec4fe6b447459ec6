export type Step = { kind: 'report'; version: string } | { kind: 'join' } | { kind: 'leave' } | { kind: 'fail' };

interface Ended {
  status: 'QUEUED' | 'SUCCEEDED' | 'FAILED';
  matches: number;
  endedAt: number;
  /** What the device had when it was matched, or reported since. */
  source: string | null;
}
export type Ends = Record<string, Pick<Ended, 'status' | 'matches'>>;

export interface ReferenceBatch {
  name: string;
  base: 'VERSION' | 'GROUP';
  sources: readonly string[];
  target: string;
}

/** The vendors' rules about dynamic batches told plainly, for one device: the newest batch first. Time is the number of the step. */
export class ReferenceDevice {
  private version: string | null = null;
  private reportedAt = -1;
  private joinedAt: number | null = null;
  private readonly tasks = new Map<ReferenceBatch, Ended>();

  constructor(private readonly batches: readonly ReferenceBatch[]) {}

  get isMember(): boolean {
    return this.joinedAt !== null;
  }

  step(step: Step, now: number): void {
    if (step.kind === 'report') this.report(step.version, now);
    if (step.kind === 'join') this.joinedAt ??= now;
    if (step.kind === 'leave') this.joinedAt = null;
    if (step.kind === 'fail') this.end('FAILED', now);
    this.match();
  }

  ends(): Ends {
    return Object.fromEntries([...this.tasks].map(([{ name }, { status, matches }]) => [name, { status, matches }]));
  }

  private report(version: string, now: number): void {
    this.version = version;
    this.reportedAt = now;
    const [running] = this.unfinished();
    const task = running && this.tasks.get(running);
    if (!running || !task) return;
    if (running.target === version) this.end('SUCCEEDED', now);
    // R-TASK-5: nothing was asked of it yet.
    else if (running.sources.includes(version)) task.source = version;
    else this.end('FAILED', now);
  }

  private unfinished(): ReferenceBatch[] {
    return [...this.tasks].flatMap(([batch, { status }]) => (status === 'QUEUED' ? [batch] : []));
  }

  private end(status: 'SUCCEEDED' | 'FAILED', now: number): void {
    const [batch] = this.unfinished();
    const task = batch && this.tasks.get(batch);
    if (task) Object.assign(task, { status, endedAt: now });
  }

  private match(): void {
    if (this.unfinished().length > 0) return;
    const batch = this.batches.find(
      ({ base, sources }) => (base === 'VERSION' || this.isMember) && this.version !== null && sources.includes(this.version),
    );
    if (batch === undefined) return;
    const before = this.tasks.get(batch);
    const source = this.version;
    if (before === undefined) this.tasks.set(batch, { status: 'QUEUED', matches: 1, endedAt: -1, source });
    else if (this.again(batch, before)) Object.assign(before, { status: 'QUEUED', matches: before.matches + 1, source });
  }

  private again({ base }: ReferenceBatch, { status, matches, endedAt, source }: Ended): boolean {
    if (base === 'GROUP') return status === 'FAILED' && this.joinedAt !== null && this.joinedAt > endedAt;
    // After a success the version of before is a regression.
    if (status === 'SUCCEEDED' && this.version === source) return false;
    return matches < 10 && this.reportedAt > endedAt;
  }
}
