import fc from 'fast-check';
import type { LookReason } from '../../../../core/reports/lwm2m/contract';
import { transition } from '../../../../core/tasks/transition';
import { currentWait } from '../../../../schema/model/task/negotiation';
import { limitsMsOf } from '../../../../schema/model/task/waits';
import { theFacts } from '../../../support/builders';
import { anLwm2mTask, lwm2mWorld, type World } from '../../../support/lwm2m-world';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

type Step =
  | { kind: 'heard'; reason: LookReason }
  /** The gateway dies after so many answers. */
  | { kind: 'killed'; reason: LookReason; after: number }
  /** Two gateways talk with it at once; each takes its turn. */
  | { kind: 'twice'; reasons: [LookReason, LookReason] }
  | { kind: 'object'; state: number; result: number }
  /** As the specification has it: downloads, has downloaded, has installed. */
  | { kind: 'goesOn'; tells: boolean }
  | { kind: 'listens'; does: boolean }
  | { kind: 'delivery'; value: number }
  /** Maybe long ago, maybe not so at all. */
  | { kind: 'tells'; state?: number; result?: number }
  | { kind: 'later'; ms: number }
  | { kind: 'moves'; to: string | null }
  | { kind: 'runs'; does: boolean }
  | { kind: 'fails'; call: number };

const reason = fc.constantFrom<LookReason>('REGISTERED', 'HEARD', 'PUSHED', 'DUE');
const state = fc.constantFrom(0, 1, 2, 3);
const result = fc.constantFrom(0, 0, 0, 1, 4, 8, 10, 11, 77);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('heard' as const), reason }) },
  fc.record({ kind: fc.constant('killed' as const), reason, after: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ kind: fc.constant('twice' as const), reasons: fc.tuple(reason, reason) }),
  fc.record({ kind: fc.constant('object' as const), state, result }),
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('goesOn' as const), tells: fc.boolean() }) },
  fc.record({ kind: fc.constant('listens' as const), does: fc.boolean() }),
  fc.record({ kind: fc.constant('delivery' as const), value: fc.constantFrom(0, 1, 2) }),
  fc.record({ kind: fc.constant('tells' as const), state }, { requiredKeys: ['kind'] }),
  fc.record({ kind: fc.constant('tells' as const), result }, { requiredKeys: ['kind'] }),
  fc.record({ kind: fc.constant('later' as const), ms: fc.constantFrom(1_000, MINUTE, 5 * MINUTE, 40 * MINUTE, 6 * 60 * MINUTE) }),
  fc.record({ kind: fc.constant('moves' as const), to: fc.constantFrom('gw-1', 'gw-2', null) }),
  fc.record({ kind: fc.constant('runs' as const), does: fc.boolean() }),
  fc.record({ kind: fc.constant('fails' as const), call: fc.integer({ min: 1, max: 12 }) }),
);

async function run(world: World, each: Step): Promise<void> {
  const { device, upgrades, core } = world;
  const { deviceId } = world.task();
  switch (each.kind) {
    case 'heard':
      await world.talk(each.reason);
      return;
    case 'killed': {
      let ask = await upgrades.begin(deviceId, each.reason);
      for (let n = 0; ask !== null && n < each.after; n++) ask = await upgrades.answered(deviceId, ask, device.answer(ask));
      // It is asked, and its answer comes to nobody.
      if (ask !== null) device.answer(ask);
      return;
    }
    case 'twice':
      return atOnce(world, each.reasons);
    case 'object':
      Object.assign(device, { state: each.state, result: each.result });
      return;
    case 'goesOn':
      if (device.state === 3) device.install();
      else if (device.state === 1) device.state = 2;
      if (each.tells) await world.tells({ state: device.state });
      return;
    case 'listens':
      device.silent = !each.does;
      return;
    case 'delivery':
      device.delivery = each.value;
      return;
    case 'tells':
      await world.tells(each);
      return;
    case 'later':
      return world.later(each.ms);
    case 'moves': {
      const event =
        each.to === null
          ? { kind: 'disconnected' as const, gatewayId: world.task().gatewayId ?? '' }
          : { kind: 'connected' as const, gatewayId: each.to, settleMs: 0 };
      await transition(core.tasks, world.task(), event, core.now);
      return;
    }
    case 'runs':
      core.running = each.does;
      return;
    case 'fails':
      core.breakCall(each.call, 'fails');
  }
}

async function atOnce({ upgrades, device, task }: World, [one, other]: [LookReason, LookReason]): Promise<void> {
  const { deviceId } = task();
  let asks = await Promise.all([upgrades.begin(deviceId, one), upgrades.begin(deviceId, other)]);
  while (asks.some((ask) => ask !== null)) {
    const answers = asks.map((ask) => ask && device.answer(ask));
    const next = asks.map(async (ask, index) => {
      const answer = answers[index];
      return ask && answer ? upgrades.answered(deviceId, ask, answer) : null;
    });
    asks = (await Promise.all(next)) as typeof asks;
  }
}

/** What may happen to a call to the outside: the gateway drops the conversation. */
const tried = (work: Promise<unknown>): Promise<unknown> => work.catch((error) => expect(String(error)).toContain('was told to'));

/** Somebody ends it, whatever the device does. */
function hasEnd({ task, core }: World): boolean {
  const now = task();
  const limits = limitsMsOf(core.settings.waits, now, MINUTE);
  const wait = limits && currentWait(now, limits, 1_000);
  // Who was asked, and is there, is awaited for minutes and not for a day.
  if (now.active && now.reachable && now.negotiation?.queriedAt) return now.waitBy != null;
  return !now.active || wait !== null || now.waitBy != null || now.onlineBy != null || now.offerAt !== null;
}

/** Whatever is due at its gateway is so once, or twice where the task has ended meanwhile: a gateway that looks each second is not kept busy. */
async function restsAfterwards({ upgrades, carryOn }: World): Promise<void> {
  for (let i = 0; i < 2; i++) for (const id of await upgrades.due('gw-1', 10)) await carryOn(await upgrades.begin(id, 'DUE'));
  expect(await upgrades.due('gw-1', 10)).toEqual([]);
}

test('R-FLOW-3 R-FLOW-6 whatever a device, its notifications and its gateways do', async () => {
  const facts = theFacts({ retry: { intervalMinutes: 5, maxRetries: 1 } });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 40 }), async (steps) => {
      const world = lwm2mWorld([anLwm2mTask()], facts);
      const { device } = world;
      device.eager = true;
      for (const each of steps) {
        await tried(run(world, each));
        await tried(world.work());
        if (world.task().status === 'SUCCEEDED') expect(device.version).toBe('2.0.0');
        expect(hasEnd(world)).toBe(true);
        expect(world.task().lwm2m?.deliveries ?? 0).toBeLessThanOrEqual(3);
        if (each.kind === 'later') await tried(restsAfterwards(world));
      }
      // A package never comes to a device that has something of another.
      expect(device.deliveries.filter(({ state: at }) => at !== 0)).toEqual([]);
      // What is left of it ends by itself.
      world.core.running = true;
      world.core.breakCall(Number.MAX_SAFE_INTEGER, 'fails');
      for (let i = 0; i < 100 && world.task().active; i++) await world.later(DAY / 4);
      expect(world.task().active).toBe(false);
    }),
    { numRuns: 500 },
  );
});
