import fc from 'fast-check';
import { LWM2M_STEPS } from '../../../../schema/model/lwm2m/upgrade';
import { isActive, type Task } from '../../../../schema/model/task/task';
import type { TaskEvent } from '../../../../schema/model/task/task-event';
import { nextState } from '../../../../schema/model/task/task-state';
import { waitingFor } from '../../../../schema/model/task/waiting-for';
import { DEFAULT_WAITS, limitsMsOf } from '../../../../schema/model/task/waits';
import { waitsUntil } from '../../../../schema/model/task/waits-until';
import { anLwm2mTask } from '../../../support/lwm2m-tasks';

const EPOCH = new Date('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const LIMITS = limitsMsOf(DEFAULT_WAITS, { dialect: 'LWM2M' }, MINUTE);

/** What is told of the attempt and the delivery under way. */
const about = ({ attempt, lwm2m }: Task) => ({ attempt, deliveries: lwm2m?.deliveries ?? 0 });

type Happening = (task: Task, now: Date) => TaskEvent;
const happenings: fc.Arbitrary<Happening> = fc.oneof(
  fc.constant<Happening>(() => ({ kind: 'connected', gatewayId: 'gw-1', settleMs: 0 })),
  fc.constant<Happening>(() => ({ kind: 'disconnected', gatewayId: 'gw-1' })),
  fc.constant<Happening>(() => ({ kind: 'queried', repeatMs: 10 * MINUTE, waitMs: 3 * MINUTE })),
  fc.constant<Happening>(() => ({ kind: 'postponed' })),
  fc.constant<Happening>((task) => ({ kind: 'slotAwaited', ...about(task), cell: '262-1-1', level: '2', waitMs: DAY })),
  fc.constantFrom<('PULL' | 'PUSH')[]>('PULL', 'PUSH').map(
    (delivery): Happening =>
      (task) => ({
        kind: 'offering',
        ...about(task),
        delivery,
        scheme: null,
        result: 0,
        version: null,
        waitMs: 3 * MINUTE,
        lookMs: MINUTE,
      }),
  ),
  fc.constant<Happening>((task) => ({ kind: 'accepted', ...about(task), lookMs: MINUTE })),
  fc
    .record({
      step: fc.constantFrom(...LWM2M_STEPS.filter((step) => !['VERSION', 'SIGNAL', 'CELL_SLOT'].includes(step))),
      state: fc.constantFrom(null, 0, 1, 2, 3),
      result: fc.constantFrom(null, 0, 1, 8),
      executed: fc.boolean(),
      deferSeconds: fc.constantFrom(null, 60, 2 ** 31),
    })
    .map(
      (seen): Happening =>
        (task) => ({ kind: 'seen', ...about(task), ...seen, lookMs: MINUTE, timeoutMs: null }),
    ),
  fc
    .record({
      step: fc.constantFrom(undefined, 'VERSION' as const, 'SIGNAL' as const),
      sleeps: fc.boolean(),
      lookMs: fc.constantFrom(null, MINUTE),
    })
    .map(
      (silence): Happening =>
        (task) => ({ kind: 'unanswered', ...about(task), ...silence }),
    ),
  fc.constant<Happening>(({ attempt }) => ({ kind: 'opened', attempt })),
  fc.constant<Happening>(({ attempt }, now) => ({
    kind: 'attemptFailed',
    attempt,
    cause: 'DEVICE_REJECTED_REQUEST',
    text: null,
    retryAt: new Date(now.getTime() + 10 * MINUTE),
  })),
);

test('R-FLOW-3 R-TASK-10 whatever happens to an LwM2M device, it waits for something that is named, and not for ever', () => {
  const course = fc.array(fc.tuple(happenings, fc.nat({ max: 30 })), { maxLength: 30 });
  fc.assert(
    fc.property(course, (steps) => {
      const task = anLwm2mTask({ onlineBy: new Date(EPOCH.getTime() + DAY) });
      let now = EPOCH;
      for (const [happens, minutes] of steps) {
        now = new Date(now.getTime() + minutes * MINUTE);
        Object.assign(task, nextState(task, happens(task, now), now)?.set);
        if (!isActive(task.status)) return;
        const reason = waitingFor(task, 'RUNNING', now);
        expect(reason).not.toBeNull();
        // Its turn is as far away as the rate has it, and comes.
        const ends = reason === 'PUSH_RATE' ? task.offerAt : waitsUntil(task, LIMITS, 100, now);
        expect([reason, ends]).toEqual([reason, expect.any(Date)]);
      }
    }),
    { numRuns: 500 },
  );
});
