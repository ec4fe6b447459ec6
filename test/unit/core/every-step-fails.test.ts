import { createPush } from '../../../core/push/push';
import { onFailure, onProgress, onVersion } from '../../../core/reports/report';
import { onRequest } from '../../../core/reports/request';
import { cancelBatchTasks, cancelSomeTasks } from '../../../core/tasks/cancel';
import { onGatewayReset, onPresence } from '../../../core/tasks/presence';
import { reconcileBatch } from '../../../core/tasks/reconcile';
import { createUpgradeTasks } from '../../../core/tasks/upgrade-tasks';
import type { WhichTasks } from '../../../schema/model/task/cancel';
import type { Task } from '../../../schema/model/task/task';
import { aNotifiedTask, aRunningTask, aTask } from '../../support/builders';
import { type FaultyCore, faultyCore } from '../../support/faulty-core';

const LATER = new Date('2026-01-01T01:00:00Z');
const FAILURE = { cause: 'DOWNLOAD_FAILED', text: null } as const;

/** One thing that core does, as its caller does it, who tries again until it goes well. */
interface Step {
  name: string;
  tasks: Task[];
  run(core: FaultyCore): Promise<unknown>;
  prepare?(core: FaultyCore): void;
}

const one = (fields: Partial<Task> = {}): Partial<Task> => ({ deviceName: 'meter-1', ...fields });
const two = (make: (fields: Partial<Task>) => Task): Task[] => [make({ deviceName: 'meter-1' }), make({ deviceName: 'meter-2' })];

/** As core/tasks/service.ts does: a report is about the task the device has when it comes. */
const reporting = (report: (core: FaultyCore, task: Task, first: boolean) => Promise<void>) => {
  const seen = new WeakSet<FaultyCore>();
  return async (core: FaultyCore) => {
    const first = !seen.has(core);
    seen.add(core);
    const [stored] = core.tasks.all();
    const task = stored && (await core.tasks.activeOf(stored.deviceId, stored.module));
    if (task) await report(core, task, first);
  };
};
/** The version is stored before the task hears of it: a repeated report finds itself as the one before. */
const version = (reported: string) => reporting((core, task, first) => onVersion(core, task, reported, first ? '1.0.0' : reported));

const STEPS: Step[] = [
  {
    name: 'R-TASK-4 the first progress',
    tasks: [aNotifiedTask(one())],
    run: reporting((core, task) => onProgress(core, task, { percent: 10 })),
  },
  { name: 'a later progress', tasks: [aRunningTask(one())], run: reporting((core, task) => onProgress(core, task, { percent: 50 })) },
  {
    name: 'R-TASK-5 a failure',
    tasks: [aRunningTask(one())],
    run: reporting((core, task) => onFailure(core, task, { kind: 'failed', module: 'default', ...FAILURE })),
  },
  { name: 'R-TASK-2 the target version of a task in upgrade', tasks: [aRunningTask(one())], run: version('2.0.0') },
  { name: 'R-TASK-3 the target version before a push', tasks: [aTask(one())], run: version('2.0.0') },
  { name: 'the source version of a task in upgrade', tasks: [aRunningTask(one())], run: version('1.0.0') },
  { name: 'R-TASK-5 another version before a push', tasks: [aTask(one())], run: version('1.5.0') },
  {
    name: 'R-TASK-5 a version that the batch does not upgrade from, before a push',
    tasks: [aTask(one())],
    prepare: (core) => {
      core.sourcesOf = async () => ['1.0.0'];
    },
    run: version('1.5.0'),
  },
  {
    name: 'R-TASK-5 a version that the batch does not upgrade from, between attempts',
    tasks: [aRunningTask(one({ attempt: 2, notifiedAt: null, retryAt: LATER }))],
    prepare: (core) => {
      core.sourcesOf = async () => ['1.0.0'];
    },
    run: version('1.5.0'),
  },
  { name: 'R-TASK-5 the source version after 100 %', tasks: [aRunningTask(one({ downloaded: true }))], run: version('1.0.0') },
  { name: 'R-TASK-5 a version nobody expects, in upgrade', tasks: [aRunningTask(one())], run: version('9.9.9') },
  { name: 'R-TASK-5 a version nobody expects, when pushed', tasks: [aNotifiedTask(one())], run: version('9.9.9') },
  {
    name: 'R-TASK-7 a device comes on-line',
    tasks: [aTask(one({ reachable: false, gatewayId: null }))],
    run: (core) => onPresence(core, core.tasks.all()[0]?.deviceId ?? '', { gatewayId: 'gw-2', presenceRevision: 1 }),
  },
  {
    name: 'a device goes off-line',
    tasks: [aTask(one())],
    run: (core) => onPresence(core, core.tasks.all()[0]?.deviceId ?? '', { gatewayId: null, presenceRevision: 1 }),
  },
  { name: 'a gateway starts', tasks: two(aRunningTask), run: (core) => onGatewayReset(core, 'gw-1') },
  { name: 'R-BAT-18 a cancel of notified tasks', tasks: two(aNotifiedTask), run: (core) => cancelBatchTasks(core, 'batch1') },
  { name: 'R-BAT-18 a cancel of running upgrades', tasks: two(aRunningTask), run: (core) => cancelBatchTasks(core, 'batch1') },
  {
    name: 'R-BAT-18 a cancel of some tasks by their status',
    tasks: [aNotifiedTask(one()), aRunningTask({ deviceName: 'meter-2' })],
    run: (core) => cancelSome(core, { statuses: ['IN_PROGRESS', 'QUEUED'] }),
  },
  {
    name: 'R-BAT-18 a cancel of some tasks by their names',
    tasks: two(aRunningTask),
    run: (core) => cancelSome(core, { statuses: ['IN_PROGRESS'], taskIds: [core.tasks.all()[1]?._id ?? ''] }),
  },
  {
    name: 'reconciling with a device that came unseen, and a lost upgrade',
    tasks: [aTask(one({ reachable: false, gatewayId: null })), aRunningTask({ deviceName: 'meter-2' })],
    prepare: (core) => {
      core.now = LATER;
      core.present = new Map(core.tasks.all().map(({ deviceId }) => [deviceId, { gatewayId: 'gw-1', presenceRevision: 1 }]));
    },
    run: (core) => reconcileBatch(core, 'batch1'),
  },
  {
    name: 'R-TASK-5 an attempt that failed, with a retry',
    tasks: [aRunningTask(one())],
    run: (core) => failAttempt(core, LATER.getTime()),
  },
  { name: 'R-TASK-5 the last attempt', tasks: [aRunningTask(one())], run: (core) => failAttempt(core, null) },
  {
    name: 'R-TASK-4 a time-out',
    tasks: [aRunningTask(one())],
    run: (core) => createUpgradeTasks(core).timeOut(core.tasks.all()[0]?._id ?? ''),
  },
];

const cancelSome = (core: FaultyCore, which: WhichTasks) =>
  cancelSomeTasks({ ...core, tasks: core.tasks, clock: core.clock, statusOf: async () => 'RUNNING' as const }, 'batch1', which);

const failAttempt = (core: FaultyCore, retryAt: number | null) =>
  createUpgradeTasks(core).failAttempt({ taskId: core.tasks.all()[0]?._id ?? '', attempt: 1, ...FAILURE, retryAt });

/**
 * What is left of it all: the tasks, whatever their number of writes, and what the engine knows. An upgrade that is not told that its
 * task has ended finds it in the store, so that word may get lost.
 */
function outcome(core: FaultyCore): object {
  const told = core.told().filter((word) => !word.startsWith('ended'));
  return { tasks: core.tasks.all().map(({ revision: _, ...task }) => task), told };
}

function begin({ tasks, prepare }: Step): FaultyCore {
  const core = faultyCore(tasks);
  prepare?.(core);
  return core;
}

describe.each(STEPS)('$name', (step) => {
  test.each(['fails', 'repeats'] as const)('each of its calls %s once, and then it ends as without the fault', async (fault) => {
    const clean = begin(step);
    await step.run(clean);
    expect(clean.calls).toBeGreaterThan(0);
    for (let number = 1; number <= clean.calls; number += 1) {
      const core = begin(step);
      core.breakCall(number, fault);
      await expect(step.run(core)).rejects.toThrow('was told to');
      await step.run(core);
      expect({ number, ...outcome(core) }).toEqual({ number, ...outcome(clean) });
    }
  });

  test('done twice it is done once', async () => {
    const once = begin(step);
    await step.run(once);
    const twice = begin(step);
    await step.run(twice);
    await step.run(twice);
    expect(outcome(twice)).toEqual(outcome(once));
  });
});

test.each([
  ['R-TASK-2 by its success', version('2.0.0')],
  ['R-BAT-18 by a cancel', (core: FaultyCore) => cancelBatchTasks(core, 'batch1')],
] as const)('an upgrade whose task has ended %s is told, and finds it in the store', async (_, end) => {
  const core = faultyCore([aRunningTask(one())]);
  const [task] = core.tasks.all();
  await expect(createUpgradeTasks(core).read(task?._id ?? '')).resolves.toMatchObject({ attempt: 1 });
  await end(core);
  expect(core.told()).toContain(`ended ${task?._id}`);
  await expect(createUpgradeTasks(core).read(task?._id ?? '')).resolves.toBeNull();
});

describe('R-TASK-7 a device that asks', () => {
  test.each(['fails', 'repeats'] as const)('each of its calls %s once: it gets its notification when it asks again', async (fault) => {
    const ask = (core: FaultyCore) => onRequest(core, core.tasks.all()[0]?.deviceId ?? '', 'default');
    const clean = faultyCore([aTask(one())]);
    const answer = await ask(clean);
    for (let number = 1; number <= clean.calls; number += 1) {
      const core = faultyCore([aTask(one())]);
      core.breakCall(number, fault);
      await expect(ask(core)).rejects.toThrow('was told to');
      await expect(ask(core)).resolves.toEqual(answer);
      expect(core.tasks.all()[0]).toMatchObject({ status: 'NOTIFIED', transitions: [{ from: 'QUEUED', to: 'NOTIFIED' }] });
    }
  });
});

describe('R-RATE-1 the bulk push', () => {
  const TEN_MINUTES_LATER = new Date('2026-01-01T00:10:00Z');
  const pushAll = (core: FaultyCore) =>
    createPush(core, core.link)({ batchId: 'batch1', taskIds: core.tasks.all().map(({ _id }) => _id), intervalMs: 1 });
  const ids = (core: FaultyCore) => core.tasks.all().map(({ deviceId }) => deviceId);

  test.each(['fails', 'repeats'] as const)(
    'each of its calls %s once: nobody is pushed twice, and who was not is when it is due again',
    async (fault) => {
      const clean = faultyCore(two(aTask));
      await expect(pushAll(clean)).resolves.toBe(2);
      for (let number = 1; number <= clean.calls; number += 1) {
        const core = faultyCore(two(aTask));
        core.breakCall(number, fault);
        await pushAll(core).catch(() => pushAll(core));
        expect(new Set(core.notified).size).toBe(core.notified.length);
        if (core.notified.length < 2) {
          core.now = TEN_MINUTES_LATER;
          await pushAll(core);
        }
        expect(new Set(core.notified)).toEqual(new Set(ids(core)));
        expect(core.tasks.all().map(({ transitions }) => transitions.length)).toEqual([1, 1]);
      }
    },
  );

  test('what cannot be worded is not marked as pushed', async () => {
    const core = faultyCore(two(aTask));
    const { mintUrl } = core;
    core.mintUrl = async () => {
      throw new Error('no key to sign with');
    };
    await expect(pushAll(core)).rejects.toThrow('no key');
    expect(core.tasks.all().map(({ status }) => status)).toEqual(['QUEUED', 'QUEUED']);
    core.mintUrl = mintUrl;
    await expect(pushAll(core)).resolves.toBe(2);
  });

  test('a task that ends between reading and writing is not pushed; the others are', async () => {
    const core = faultyCore(two(aTask));
    const [first] = core.tasks.all();
    let canceled = false;
    const { write } = core.tasks;
    core.tasks.write = async (writes) => {
      if (!canceled && first) {
        canceled = true;
        await write([{ task: first, change: { set: { status: 'CANCELED', active: false }, transition: null, attemptLog: null } }]);
      }
      return write(writes);
    };
    await expect(pushAll(core)).resolves.toBe(1);
    expect(core.notified).toEqual([ids(core)[1]]);
  });

  test('R-TASK-7 a device that has gone waits for its return, and is not counted as pushed', async () => {
    const core = faultyCore(two(aTask));
    core.offline.add(ids(core)[0] ?? '');
    await expect(pushAll(core)).resolves.toBe(1);
    expect(core.tasks.all()).toMatchObject([{ status: 'QUEUED', reachable: false }, { status: 'NOTIFIED' }]);
  });

  test('a device that goes while its message leaves waits for its return', async () => {
    const core = faultyCore([aTask(one())]);
    core.link.notify = async () => false;
    await expect(pushAll(core)).resolves.toBe(0);
    expect(core.tasks.all()).toMatchObject([{ status: 'NOTIFIED', reachable: false }]);
    await onPresence(core, ids(core)[0] ?? '', { gatewayId: 'gw-1', presenceRevision: 1 });
    expect(core.tasks.all()).toMatchObject([{ reachable: true, offerAt: new Date(core.now.getTime() + core.settings.settleMs) }]);
  });

  test('R-BAT-24 a stop stops the push that is under way', async () => {
    const core = faultyCore(two(aTask));
    core.running = false;
    await expect(pushAll(core)).resolves.toBe(0);
    expect(core.notified).toEqual([]);
  });
});
