import type { DeviceLink, UpgradeEngine } from '../../core/ports';
import { createPacers } from '../../core/push/pacers';
import type { PushDeps } from '../../core/push/push';
import type { BatchFacts } from '../../core/tasks/batch-facts';
import type { PresenceDeps } from '../../core/tasks/follow-presence';
import type { TaskStore } from '../../core/tasks/store';
import type { Present } from '../../schema/model/device/presence';
import type { Task } from '../../schema/model/task/task';
import { testSettings, theFacts } from './builders';
import { fakeTaskStore } from './fakes/task-store';

/** `fails`: the call does nothing and throws. `repeats`: it does its work and its answer is lost. */
export type CallFault = 'fails' | 'repeats';

export interface FaultyCore extends PushDeps, PresenceDeps {
  tasks: ReturnType<typeof fakeTaskStore>;
  /** What the engine was told, each once, in words. */
  told(): string[];
  /** Devices the link handed a notification, in order. */
  notified: string[];
  /** Devices the link asked for their version, in order. */
  queried: string[];
  link: DeviceLink;
  offline: Set<string>;
  /** What the devices' documents say; whoever is not named is off-line. */
  present: Map<string, Present>;
  running: boolean;
  /** Calls to the store, the engine and the mint that can fail, counted. */
  calls: number;
  /** Makes the call of that number go wrong, counted from now. */
  breakCall(number: number, fault: CallFault): void;
  now: Date;
}

const EPOCH = new Date('2026-01-01T00:00:00Z');
/** The store's calls that a fault may hit. */
const STORE_CALLS = [
  'get',
  'getMany',
  'activeOfDevice',
  'activeOf',
  'activeOfBatch',
  'succeededOf',
  'latestOfDevice',
  'write',
  'overdueWaits',
  'endedDeferrals',
  'nextWaitEnd',
] as const;

/** What core/tasks works with, in memory, where any call to the outside can be made to fail. */
export function faultyCore(initial: Task[], facts: BatchFacts = theFacts()): FaultyCore {
  const words = new Set<string>();
  let broken: { number: number; fault: CallFault } | null = null;

  const guard =
    <A extends unknown[], R>(run: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      core.calls += 1;
      const fault = broken?.number === core.calls ? broken.fault : null;
      if (fault === 'fails') throw new Error(`call ${core.calls} was told to fail`);
      const result = await run(...args);
      if (fault === 'repeats') throw new Error(`the answer to call ${core.calls} was told to get lost`);
      return result;
    };

  const store = fakeTaskStore(initial);
  const guarded = Object.fromEntries(STORE_CALLS.map((name) => [name, guard(store[name] as (...args: unknown[]) => Promise<unknown>)]));
  const tasks = Object.assign(Object.create(store) as typeof store, guarded as Partial<TaskStore>);

  const engine: UpgradeEngine = {
    startBatch: guard(async (batchId) => void words.add(`start ${batchId}`)),
    restartBatch: guard(async (batchId) => void words.add(`restart ${batchId}`)),
    wakeBatch: (batchId) => void words.add(`wake ${batchId}`),
    commandBatch: guard(async () => ({ affected: 0 })),
    report: guard(async ({ taskId, attempt }, report) => void words.add(`${report.kind} ${taskId} attempt ${attempt}`)),
    tellEnded: guard(async ({ _id }) => void words.add(`ended ${_id}`)),
  };

  const core: FaultyCore = {
    tasks,
    engine,
    facts: guard(async () => facts),
    settings: testSettings(),
    clock: () => core.now,
    mintUrl: guard(async ({ _id }, index) => `http://127.0.0.1/d/${_id}/${index}`),
    mintAccess: guard(async ({ _id }, index) => ({
      ...{ url: `http://127.0.0.1:80/f/${_id}/${index}`, token: '0'.repeat(64), expiresAt: EPOCH, lifeSeconds: 86_400 },
    })),
    mintOpenUrl: guard(async ({ _id }, index) => ({
      ...{ url: `http://127.0.0.1:80/d/${_id}/${index}`, token: null, expiresAt: EPOCH, lifeSeconds: 86_400 },
    })),
    pacers: createPacers(60_000),
    pushTerms: guard(async () => (core.running ? { tags: [], policyRevision: 0 } : null)),
    presenceOf: guard(async (ids) => new Map(ids.map((id) => [id, core.present.get(id) ?? { gatewayId: null, presenceRevision: 1 }]))),
    told: () => [...words].sort(),
    notified: [],
    queried: [],
    offline: new Set(),
    present: new Map(),
    running: true,
    link: {
      gatewayId: 'gw-1',
      isConnected: (deviceId) => !core.offline.has(deviceId),
      async notify({ deviceId }) {
        core.notified.push(deviceId);
        return true;
      },
      async queryVersion({ deviceId }) {
        core.queried.push(deviceId);
        return true;
      },
    },
    calls: 0,
    breakCall(number, fault) {
      broken = { number: core.calls + number, fault };
    },
    now: EPOCH,
  };
  return core;
}
