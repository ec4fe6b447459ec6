import { onVersionAnswer } from '../../../core/reports/negotiate';
import { onVersion } from '../../../core/reports/report';
import { newNegotiation } from '../../../schema/model/task/negotiation';
import type { Task } from '../../../schema/model/task/task';
import { anAnsweredTask, aRunningTask, aTask } from '../../support/builders';
import { faultyCore } from '../../support/faulty-core';

const NOTIFIED = new Date('2026-01-01T01:00:00Z');
const [BEFORE, AFTER] = [new Date('2026-01-01T00:30:00Z'), new Date('2026-01-01T01:30:00Z')];
const OF_DEVICE = { deviceName: 'meter-1', notifiedAt: NOTIFIED };
const downloaded = aRunningTask({ ...OF_DEVICE, batchId: 'batch1', module: 'boot', progress: 100, downloaded: true });
const other = (fields: Partial<Task>): Task => aTask({ ...OF_DEVICE, batchId: 'batch2', module: 'appl', ...fields });
const ended = (endedAt: Date) => other({ status: 'SUCCEEDED', endedAt });

async function afterRestart(others: readonly Task[]) {
  const core = faultyCore([downloaded, ...others]);
  await onVersion(core, downloaded, '1.0.0', '1.0.0');
  return { told: core.told(), task: await core.tasks.get(downloaded._id) };
}

describe('R-BAT-13 the old version after 100 % of one of several modules', () => {
  test.each([
    ['another is being upgraded', [other({ status: 'IN_PROGRESS', reacted: true })]],
    ['another has ended in success meanwhile', [ended(AFTER)]],
  ])('R-BAT-13 while %s is a restart for that one: it is notified again and downloads anew', async (_, others) => {
    const { told, task } = await afterRestart(others);
    expect(task).toMatchObject({ status: 'IN_PROGRESS', attempt: 1, cameBack: true, downloaded: false, progress: null });
    expect(task?.offerAt).not.toBeNull();
    expect(told).toEqual(['wake batch1']);
  });

  test.each([
    ['nothing else is there', []],
    ['another has only been notified', [other({ status: 'NOTIFIED' })]],
    ['another had ended before this one was notified', [ended(BEFORE)]],
    ['another has failed', [other({ status: 'FAILED', endedAt: AFTER })]],
    ['an earlier task of the same module has ended', [{ ...ended(AFTER), module: 'boot' }]],
  ])('R-TASK-5 when %s the attempt has failed', async (_, others) => {
    const { told, task } = await afterRestart(others);
    expect(told).toEqual([`failed ${downloaded._id} attempt 1`]);
    expect(task).toMatchObject({ downloaded: true, progress: 100 });
  });

  test('R-BAT-13 after that restart the same report says nothing more, and the next one after 100 % fails', async () => {
    const core = faultyCore([downloaded, ended(AFTER)]);
    const report = async () => onVersion(core, (await core.tasks.get(downloaded._id)) ?? downloaded, '1.0.0', '1.0.0');
    await report();
    await report();
    expect((await core.tasks.get(downloaded._id))?.cameBack).toBe(true);
    const again = { ...downloaded, notifiedAt: new Date(AFTER.getTime() + 1) };
    const later = faultyCore([again, ended(AFTER)]);
    await onVersion(later, again, '1.0.0', '1.0.0');
    expect(later.told()).toEqual([`failed ${downloaded._id} attempt 1`]);
  });

  test('R-BAT-13 R-FLOW-2 a platform-led device is notified again by its answer', async () => {
    const firmware = anAnsweredTask({
      ...OF_DEVICE,
      status: 'IN_PROGRESS',
      reacted: true,
      cameBack: true,
      progress: 100,
      downloaded: true,
    });
    const negotiation = { ...newNegotiation(1), begunAt: NOTIFIED, queriedAt: AFTER, returned: true };
    const task = { ...firmware, negotiation };
    const core = faultyCore([task, ended(AFTER)]);
    core.pacers.take('batch1', 1, 0);
    await expect(onVersionAnswer(core, task, '1.0.0')).resolves.toMatchObject({ version: '2.0.0' });
    expect(await core.tasks.get(task._id)).toMatchObject({ attempt: 1, downloaded: false, negotiation: { returned: false } });
  });
});
