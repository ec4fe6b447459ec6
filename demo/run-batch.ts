import { setTimeout as delay } from 'node:timers/promises';
import type { UpdraftClient } from '@updraft/client';
import type { FleetProcess } from '../test/support/devices/fleet-client';
import { createBatch } from './campaign';
import { DemoError } from './demo-error';
import { bringOnline } from './demo-fleet';
import { MAX_RETRIES, type PlannedDevice } from './fleet-plan';
import { followBatch } from './live';
import { picture, plainLine } from './picture';
import { type Out, show } from './screen';
import type { Paint } from './spans';
import { allEnded, applyProgress, applyTask, type DemoState, newState, tell } from './state';
import type { Timing } from './timing';

export interface BatchRun {
  api: UpdraftClient;
  fleet: FleetProcess;
  plan: readonly PlannedDevice[];
  packageId: string;
  /** What the picture says is brought. */
  firmware: string;
  rate: number;
  timeoutMinutes: number;
  timing: Timing;
  /** It is there, and begins. */
  begun(batchId: string): Promise<void>;
  out: Out;
  paint: Paint;
  /** Aborted when the demo is stopped. */
  signal: AbortSignal;
}

const LOOK_MS = 200;
/** The last changes may still be on their way when the batch is over. */
const SETTLE_MS = 3_000;

/** Pushes the package and shows what happens, until the batch has ended or its time is up. */
export async function runBatch(run: BatchRun): Promise<DemoState> {
  const { api, fleet, plan, packageId, timing, out, paint } = run;
  const state = newState(run.firmware, plan, run.rate, Date.now());
  const batchId = await createBatch(api, {
    packageId,
    perMinute: run.rate,
    maxRetries: MAX_RETRIES,
    timeoutMinutes: run.timeoutMinutes,
  });
  await run.begun(batchId);
  const ended = new AbortController();
  const signal = AbortSignal.any([run.signal, ended.signal]);
  const faults: Error[] = [];
  const onLost = (error: Error): void => void faults.push(error);
  const live = followBatch(api, batchId, {
    onProgress: (progress) => applyProgress(state, progress),
    onTask: (task) => applyTask(state, task, Date.now()),
    onLost,
  });
  void fleet.exited.then(
    (code) => signal.aborted || onLost(new DemoError(`The virtual devices' process has ended (${code ?? 'killed'}).`)),
  );
  const onOnline = (deviceName: string): void => tell(state, { at: Date.now(), kind: 'plain', text: `${deviceName} comes on-line` });
  bringOnline(fleet, plan, timing, signal, onOnline).catch((error) => signal.aborted || onLost(error));
  const screen = show(out, {
    lines: (size) => picture(state, { ...size, now: Date.now(), paint }),
    line: () => plainLine(state, Date.now()),
  });
  try {
    await untilEnded(state, timing.limitMs, faults, run.signal);
    if (!allEnded(state)) await live.readTasks();
    return state;
  } finally {
    ended.abort();
    screen.stop();
    await live.close();
  }
}

/** Settles at the end of the batch and of all its tasks, at `limitMs`, or a little after an end without all tasks. */
async function untilEnded(state: DemoState, limitMs: number, faults: readonly Error[], signal: AbortSignal): Promise<void> {
  const limit = Date.now() + limitMs;
  for (let overSince: number | null = null; Date.now() < limit; ) {
    if (faults[0]) throw faults[0];
    if (['FINISHED', 'CANCELED', 'FAILED'].includes(state.batchStatus)) {
      overSince ??= Date.now();
      if (allEnded(state) || Date.now() - overSince > SETTLE_MS) return;
    }
    await delay(LOOK_MS, undefined, { signal });
  }
}
