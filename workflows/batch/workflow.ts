import {
  allHandlersFinished,
  condition,
  continueAsNew,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { BatchPolicy } from '../../schema/model/batch/batch';
import { type PushWindow, pushWindow, WINDOWS_A_MINUTE } from '../../schema/model/batch/push-rate';
import type { BatchActivities } from './activities';
import { handleCancelTasks } from './cancel-tasks';
import { handleCommands } from './commands';
import { BatchControl } from './control';
import { Idle } from './idle';
import { DynamicPart, handleMatching } from './matching';
import { type BatchInput, type BatchTimes, batchPhaseQuery, type DueTasks, wakeBatchSignal } from './messages';
import { pushAt, sizeOf } from './push';
import { Rate } from './rate';
import { Reconciliation } from './reconciliation';
import { closesAt, untilStart } from './schedule';

const { findDueTasks, haltIfFailing, setBatchStatus, explainBatch } = proxyLocalActivities<BatchActivities>({ startToCloseTimeout: '30s' });
const { selectTargets, reconcileBatch } = proxyActivities<BatchActivities>({ startToCloseTimeout: '1h', heartbeatTimeout: '30s' });

const SHORTEST_WINDOW_MS = 500;
/** A push that failed is tried again after so long. */
const TROUBLE_PAUSE_MINUTES = 0.1;
/** A child that ends tells the run that started it, which costs that run a task: it makes room for another before most of them do. */
const CHILDREN_A_RUN = 100;
/** A gateway that needs so much longer for its share than it takes at its rate is waited for apart from the others. */
const LATE_MINUTES = 0.05;
const LEAST_LATE_MS = 1_000;
/**
 * Since when a gateway that takes its time holds up its own devices only, and looks come by the clock. It is asked on each round, so a
 * batch that began before goes on in the new way from its next round: the rounds in its history are replayed in the old one.
 */
const APART = 'gateways-apart';

/** One package pushed to a scope: selects its targets, pushes it to them at the batch's rate, ends when each of its tasks has ended. */
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
  control.selecting = true;
  try {
    return await selectTargets(batchId);
  } finally {
    control.selecting = false;
  }
}

async function pushUntilSettled(input: BatchInput, control: BatchControl, start: Start): Promise<void> {
  const { policy } = start;
  const windowMs = Math.max(input.minuteMs / WINDOWS_A_MINUTE, SHORTEST_WINDOW_MS);
  const idle = new Idle(input.minuteMs);
  const rate = new Rate(input.batchId, policy.rate, start.policyRevision ?? 0);
  const dynamic = new DynamicPart(input, control);
  const reconciliation = new Reconciliation(input, control, dynamic);
  while (!control.over) {
    if (workflowInfo().continueAsNewSuggested || control.children >= CHILDREN_A_RUN)
      await carryOn(input, control, { ...start, ...rate.carriedInto(policy) });
    const apart = patched(APART);
    if (control.failure) throw control.failure;
    if (control.takeWake()) reconciliation.woken();
    if (control.held) {
      if (control.paused && !control.matching && !(await findDueTasks(input.batchId, 1)).open) return;
      // Devices that were upgrading go on while their batch is paused: with the last of them nothing is left to resume.
      await condition(() => !control.held || control.over || control.hasWake);
      continue;
    }
    if (dynamic.isDue) await dynamic.scan();
    if (apart) {
      await explain(input, control);
      reconciliation.runIfDue();
    }
    const window = control.shares.windowLeft(pushWindow(await rate.now(), input.minuteMs, windowMs));
    const pushes = policy.proactivePush !== false;
    const due = await findDueTasks(input.batchId, pushes && window ? window.count : 1, control.shares.unavailable(Date.now()));
    if (rate.follow(due)) continue;
    const { resumes } = control;
    if (policy.halt && due.open && !control.paused && !control.over && (await haltIfFailing(input.batchId))) {
      if (control.resumes !== resumes) continue;
      control.halt();
    }
    if (control.held || control.over) continue;
    if (pushes && window && due.groups.length > 0) {
      idle.reset();
      reconciliation.pushed();
      await push(input, control, due, window, apart);
      continue;
    }
    if (!due.open && !control.matching) return;
    control.phase = 'waiting';
    if (apart) {
      await reconciliation.sleep(due.nextDueAt);
      continue;
    }
    const nap = idle.next(due.nextDueAt);
    const woken = await condition(() => control.hasWake || control.paused || control.over, nap.ms);
    if (woken || !nap.isFull) continue;
    await reconcileBatch(input.batchId);
    await dynamic.scan();
  }
}

/**
 * Hands out what is due, to each gateway its share and all at the batch's rate. Settles when each has pushed, or all but some that take
 * their time: those keep their shares, and the others go on with the rest.
 */
async function push(input: BatchInput, control: BatchControl, due: DueTasks, window: PushWindow, apart: boolean): Promise<void> {
  control.phase = 'pushing';
  control.children += due.groups.reduce((sum, { starting = [] }) => sum + starting.length, 0);
  const { shares } = control;
  const { left } = shares;
  const total = due.groups.reduce((sum, group) => sum + sizeOf(group), 0);
  const pauseMs = input.minuteMs * TROUBLE_PAUSE_MINUTES;
  shares.forgetAllBut(
    due.groups.map(({ gatewayId }) => gatewayId),
    Date.now(),
  );
  const pushed = due.groups.map(async (group) => {
    const share = sizeOf(group) / total;
    shares.take(group.gatewayId, left * share);
    const trouble = await pushAt(input, due, group, window.intervalMs / share, apart);
    shares.giveBack(group.gatewayId, trouble, apart ? Date.now() + pauseMs : 0);
  });
  const all = Promise.all(pushed);
  if (apart) {
    all.catch((error: Error) => {
      control.failure = error;
    });
    const timeout = Math.ceil(window.intervalMs * total) + Math.max(input.minuteMs * LATE_MINUTES, LEAST_LATE_MS);
    await condition(() => control.failure !== null || shares.count === 0, timeout);
    return;
  }
  await all;
  await explain(input, control);
  if (control.trouble !== null) await condition(() => control.over, pauseMs);
}

/** Says why something does not get through, or that all does. */
async function explain({ batchId }: BatchInput, control: BatchControl): Promise<void> {
  const { trouble } = control.shares;
  if (trouble !== control.trouble) await explainBatch(batchId, trouble);
  control.trouble = trouble;
}

async function carryOn(
  input: BatchInput,
  control: BatchControl,
  { policy, policyRevision, schedule }: Start,
  waiting = false,
): Promise<void> {
  await condition(() => control.shares.count === 0);
  await condition(allHandlersFinished);
  if (control.over) return;
  await continueAsNew<typeof batch>({
    ...input,
    carried: { policy, policyRevision, paused: control.paused, schedule, waiting, matching: control.matching },
  });
}
