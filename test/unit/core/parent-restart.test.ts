import { onVersionAnswer } from '../../../core/reports/negotiate';
import { onProgress, onVersion } from '../../../core/reports/report';
import { presenceEvent } from '../../../core/tasks/follow-presence';
import { transition } from '../../../core/tasks/transition';
import { newNegotiation } from '../../../schema/model/task/negotiation';
import type { Task } from '../../../schema/model/task/task';
import { aNotifiedTask, anAnsweredTask } from '../../support/builders';
import { faultyCore } from '../../support/faulty-core';

const NOTIFIED = new Date('2026-01-01T01:00:00Z');
const at = (minutes: number) => new Date(NOTIFIED.getTime() + minutes * 60_000);

/** A child's task, from its notification on; its parent's connection began at minute -1. */
function aChild(task: Task) {
  const core = Object.assign(faultyCore([task]), { throughParentSince: async () => since });
  let since: Date | null = at(-1);
  let revision = 1;
  const now = async () => (await core.tasks.get(task._id)) ?? task;
  const child = {
    core,
    now,
    failed: () => core.told().filter((word) => word.startsWith('failed')),
    at(minute: number) {
      core.now = at(minute);
      return child;
    },
    says: async (version: string) => onVersion(core, await now(), version, version),
    answers: async (version: string) => onVersionAnswer(core, await now(), version),
    progress: async (percent: number) => onProgress(core, await now(), { percent }),
    /** Its parent has another connection; with `own` it has one itself. */
    async connects(own = false) {
      since = own ? null : core.now;
      revision += 1;
      await transition(core.tasks, task._id, presenceEvent({ gatewayId: 'gw-1', presenceRevision: revision }, 2_000), core.now);
    },
    isNotified: () => transition(core.tasks, task._id, { kind: 'notified', repeatMs: 600_000 }, core.now),
    isQueried: () => transition(core.tasks, task._id, { kind: 'queried', repeatMs: 600_000 }, core.now),
  };
  return child;
}

/** At 100 % since minute 1. */
async function installing(own = false) {
  const child = aChild(aNotifiedTask({ notifiedAt: NOTIFIED, offerAt: null }));
  if (own) await child.at(0).connects(true);
  if (own) await child.isNotified();
  await child.at(1).progress(100);
  return child;
}

describe('R-TASK-5 a parent that starts while its child installs', () => {
  test('R-TASK-5 says its old version: the upgrade goes on, and succeeds by the new one', async () => {
    const child = await installing();
    await child.at(2).connects();
    await child.says('1.0.0');
    expect(child.failed()).toEqual([]);
    expect(await child.now()).toMatchObject({ status: 'IN_PROGRESS', attempt: 1, progress: 100, downloaded: true, cameBack: true });
    await child.at(3).isNotified();
    await child.at(4).says('2.0.0');
    expect(await child.now()).toMatchObject({ status: 'SUCCEEDED', attempts: [] });
  });

  test('R-TASK-5 says it twice, as messages may come twice, and a third time: only the last is about the device', async () => {
    const child = await installing();
    await child.at(2).connects();
    await child.says('1.0.0');
    await child.says('1.0.0');
    await child.at(3).isNotified();
    expect(child.failed()).toEqual([]);
    await child.at(4).says('1.0.0');
    expect(child.failed()).toHaveLength(1);
  });

  test('R-TASK-5 says it late, when the device was notified again: it is asked once more, and then it has failed', async () => {
    const child = await installing();
    await child.at(2).connects();
    await child.at(3).isNotified();
    await child.at(9).says('1.0.0');
    expect(child.failed()).toEqual([]);
    expect(await child.now()).toMatchObject({ offerAt: at(9), cameBack: true, renotifications: 1 });
    await child.at(10).isNotified();
    await child.at(11).says('1.0.0');
    expect(child.failed()).toHaveLength(1);
  });

  test('R-TASK-11 says it after each of its starts: the limit of notifications ends that', async () => {
    const child = await installing();
    for (let start = 1; start <= 10; start += 1) {
      await child.at(start * 10).connects();
      await child.says('1.0.0');
      await child.at(start * 10 + 1).isNotified();
    }
    expect(child.failed()).toEqual([]);
    expect(await child.now()).toMatchObject({ renotifications: 10 });
  });

  test('R-TASK-5 the old version over the connection that the 100 % came over fails at once', async () => {
    const child = await installing();
    await child.at(2).says('1.0.0');
    expect(child.failed()).toHaveLength(1);
  });

  test('R-TASK-5 a device with a connection of its own that comes back with the old version has failed', async () => {
    const child = await installing(true);
    await child.at(2).connects(true);
    await child.says('1.0.0');
    expect(child.failed()).toHaveLength(1);
  });

  test('R-TASK-5 another version than the old one fails whoever has started', async () => {
    const child = await installing();
    await child.at(2).connects();
    await child.says('6.6.6');
    expect(child.failed()).toHaveLength(1);
  });

  test('R-TASK-5 who said 100 % to an older version of the platform fails as it did there, once it was notified again', async () => {
    const child = aChild(aNotifiedTask({ status: 'IN_PROGRESS', reacted: true, notifiedAt: NOTIFIED, offerAt: null, downloaded: true }));
    await child.at(2).connects();
    await child.at(3).isNotified();
    await child.says('1.0.0');
    expect(child.failed()).toHaveLength(1);
  });
});

describe('R-FLOW-2 the same of a device that is asked for its version', () => {
  test('R-FLOW-2 R-TASK-5 it is notified again by its answer, and the wait for its result goes on', async () => {
    const negotiation = { ...newNegotiation(1), begunAt: NOTIFIED };
    const child = aChild(anAnsweredTask({ notifiedAt: NOTIFIED, offerAt: null, negotiation }));
    await child.at(1).progress(100);
    await child.at(2).connects();
    expect(await child.now()).toMatchObject({ negotiation: { returned: true } });
    await child.isQueried();
    child.core.pacers.take('batch1', 1, 0);
    expect(await child.answers('1.0.0')).toMatchObject({ version: '2.0.0' });
    expect(child.failed()).toEqual([]);
    expect(await child.now()).toMatchObject({ attempt: 1, downloaded: true, negotiation: { begunAt: NOTIFIED, returned: false } });
  });

  test('R-FLOW-2 R-TASK-5 over a connection of its own it has failed', async () => {
    const negotiation = { ...newNegotiation(1), begunAt: NOTIFIED };
    const child = aChild(anAnsweredTask({ notifiedAt: NOTIFIED, offerAt: null, negotiation }));
    await child.at(1).progress(100);
    await child.at(2).connects(true);
    await child.isQueried();
    expect(await child.answers('1.0.0')).toBeNull();
    expect(child.failed()).toHaveLength(1);
  });
});
