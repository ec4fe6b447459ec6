import {
  allHandlersFinished,
  condition,
  continueAsNew,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchPolicy } from '../../schema/model/batch';
import { pushWindow, WINDOWS_A_MINUTE } from '../../schema/model/push-rate';
import type { BatchActivities } from './activities';
import { handleCancelTasks } from './cancel-tasks';
import { handleCommands } from './commands';
import { BatchControl } from './control';
import { DynamicPart, handleMatching } from './matching';
import { type BatchInput, type BatchTimes, batchPhaseQuery, type DueTasks, wakeBatchSignal } from './messages';
import { pushDue } from './push';
import { Rate } from './rate';
import { closesAt, untilStart } from './schedule';

const { findDueTasks, haltIfFailing, setBatchStatus, explainBatch } = proxyLocalActivities<BatchActivities>({ startToCloseTimeout: '30s' });
const { selectTargets, reconcileBatch } = proxyActivities<BatchActivities>({ startToCloseTimeout: '1h', heartbeatTimeout: '30s' });

const SHORTEST_WINDOW_MS = 500;
/** A push that failed is tried again after so long. */
const TROUBLE_PAUSE_MINUTES = 0.1;
/** A child that ends tells the run that started it, which costs that run a task: it makes room for another before most of them do. */
const CHILDREN_A_RUN = 100;
/** Without any event a batch looks again after this long, in minutes; each look that finds nothing doubles it. */
const FIRST_IDLE_MINUTES = 0.5;
const LONGEST_IDLE_MINUTES = 10;

/** One package pushed to a scope: selects its targets, offers it to them at the batch's rate, ends when each of its tasks has ended. */
export async function batch(input: BatchInput): Promise<void> {
  const control = new BatchControl(input.carried?.paused ?? false);
  setHandler(wakeBatchSignal, () => control.wake());
  setHandler(batchPhaseQuery, () => control.phase);
  handleCommands(input, control);
  handleMatching(input, control);
  handleCancelTasks(input, control);

  const start = input.carried ?? (await select(input, control));
  control.selected = true;
  control.mayHalt = start.policy.halt != null;
  control.beginMatching(start.matching === true);
  const closing = start.schedule?.endAt ? closesAt(input, start.schedule.endAt, control) : null;
  const waits = start.schedule && (input.carried === null || input.carried.waiting) ? start.schedule : null;
  if (waits && !control.over && !(await untilStart(input, waits, control))) await carryOn(input, control, start, true);
  do {
    if (!control.over) await pushUntilSettled(input, control, start);
    await condition(allHandlersFinished);
    if (control.closed) return closing?.finished();
    if (control.canceled) break;
    control.phase = 'finishing';
    await setBatchStatus(input.batchId, 'FINISHED', null);
    // A wake-up that comes while the batch ends may be about tasks that have begun again (R-BAT-21).
  } while (control.hasWake && !control.paused);
  closing?.calledOff();
}

interface Start {
  policy: BatchPolicy;
  policyRevision?: number;
  schedule?: BatchTimes | null;
  matching?: boolean;
}

async function select({ batchId }: BatchInput, control: BatchControl): Promise<Start> {
  control.busy = true;
  try {
    return await selectTargets(batchId);
  } finally {
    control.busy = false;
  }
}

async function pushUntilSettled(input: BatchInput, control: BatchControl, start: Start): Promise<void> {
  const { policy } = start;
  const windowMs = Math.max(input.minuteMs / WINDOWS_A_MINUTE, SHORTEST_WINDOW_MS);
  const idle = new Idle(input.minuteMs);
  const rate = new Rate(input.batchId, policy.rate, start.policyRevision ?? 0);
  const dynamic = new DynamicPart(input, control);
  while (!control.over) {
    if (workflowInfo().continueAsNewSuggested || control.children >= CHILDREN_A_RUN)
      await carryOn(input, control, { ...start, ...rate.carriedInto(policy) });
    control.takeWake();
    if (control.held) {
      if (control.paused && !control.matching && !(await findDueTasks(input.batchId, 1)).open) return;
      // Devices that were upgrading go on while their batch is paused: with the last of them nothing is left to resume.
      await condition(() => !control.held || control.over || control.hasWake);
      continue;
    }
    if (dynamic.isDue) await dynamic.scan();
    const window = pushWindow(await rate.now(), input.minuteMs, windowMs);
    const pushes = policy.proactivePush !== false;
    const due = await findDueTasks(input.batchId, pushes ? window.count : 1);
    if (rate.follow(due)) continue;
    const { resumes } = control;
    if (policy.halt && due.open && !control.paused && !control.over && (await haltIfFailing(input.batchId))) {
      if (control.resumes !== resumes) continue;
      control.halt();
    }
    if (control.held || control.over) continue;
    if (pushes && due.groups.length > 0) {
      idle.reset();
      await push(input, control, due, window);
      continue;
    }
    if (!due.open && !control.matching) return;
    control.phase = 'waiting';
    const nap = idle.next(due.nextDueAt);
    const woken = await condition(() => control.hasWake || control.paused || control.over, nap.ms);
    if (woken || !nap.isFull) continue;
    await reconcileBatch(input.batchId);
    await dynamic.scan();
  }
}

async function push(input: BatchInput, control: BatchControl, due: DueTasks, window: ReturnType<typeof pushWindow>): Promise<void> {
  control.phase = 'pushing';
  control.busy = true;
  control.children += due.groups.reduce((sum, { starting = [] }) => sum + starting.length, 0);
  const failure = await pushDue(input, due, window).finally(() => {
    control.busy = false;
  });
  if (failure !== control.trouble) await explainBatch(input.batchId, failure);
  control.trouble = failure;
  if (failure !== null) await condition(() => control.over, input.minuteMs * TROUBLE_PAUSE_MINUTES);
}

async function carryOn(
  input: BatchInput,
  control: BatchControl,
  { policy, policyRevision, schedule }: Start,
  waiting = false,
): Promise<void> {
  await condition(allHandlersFinished);
  if (control.over) return;
  await continueAsNew<typeof batch>({
    ...input,
    carried: { policy, policyRevision, paused: control.paused, schedule, waiting, matching: control.matching },
  });
}

/** How long to sleep when nothing is due: until the next task is, or longer and longer. */
class Idle {
  private minutes = FIRST_IDLE_MINUTES;

  constructor(private readonly minuteMs: number) {}

  reset(): void {
    this.minutes = FIRST_IDLE_MINUTES;
  }

  /** `isFull`: nothing is due before the nap ends, so whoever wakes from it looks for what an event may have missed. */
  next(nextDueAt: number | null): { ms: number; isFull: boolean } {
    const longest = this.minutes * this.minuteMs;
    const untilDue = nextDueAt === null ? Number.POSITIVE_INFINITY : Math.max(1, nextDueAt - Date.now());
    if (untilDue < longest) return { ms: untilDue, isFull: false };
    this.minutes = Math.min(this.minutes * 2, LONGEST_IDLE_MINUTES);
    return { ms: longest, isFull: true };
  }
}
