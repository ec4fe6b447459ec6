import fc from 'fast-check';
import { createOffers } from '../../../core/push/offers';
import type { Pacers } from '../../../core/push/pacers';
import { onGatewayReset, onPresence } from '../../../core/tasks/presence';
import { reconcileBatch } from '../../../core/tasks/reconcile';
import { aTask } from '../../support/builders';
import { faultyCore } from '../../support/faulty-core';

const GATEWAYS = ['gw-1', 'gw-2'] as const;
type Gateway = (typeof GATEWAYS)[number];
const DEVICE = 'upd7Kx2QmZ1.meter-1';
const STORE_CALLS = ['get', 'getMany', 'activeOfDevice', 'activeOfBatch', 'write'] as const;
const PACERS: Pacers = { comes: async () => {}, take: (_, __, most) => most, takeOne: async () => true, spend: () => {} };

type Step = { kind: 'connect' | 'drop' | 'offer' | 'lost'; at: Gateway } | { kind: 'reconcile' };

const at = fc.constantFrom(...GATEWAYS);
const anyMove: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constantFrom('connect' as const, 'drop' as const, 'offer' as const), at }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconcile' as const) }) },
);
const lost: fc.Arbitrary<Step> = fc.record({ kind: fc.constant('lost' as const), at });

/** A device that goes from gateway to gateway, its document and its task; each step of each actor comes when the scheduler says so. */
function cluster(scheduler: fc.Scheduler) {
  const turn = () => scheduler.schedule(Promise.resolve());
  const core = faultyCore([aTask({ deviceId: DEVICE, reachable: false, gatewayId: null })]);
  core.pacers = PACERS;
  for (const name of STORE_CALLS) {
    const call = core.tasks[name] as (...args: unknown[]) => Promise<unknown>;
    Object.assign(core.tasks, {
      async [name](...args: unknown[]) {
        await turn();
        const answer = await call(...args);
        await turn();
        return answer;
      },
    });
  }
  const document = { gatewayId: null as Gateway | null, sessionId: null as number | null, presenceRevision: 0 };
  core.presenceOf = async () => {
    await turn();
    const present = new Map([[DEVICE, { ...document }]]);
    await turn();
    return present;
  };
  const sessions = new Map<Gateway, number>();
  const notifiedElsewhere: Gateway[] = [];
  const queues = new Map<Gateway, Promise<void>>();
  let begun = 0;

  const inQueue = (at: Gateway, job: () => Promise<void>) => {
    const next = (queues.get(at) ?? Promise.resolve()).then(job);
    queues.set(at, next);
    return next;
  };

  async function write(change: Partial<typeof document>, condition: () => boolean = () => true): Promise<void> {
    await turn();
    if (!condition()) return;
    Object.assign(document, change);
    document.presenceRevision += 1;
    const { gatewayId, presenceRevision } = document;
    await turn();
    await onPresence(core, DEVICE, { gatewayId, presenceRevision });
  }

  const link = (at: Gateway) => ({
    gatewayId: at,
    isConnected: () => sessions.has(at),
    async notify() {
      await turn();
      return sessions.has(at);
    },
    queryVersion: async () => false,
  });

  /** A push goes on record where the task is. */
  const watched = (at: Gateway) => ({
    ...core,
    clock: core.clock,
    tasks: {
      ...core.tasks,
      getMany: core.tasks.getMany,
      async write(writes: Parameters<typeof core.tasks.write>[0]) {
        const written = await core.tasks.write(writes);
        const pushed = writes.filter(({ task, change }) => change.set.notifiedAt && written.has(task._id));
        notifiedElsewhere.push(...pushed.filter(({ task }) => task.gatewayId !== at).map(() => at));
        return written;
      },
    },
  });

  async function run(step: Step): Promise<void> {
    await turn();
    if (step.kind === 'reconcile') return void (await reconcileBatch(core, 'batch1'));
    const { at } = step;
    switch (step.kind) {
      case 'connect': {
        begun += 1;
        const sessionId = begun;
        sessions.set(at, sessionId);
        return inQueue(at, () => write({ gatewayId: at, sessionId }));
      }
      case 'drop': {
        const ended = sessions.get(at);
        sessions.delete(at);
        return inQueue(at, () => write({ gatewayId: null, sessionId: null }, () => ended !== undefined && document.sessionId === ended));
      }
      case 'offer':
        return void (await createOffers(
          watched(at),
          link(at),
        )({ batchId: 'batch1', taskIds: core.tasks.all().map(({ _id }) => _id), intervalMs: 1 }));
      case 'lost': {
        const known = document.presenceRevision;
        await turn();
        if (document.gatewayId === at && document.presenceRevision <= known) {
          Object.assign(document, { gatewayId: null, sessionId: null, presenceRevision: document.presenceRevision + 1 });
        }
        await turn();
        return onGatewayReset(core, at);
      }
    }
  }
  return { core, document, run, notifiedElsewhere };
}

const outcome = async (scheduler: fc.Scheduler, steps: readonly Step[], afterwards: readonly Step[] = []) => {
  const { core, document, run, notifiedElsewhere } = cluster(scheduler);
  await scheduler.waitFor(Promise.all(steps.map(run)));
  for (const step of afterwards) await scheduler.waitFor(run(step));
  const [task] = core.tasks.all();
  const { gatewayId } = document;
  return {
    found: { reachable: task?.reachable, gatewayId: task?.gatewayId, notifiedElsewhere },
    wanted: { reachable: gatewayId !== null, gatewayId, notifiedElsewhere: [] },
  };
};

describe('R-TASK-7 whatever overtakes what', () => {
  const moves = fc.array(anyMove, { minLength: 2, maxLength: 9 });

  test('a task is where its device’s document says that the device is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), moves, async (scheduler, steps) => {
        const { found, wanted } = await outcome(scheduler, steps);
        expect(found).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });

  /** A gateway that lives and was taken for dead may tell of a connection that the judgement has missed: the batch's next look finds it. */
  test('also where gateways are taken for dead, after the batch has looked', async () => {
    const withLost = fc.array(fc.oneof({ weight: 3, arbitrary: anyMove }, { weight: 1, arbitrary: lost }), { minLength: 2, maxLength: 9 });
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), withLost, async (scheduler, steps) => {
        const { found, wanted } = await outcome(scheduler, steps, [{ kind: 'reconcile' }]);
        expect(found).toEqual(wanted);
      }),
      { numRuns: 200 },
    );
  });
});
