import {
  type Client,
  isGrpcServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { UserError } from '../core/errors';
import { type BatchCommand, type UpgradeEngine, verbOf } from '../core/ports';
import { type BatchId, batchWorkflowId, upgradeWorkflowId } from '../schema/model/ids';
import {
  type BatchInput,
  cancelBatchUpdate,
  cancelTasksUpdate,
  endMatchingUpdate,
  pauseBatchUpdate,
  resumeBatchUpdate,
  scanBatchUpdate,
  wakeBatchSignal,
} from './batch/messages';
import type { batch } from './batch/workflow';
import { createEndedSignals } from './ended-signals';
import { endedSignal, reportSignal } from './upgrade/messages';
import type { upgrade } from './upgrade/workflow';
import { createWakeUps } from './wake-ups';

export interface EngineOptions {
  client: Client;
  /** The task queue of the workflow workers. */
  taskQueue: string;
  minuteMs: number;
  /** A wake-up that could not be delivered: the batch finds out by its own timer. */
  onWakeFailed: (batchId: BatchId, error: unknown) => void;
}

/** Reports and starts answer in milliseconds; an engine that stays silent so long is treated as down, and the caller tries again. */
const CALL_MS = 10_000;
/** Canceling ends up to a million tasks before it answers. */
const COMMAND_MS = 10 * 60_000;

/** Once a second, where a minute is a minute. */
const WAKES_A_MINUTE = 60;

const UPDATES = {
  pause: pauseBatchUpdate,
  resume: resumeBatchUpdate,
  cancel: cancelBatchUpdate,
  endMatching: endMatchingUpdate,
  scan: scanBatchUpdate,
} as const;

export function createEngine({ client, taskQueue, minuteMs, onWakeFailed }: EngineOptions): UpgradeEngine & { close(): Promise<void> } {
  const { workflow } = client;
  const call = <T>(work: () => Promise<T>, ms = CALL_MS): Promise<T> => client.withDeadline(Date.now() + ms, work);
  const signalWake = (batchId: BatchId) =>
    call(() => workflow.getHandle(batchWorkflowId(batchId)).signal(wakeBatchSignal)).catch(ignoreGone);
  const endedSignals = createEndedSignals(async ({ _id, deviceId, module, attempt }) => {
    const handle = workflow.getHandle(upgradeWorkflowId(deviceId, module));
    try {
      await call(() => handle.signal(endedSignal, _id, attempt));
      return true;
    } catch (error) {
      ignoreGone(error);
      return false;
    }
  });
  const wakeUps = createWakeUps(signalWake, onWakeFailed, minuteMs / WAKES_A_MINUTE);

  const batchOptions = (batchId: BatchId) => ({
    workflowId: batchWorkflowId(batchId),
    taskQueue,
    args: [{ batchId, minuteMs, carried: null }] as [BatchInput],
    // Also after one that came to its end: a batch whose tasks were re-initiated goes on (R-BAT-21).
    workflowIdReusePolicy: 'ALLOW_DUPLICATE' as const,
  });

  return {
    wakeBatch: wakeUps.wake,
    async close() {
      await Promise.all([wakeUps.close(), endedSignals.close()]);
    },
    async startBatch(batchId) {
      await call(() => workflow.start<typeof batch>('batch', batchOptions(batchId))).catch((error) => {
        if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      });
    },
    async restartBatch(batchId) {
      // In one step: a workflow that is just ending takes the signal, or has ended and is started.
      const options = { ...batchOptions(batchId), signal: wakeBatchSignal };
      await call(() => workflow.signalWithStart<typeof batch>('batch', options));
    },
    async commandBatch(batchId, command) {
      const handle = workflow.getHandle(batchWorkflowId(batchId));
      try {
        const update = () =>
          command.kind === 'cancelTasks'
            ? handle.executeUpdate(cancelTasksUpdate, { args: [command.which] })
            : handle.executeUpdate(UPDATES[command.kind]);
        return { affected: await untilTaken(() => call(update, COMMAND_MS)) };
      } catch (error) {
        throw asRefusal(error, command);
      }
    },
    async report(input, report) {
      const options = {
        workflowId: upgradeWorkflowId(input.deviceId, input.module),
        taskQueue,
        args: [input] as [typeof input],
        signal: reportSignal,
        signalArgs: [{ upgrade: input, report }] as [{ upgrade: typeof input; report: typeof report }],
      };
      await call(() => workflow.signalWithStart<typeof upgrade, [{ upgrade: typeof input; report: typeof report }]>('upgrade', options));
    },
    tellEnded: (task, mayStart = false) => endedSignals.send(task, mayStart),
  };
}

const TRIES = 3;

/** An update that comes just as the batch ends, or goes on in another run, is handed back untouched: the next try finds how it is. */
async function untilTaken<T>(update: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await update();
    } catch (error) {
      if (attempt === TRIES || !wasHandedBack(error)) throw error;
    }
  }
}

/** gRPC's FAILED_PRECONDITION. */
const HANDED_BACK = 9;
const wasHandedBack = (error: unknown): boolean =>
  error instanceof Error && isGrpcServiceError(error.cause) && error.cause.code === HANDED_BACK;

function ignoreGone(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

/** The batch's own validator refused, or its workflow is over: both are the caller's to know. */
function asRefusal(error: unknown, command: BatchCommand): unknown {
  const hint = 'Query the batch for its status.';
  if (error instanceof WorkflowNotFoundError) {
    return new UserError('BATCH_STATE', {
      field: 'batchId',
      message: `The batch has ended: there is nothing to ${verbOf(command)}.`,
      hint,
    });
  }
  const cause = error instanceof WorkflowUpdateFailedError ? error.cause : undefined;
  if (cause instanceof ApplicationFailure && cause.type === 'BATCH_STATE') {
    return new UserError('BATCH_STATE', { field: 'batchId', message: cause.message, hint });
  }
  return error;
}
