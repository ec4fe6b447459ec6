import { onResult } from '../../../core/reports/result';
import type { Attempt, Task } from '../../../schema/model/task/task';
import { anAnsweredTask, anIotdaTask, aTask, theFacts } from '../../support/builders';
import { type FaultyCore, faultyCore } from '../../support/faulty-core';

const EPOCH = new Date('2026-01-01T00:00:00Z');
const first = (core: FaultyCore): Task => core.tasks.all()[0] ?? aTask();
const result = (code: number, version: string | null = '1.0.0', progress: number | null = 0) => ({ code, version, progress, text: 'why' });
const say = (core: FaultyCore, ...said: Parameters<typeof result>) => onResult(core, first(core).deviceId, result(...said));
const reportsOf = (core: FaultyCore): unknown[] => {
  const reports: unknown[] = [];
  core.engine.report = async (_, report) => void reports.push(report);
  return reports;
};
const failedWith = (cause: Attempt['cause']): Attempt => ({ number: 1, cause, text: null, startedAt: EPOCH, endedAt: EPOCH });
const DONE = { kind: 'answer', answer: null };

describe('R-FLOW-2 results', () => {
  test('R-TASK-10 a failure goes to the upgrade with its number and text', async () => {
    const core = faultyCore([anAnsweredTask()]);
    const reports = reportsOf(core);
    await expect(say(core, 4)).resolves.toEqual(DONE);
    expect(reports).toEqual([{ kind: 'failed', attempt: 1, cause: 'LOW_BATTERY', text: 'code 4: why' }]);
  });

  test.each([7, 9, 10])('R-FLOW-2 code %i on a first attempt, without a version, fails it', async (code) => {
    const core = faultyCore([anAnsweredTask()]);
    const reports = reportsOf(core);
    await say(core, code, null);
    expect(reports).toMatchObject([{ kind: 'failed', attempt: 1 }]);
  });

  test('R-FLOW-2 the same code as an attempt or a task before, before the file is opened, is that one told again', async () => {
    const record = [failedWith('PACKAGE_INSTALLATION_FAILURE')];
    const retried = faultyCore([anAnsweredTask({ attempt: 2, attempts: record })]);
    const device = { deviceName: 'meter-1' };
    const earlier = aTask({ ...device, batchId: 'batch0', status: 'FAILED', active: false, attempts: record });
    const later = faultyCore([anAnsweredTask(device), earlier]);
    for (const core of [retried, later]) {
      const reports = reportsOf(core);
      await expect(say(core, 10, null)).resolves.toEqual({ kind: 'ignored' });
      expect(reports).toEqual([]);
      await say(core, 9, null);
      expect(reports).toMatchObject([{ cause: 'OUT_OF_MEMORY_DURING_DOWNLOADING_PROCESS' }]);
    }
  });

  test("R-TASK-2 100 % with the old version is progress; the target version is the caller's to store", async () => {
    const core = faultyCore([anAnsweredTask()]);
    await expect(say(core, 0, '1.0.0', 100)).resolves.toEqual(DONE);
    expect(first(core)).toMatchObject({ status: 'IN_PROGRESS', progress: 100, downloaded: true, negotiation: { heard: true } });
    await expect(say(core, 0, '2.0.0', 100)).resolves.toEqual({ kind: 'version', module: 'default', version: '2.0.0' });
  });

  test('R-TASK-5 100 % with a version that is neither fails the attempt, and names it', async () => {
    const core = faultyCore([anAnsweredTask()]);
    const reports = reportsOf(core);
    await expect(say(core, 0, '9.9.9', 100)).resolves.toEqual(DONE);
    expect(reports).toEqual([{ kind: 'failed', attempt: 1, cause: 'UNEXPECTED_VERSION_REPORTED', text: '9.9.9' }]);
  });

  test('the first progress is told to the upgrade only where a time-out runs from it', async () => {
    const [without, timed] = [faultyCore([anAnsweredTask()]), faultyCore([anAnsweredTask()], theFacts({ timeoutMinutes: 60 }))];
    for (const core of [without, timed]) await say(core, 0, '1.0.0', 10);
    expect(without.told()).toEqual([]);
    expect(timed.told()).toEqual([`progress ${first(timed)._id} attempt 1`]);
  });

  const firmware = (fields: Partial<Task> = {}) => anAnsweredTask({ deviceName: 'meter-1', ...fields });
  const software = (fields: Partial<Task> = {}) =>
    firmware({ batchId: 'batch2', module: 'software', sourceVersion: 's1', targetVersion: 's2', ...fields });

  test('R-FLOW-2 firmware and software at once: success is of the task whose target it names', async () => {
    const core = faultyCore([firmware(), software({ notifiedAt: new Date(EPOCH.getTime() + 1) })]);
    await expect(say(core, 0, '2.0.0', 100)).resolves.toEqual({ kind: 'version', module: 'default', version: '2.0.0' });
    await expect(say(core, 0, 's2', null)).resolves.toEqual({ kind: 'version', module: 'software', version: 's2' });
    expect(core.told()).toEqual([]);
  });

  test.each<[string, Partial<Task>]>([
    ['a cancel', { status: 'CANCELED' }],
    ['a failure', { status: 'FAILED', cause: 'DEVICE_UPGRADE_TIMEOUT' }],
    ['a success', { status: 'SUCCEEDED' }],
  ])('R-DEV-1 after %s the version of a result is kept', async (_, end) => {
    const core = faultyCore([firmware({ ...end, active: false, firstNotifiedAt: EPOCH })]);
    await expect(say(core, 0, '2.0.0', 100)).resolves.toEqual({ kind: 'version', module: 'default', version: '2.0.0' });
    await expect(say(core, 0, '1.0.0', 40)).resolves.toEqual({ kind: 'ignored' });
    await expect(say(core, 1, '2.0.0', 0)).resolves.toEqual({ kind: 'ignored' });
  });

  test('R-DEV-1 a late result of one module is no failure of the other', async () => {
    const core = faultyCore([software(), firmware({ status: 'CANCELED', active: false, firstNotifiedAt: EPOCH })]);
    const reports = reportsOf(core);
    await expect(say(core, 0, '2.0.0', 100)).resolves.toEqual({ kind: 'version', module: 'default', version: '2.0.0' });
    expect(reports).toEqual([]);
  });

  test('R-FLOW-2 where a version is to be confirmed, it is asked for, also of a task that was not notified or has ended', async () => {
    const facts = theFacts({}, { confirmByQuery: true });
    const ask = { kind: 'answer', answer: 'VERSION_QUERY' };
    const ended = firmware({ status: 'CANCELED', active: false, firstNotifiedAt: EPOCH });
    for (const task of [firmware(), anIotdaTask({ deviceName: 'meter-1' }), ended]) {
      await expect(say(faultyCore([task], facts), 0, '2.0.0', 100)).resolves.toEqual(ask);
    }
  });

  test('R-FLOW-2 nothing was ever asked of it: a result is about nothing', async () => {
    await expect(say(faultyCore([anIotdaTask()]), 0, '9.9.9', 100)).resolves.toEqual({ kind: 'ignored' });
    await expect(onResult(faultyCore([]), 'pk/unknown', result(0, '2.0.0', 100))).resolves.toEqual({ kind: 'ignored' });
  });
});
