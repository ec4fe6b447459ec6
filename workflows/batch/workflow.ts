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
import { currentRate, pushWindow } from '../../schema/model/push-rate';
import type { BatchActivities } from './activities';
import { handleCommands } from './commands';
import { BatchControl } from './control';
import { type BatchInput, batchPhaseQuery, type DueTasks, wakeBatchSignal } from './messages';
import { pushDue } from './push';

const { findDueTasks, setBatchStatus, explainBatch } = proxyLocalActivities<BatchActivities>({ startToCloseTimeout: '30s' });
const { selectTargets, reconcileBatch } = proxyActivities<BatchActivities>({ startToCloseTimeout: '1h', heartbeatTimeout: '30s' });

/**
 * One window's pushes are one activity. A longer one loses less between windows, when the engine is busy, and costs the engine less;
 * what becomes due meanwhile waits for the next. A stop does not: each push asks first.
 */
const WINDOWS_A_MINUTE = 12;
const SHORTEST_WINDOW_MS = 500;
/** A push that failed is tried again after so long. */
const TROUBLE_PAUSE_MINUTES = 0.1;
/** Without any event a batch looks again after this long, in minutes; each look that finds nothing doubles it. */
const FIRST_IDLE_MINUTES = 0.5;
const LONGEST_IDLE_MINUTES = 10;

/** One package pushed to a scope: selects its targets, offers it to them at the batch's rate, ends when each of its tasks has ended. */
export async function batch(input: BatchInput): Promise<void> {
  const control = new BatchControl(input.carried?.paused ?? false);
  setHandler(wakeBatchSignal, () => control.wake());
  setHandler(batchPhaseQuery, () => control.phase);
  handleCommands(input, control);

  const policy = input.carried?.policy ?? (await select(input, control));
  if (!control.canceled) await pushUntilSettled(input, control, policy);
  await condition(allHandlersFinished);
  if (control.canceled) return;
  control.phase = 'finishing';
  await setBatchStatus(input.batchId, 'FINISHED', null);
}

async function select({ batchId }: BatchInput, control: BatchControl): Promise<BatchPolicy> {
  control.busy = true;
  try {
    return (await selectTargets(batchId)).policy;
  } finally {
    control.busy = false;
  }
}

async function pushUntilSettled(input: BatchInput, control: BatchControl, policy: BatchPolicy): Promise<void> {
  const windowMs = Math.max(input.minuteMs / WINDOWS_A_MINUTE, SHORTEST_WINDOW_MS);
  const idle = new Idle(input.minuteMs);
  while (!control.canceled) {
    if (workflowInfo().continueAsNewSuggested) await carryOn(input, control, policy);
    if (control.paused) {
      await condition(() => !control.paused || control.canceled);
      continue;
    }
    control.takeWake();
    const window = pushWindow(currentRate(policy.rate), input.minuteMs, windowMs);
    const due = await findDueTasks(input.batchId, window.count);
    if (control.paused || control.canceled) continue;
    if (due.groups.length > 0) {
      idle.reset();
      await push(input, control, due, window);
      continue;
    }
    if (!due.open) return;
    control.phase = 'waiting';
    const nap = idle.next(due.nextDueAt);
    const woken = await condition(() => control.hasWake || control.paused || control.canceled, nap.ms);
    if (!woken && nap.isFull) await reconcileBatch(input.batchId);
  }
}

async function push(input: BatchInput, control: BatchControl, due: DueTasks, window: ReturnType<typeof pushWindow>): Promise<void> {
  control.phase = 'pushing';
  control.busy = true;
  const failure = await pushDue(input, due, window).finally(() => {
    control.busy = false;
  });
  if (failure !== control.trouble) await explainBatch(input.batchId, failure);
  control.trouble = failure;
  if (failure !== null) await condition(() => control.canceled, input.minuteMs * TROUBLE_PAUSE_MINUTES);
}

async function carryOn(input: BatchInput, control: BatchControl, policy: BatchPolicy): Promise<void> {
  await condition(allHandlersFinished);
  if (control.canceled) return;
  await continueAsNew<typeof batch>({ ...input, carried: { policy, paused: control.paused } });
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
