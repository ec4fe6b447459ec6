import type { Ask, LookReason, Lwm2mUpgrades } from '../../core/reports/lwm2m/contract';
import type { CellGate } from '../../core/reports/lwm2m/deps';
import { createLwm2mUpgrades } from '../../core/reports/lwm2m/service';
import type { BatchFacts } from '../../core/tasks/batch-facts';
import { createBatchTasks } from '../../core/tasks/batch-tasks';
import { transition } from '../../core/tasks/transition';
import { createUpgradeTasks } from '../../core/tasks/upgrade-tasks';
import type { FailureCause } from '../../schema/model/task/failure-causes';
import { newNegotiation } from '../../schema/model/task/negotiation';
import { retryAt } from '../../schema/model/task/retry';
import type { Task } from '../../schema/model/task/task';
import type { UpgradeReport } from '../../schema/model/task/upgrade';
import { aTask, theFacts } from './builders';
import { type FaultyCore, faultyCore } from './faulty-core';
import { DeviceModel } from './lwm2m-device-model';

const EPOCH = new Date('2026-01-01T00:00:00Z');
const ONLINE_MS = 24 * 3_600_000;

/** Of a device that is there, and has not been asked. */
export const anLwm2mTask = (fields: Partial<Task> = {}): Task =>
  aTask({
    dialect: 'LWM2M',
    negotiation: newNegotiation(ONLINE_MS, 0),
    onlineBy: new Date(EPOCH.getTime() + ONLINE_MS),
    ...fields,
  });

export interface World {
  core: FaultyCore;
  upgrades: Lwm2mUpgrades;
  device: DeviceModel;
  /** What the workflow was told and has not looked at. */
  reports: UpgradeReport[];
  /** The first task. */
  task(): Task;
  /** A whole conversation, as a gateway has it. Returns what was asked. */
  talk(reason: LookReason): Promise<string[]>;
  /** The same from what a device tells by itself. */
  tells(seen: { state?: number; result?: number }): Promise<string[]>;
  /** A device's conversation from an ask on. */
  carryOn(ask: Ask | null): Promise<string[]>;
  /** Time goes by: the clock, what is due at the gateway, the waits of the batch and those of the workflow. */
  later(ms: number): Promise<void>;
  /** What the workflow does with what it was told. */
  work(): Promise<void>;
}

/** Core with one LwM2M device, in memory. */
export function lwm2mWorld(tasks: Task[] = [anLwm2mTask()], facts: BatchFacts = theFacts(), cells?: CellGate): World {
  const core = faultyCore(tasks, facts);
  const device = new DeviceModel();
  const reports: UpgradeReport[] = [];
  const report = core.engine.report;
  core.engine.report = async (input, each) => {
    await report(input, each);
    reports.push(each);
  };
  // A batch that pushes has set its pace here.
  if (facts.policy.proactivePush !== false) core.pacers.take('batch1', 0.001, 0);
  const upgrades = createLwm2mUpgrades({
    ...core,
    ...(cells && { cells }),
    clock: () => core.now,
    reportVersion: async () => null,
    pushRate: async () => ({ rate: { kind: 'constant', perMinute: 600 }, policyRevision: 0 }),
    tokens: { issue: async () => ({ token: 'T'.repeat(22), expiresAt: EPOCH }) },
    shortUrls: {
      schemes: ['coap', 'http', 'https'],
      mint: async (_, __, scheme) => ({ url: `${scheme}://fw.example/f/${'T'.repeat(22)}`, expiresAt: EPOCH }),
    },
  });
  const upgradeTasks = createUpgradeTasks(core);
  const batchTasks = createBatchTasks({ ...core, statusOf: async () => 'RUNNING', resetGateway: async () => undefined });
  const task = (): Task => core.tasks.all()[0] ?? aTask();

  async function carryOn(first: Ask | null): Promise<string[]> {
    const asked: string[] = [];
    for (let ask = first; ask !== null; ) {
      asked.push(ask.kind === 'offer' ? `offer ${ask.url.split(':')[0]}` : ask.kind);
      const { state } = device;
      const answer = device.answer(ask);
      if (ask.kind === 'push' && state === 0 && answer.kind === 'pushed' && answer.outcome === 'COMPLETE')
        await upgrades.pushBegan(task().deviceId, ask);
      ask = await upgrades.answered(task().deviceId, ask, answer);
    }
    return asked;
  }

  const retryOf = (cause: FailureCause): number | null => {
    const { attempt, firstAttempt = 1 } = task();
    const failed = { attempt: attempt - firstAttempt + 1, cause, now: core.now.getTime(), deadlineAt: null, dialect: 'LWM2M' as const };
    return retryAt(facts.policy.retry, failed, 60_000);
  };

  async function look(): Promise<void> {
    const { _id: taskId, attempt } = task();
    await upgradeTasks.checkWait({ taskId, attempt, retryAt: retryOf('WAIT_FOR_THE_DEVICE_TO_REPORT_UPGRADE_RESULT_TIMEOUT') });
  }

  async function work(): Promise<void> {
    for (const each of reports.splice(0)) {
      const { _id: taskId, attempt } = task();
      if (each.kind === 'failed' && each.attempt === attempt)
        await upgradeTasks.failAttempt({ taskId, attempt, cause: each.cause, text: each.text, retryAt: retryOf(each.cause) });
      if (each.kind === 'check' && each.attempt === undefined) await look();
    }
  }

  const world: World = {
    ...{ core, upgrades, device, reports, task, carryOn, work },
    talk: async (reason) => {
      if (reason === 'PUSHED') await transition(core.tasks, task(), { kind: 'queried', repeatMs: 600_000, waitMs: 180_000 }, core.now);
      return carryOn(await upgrades.begin(task().deviceId, reason));
    },
    tells: async (seen) => carryOn(await upgrades.noticed(task().deviceId, seen)),
    async later(ms) {
      core.now = new Date(core.now.getTime() + ms);
      for (const id of await upgrades.due('gw-1', 10)) await carryOn(await upgrades.begin(id, 'DUE'));
      await work();
      const { groups } = await batchTasks.due('batch1', 10);
      if (groups.length > 0 && core.running) await world.talk('PUSHED');
      await look();
      await work();
    },
  };
  return world;
}

/** It has accepted an address. */
export async function accepted(world: World): Promise<World> {
  await world.talk('REGISTERED');
  if (world.task().status !== 'NOTIFIED') throw new Error(`The task is ${world.task().status}.`);
  return world;
}

export async function downloading(world: World): Promise<World> {
  await accepted(world);
  world.device.state = 1;
  await world.tells({ state: 1 });
  return world;
}

/** It was told to install, and has said that it will. */
export async function installing(world: World): Promise<World> {
  await downloading(world);
  world.device.state = 2;
  await world.tells({ state: 2 });
  if (world.device.executed !== 1) throw new Error('It was not told to install.');
  return world;
}

/** What has become of the task, once its workflow has done what it was told. */
export async function failureOf(world: World): Promise<Pick<Task, 'status' | 'cause'>> {
  await world.work();
  const { status, cause } = world.task();
  return { status, cause };
}
