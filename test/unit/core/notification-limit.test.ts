import { createPush } from '../../../core/push/push';
import { onProgress, onVersion } from '../../../core/reports/report';
import { onRequest } from '../../../core/reports/request';
import { onPresence } from '../../../core/tasks/presence';
import { createUpgradeTasks } from '../../../core/tasks/upgrade-tasks';
import type { Task } from '../../../schema/model/task/task';
import { aTask, testSettings, theFacts } from '../../support/builders';
import { type FaultyCore, faultyCore } from '../../support/faulty-core';

const LIMIT = 10;
const first = (core: FaultyCore): Task => core.tasks.all()[0] ?? aTask();
const active = async (core: FaultyCore): Promise<Task> => (await core.tasks.activeOf(first(core).deviceId, 'default')) ?? aTask();

/** Core with an engine that lets each failed attempt be followed by the next one at once, as its workflow does with such a policy. */
function retryingCore(facts = theFacts()): FaultyCore {
  const core = faultyCore([aTask({ deviceName: 'meter-1' })], facts);
  core.settings = testSettings({ settleMs: 0 });
  core.engine.report = async ({ taskId }, report) => {
    const { kind } = report;
    if (kind === 'failed') await createUpgradeTasks(core).failAttempt({ ...report, taskId, retryAt: core.now.getTime() });
  };
  return core;
}

let connections = 0;
function reconnects(core: FaultyCore): Promise<void> {
  connections += 1;
  return onPresence(core, first(core).deviceId, { gatewayId: 'gw-1', presenceRevision: connections });
}

const push = (core: FaultyCore) => createPush(core, core.link)({ batchId: 'batch1', taskIds: [first(core)._id], intervalMs: 1 });

/** What happens to a device again and again, and the batch that looks afterwards. */
async function again(core: FaultyCore, times: number, happens: () => Promise<unknown>): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await happens();
    await push(core);
  }
}

describe('R-TASK-11 a device that comes back again and again', () => {
  test('R-TASK-11 gets ten more notifications in an attempt, and the next reconnect fails it', async () => {
    const core = retryingCore();
    await push(core);
    await again(core, LIMIT, () => reconnects(core));
    expect(first(core)).toMatchObject({ attempt: 1, notifications: 11, renotifications: 10, attempts: [] });
    await again(core, 1, () => reconnects(core));
    expect(first(core)).toMatchObject({
      ...{ attempt: 2, notifications: 0, renotifications: 0 },
      attempts: [{ cause: 'NOTIFICATION_LIMIT', text: 'Notified again 10 times after a reconnect or a restart.' }],
    });
    await push(core);
    expect(first(core)).toMatchObject({ attempt: 2, notifications: 1, renotifications: 0 });
    expect(core.notified).toHaveLength(12);
  });

  test('R-TASK-11 the same for one that restarts in the middle of its download', async () => {
    const core = retryingCore();
    await push(core);
    await again(core, LIMIT + 1, async () => {
      await onProgress(core, await active(core), { percent: 40 });
      await onVersion(core, await active(core), '1.0.0', '1.0.0');
    });
    expect(first(core)).toMatchObject({ attempt: 2, attempts: [{ cause: 'NOTIFICATION_LIMIT' }] });
  });

  test('R-TASK-5 one that has said 100 % and reports its old version fails once each time, and is notified once an attempt', async () => {
    const core = retryingCore();
    await push(core);
    await again(core, 8, async () => {
      await onProgress(core, await active(core), { percent: 100 });
      await onVersion(core, await active(core), '1.0.0', '1.0.0');
    });
    expect(first(core).attempts.map(({ cause, text }) => [cause, text])).toEqual(
      Array.from({ length: 8 }, () => ['UNEXPECTED_VERSION_REPORTED', '1.0.0']),
    );
    expect([first(core).attempt, core.notified.length]).toEqual([9, 9]);
  });

  test('R-TASK-11 one that asks is told as often as it would be pushed; where it has to ask, as often as it does', async () => {
    const asking = async (core: FaultyCore) => {
      const answers: boolean[] = [];
      for (let time = 0; time < LIMIT + 2; time += 1) {
        await reconnects(core);
        answers.push((await onRequest(core, first(core).deviceId, 'default')) !== null);
      }
      return answers;
    };
    const pushed = retryingCore();
    expect(await asking(pushed)).toEqual([...Array.from({ length: LIMIT + 1 }, () => true), false]);
    expect(first(pushed).attempt).toBe(2);
    const pulled = retryingCore(theFacts({ proactivePush: false }));
    expect((await asking(pulled)).every(Boolean)).toBe(true);
    expect(first(pulled)).toMatchObject({ attempt: 1, notifications: 12 });
  });

  test.each(['fails', 'repeats'] as const)(
    'R-TASK-11 each of its calls %s once: the attempt ends once, and nothing is pushed',
    async (fault) => {
      const over = () =>
        faultyCore([
          aTask({
            deviceName: 'meter-1',
            status: 'NOTIFIED',
            notifiedAt: new Date(0),
            notifications: 11,
            renotifications: 10,
            cameBack: true,
          }),
        ]);
      const clean = over();
      await push(clean);
      expect(clean.calls).toBeGreaterThan(2);
      for (let number = 1; number <= clean.calls; number += 1) {
        const core = over();
        core.breakCall(number, fault);
        await push(core).catch(() => push(core));
        expect(core.told()).toEqual([`failed ${first(core)._id} attempt 1`]);
        expect([core.notified, first(core).offerAt]).toEqual([[], first(clean).offerAt]);
      }
    },
  );
});
