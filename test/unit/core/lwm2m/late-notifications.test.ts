import fc from 'fast-check';
import type { LookReason } from '../../../../core/reports/lwm2m/contract';
import { theFacts } from '../../../support/builders';
import { anLwm2mTask, downloading, failureOf, lwm2mWorld, type World } from '../../../support/lwm2m-world';

const MINUTE = 60_000;
const retries = (maxRetries: number) => theFacts({ retry: { intervalMinutes: 0, maxRetries } });

/** Its first attempt has failed with result 5, and it has accepted the address again. */
async function secondAttempt(eager: boolean): Promise<World> {
  const world = await downloading(lwm2mWorld([anLwm2mTask()], retries(1)));
  Object.assign(world.device, { state: 0, result: 5, eager });
  await world.tells({ state: 0 });
  await world.work();
  await world.later(0);
  expect(world.task()).toMatchObject({ attempt: 2, negotiation: { begunAt: expect.any(Date) } });
  return world;
}

const causes = ({ task }: World) => task().attempts.map(({ cause }) => cause);

describe('R-FLOW-3 R-TASK-5 a device that is upgraded once more after it has failed', () => {
  test.each([[[{ state: 1 }]], [[{ state: 3 }]], [[{ state: 1 }, { state: 2 }]], [[{ state: 1 }, { state: 0, result: 5 }]]])(
    'what it has told before comes late, %j, while it keeps its old result: that is not what the second attempt ends with',
    async (late) => {
      const world = await secondAttempt(false);
      for (const each of late) await world.tells(each);
      await world.talk('PUSHED');
      await world.later(5 * MINUTE);
      expect(world.task()).toMatchObject({ attempt: 2, active: true });
      Object.assign(world.device, { state: 1, result: 0 });
      await world.tells({ state: 1 });
      Object.assign(world.device, { state: 0, result: 2 });
      await world.tells({ state: 0, result: 2 });
      expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'NOT_ENOUGH_STORAGE_FOR_THE_NEW_FIRMWARE_PACKAGE' });
      expect(causes(world)[0]).toBe('INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE');
    },
  );

  test('it fails with the same result, and nothing that it tells comes: the result is found when it is due', async () => {
    const world = await secondAttempt(true);
    Object.assign(world.device, { state: 0, result: 5 });
    await world.later(5 * MINUTE);
    expect(await failureOf(world)).toEqual({ status: 'FAILED', cause: 'INTEGRITY_CHECK_FAILURE_FOR_NEW_DOWNLOADED_PACKAGE' });
    expect(causes(world)).toHaveLength(2);
  });
});

type Step =
  | { kind: 'begins' }
  | { kind: 'fails'; result: number; tells: boolean }
  | { kind: 'goesOn'; tells: boolean }
  /** Something that it has told before: late, and maybe once more. */
  | { kind: 'late'; which: number }
  | { kind: 'heard'; reason: LookReason }
  | { kind: 'later'; ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ kind: 'begins' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('fails' as const), result: fc.constantFrom(2, 5, 8), tells: fc.boolean() }),
  },
  fc.record({ kind: fc.constant('goesOn' as const), tells: fc.boolean() }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('late' as const), which: fc.nat() }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('heard' as const),
      reason: fc.constantFrom<LookReason>('REGISTERED', 'HEARD', 'PUSHED', 'DUE'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('later' as const), ms: fc.constantFrom(0, 1_000, MINUTE, 5 * MINUTE) }) },
);

test('R-FLOW-3 R-TASK-5 whatever is told late or twice, an attempt ends with a result only if the device has given it in that attempt', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { minLength: 5, maxLength: 40 }), async (eager, steps) => {
      const world = lwm2mWorld([anLwm2mTask()], retries(5));
      const { device, task } = world;
      Object.assign(device, { eager, delivery: 0 });
      const told: { state?: number; result?: number }[] = [];
      /** `attempt result`, of all that the device has come to. */
      const given = new Set<string>();
      let offers = 0;
      let offeredIn = 0;
      const noteOffers = () => {
        if (device.deliveries.length > offers) offeredIn = task().attempt;
        offers = device.deliveries.length;
      };
      const becomes = async (state: number, result: number, tells: boolean) => {
        Object.assign(device, { state, result });
        told.push({ state }, { result });
        if (!tells) return;
        await world.tells({ state });
        await world.tells({ result });
      };
      /** It has an address, and does not say so yet. */
      const isToBegin = () => device.state === 0 && offeredIn === task().attempt && task().negotiation?.begunAt != null;
      await world.talk('REGISTERED');
      noteOffers();
      for (const each of steps) {
        if (each.kind === 'begins' && isToBegin()) await becomes(1, 0, true);
        if (each.kind === 'fails' && device.state !== 0) {
          given.add(`${offeredIn} ${each.result}`);
          await becomes(0, each.result, each.tells);
        }
        if (each.kind === 'goesOn' && device.state === 1) await becomes(2, 0, each.tells);
        const late = told[each.kind === 'late' ? each.which % Math.max(1, told.length) : -1];
        if (late) await world.tells(late);
        if (each.kind === 'heard') await world.talk(each.reason);
        if (each.kind === 'later') await world.later(each.ms);
        await world.work();
        noteOffers();
        const ended = task().attempts.filter(({ text }) => text?.startsWith('result '));
        for (const { number, text } of ended) expect([...given]).toContain(`${number} ${text?.slice('result '.length)}`);
      }
    }),
    { numRuns: 500 },
  );
});
