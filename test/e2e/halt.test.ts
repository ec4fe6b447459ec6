import { setTimeout as delay } from 'node:timers/promises';
import { failsWith, stallsAt } from '../support/devices/behaviours';
import { ADMIN, startUpdraft, type Updraft } from '../support/updraft';

const DEVICES = 50;
/** One a second. */
const RATE = { kind: 'constant', perMinute: 60 } as const;
/** Several would have been pushed in it. */
const PUSHES_MS = 3_000;

describe('a package that every device fails with', () => {
  let updraft: Updraft;
  beforeAll(async () => {
    updraft = await startUpdraft();
  });
  afterAll(() => updraft.stop());

  const namesOf = (prefix: string) => Array.from({ length: DEVICES }, (_, index) => `${prefix}-${index}`);
  const status = async (batchId: string) => (await updraft.core.batches.get(batchId))?.status;

  test.each([0, 10])(
    'R-BAT-24 with a retry after %d minutes it halts long before all devices have the package, and nothing is pushed after it',
    async (intervalMinutes) => {
      const deviceNames = namesOf(`retried-${intervalMinutes}`);
      const fleet = await updraft.fleet(
        deviceNames.map((deviceName) => ({ deviceName, behaviours: [failsWith(-1)] })),
        { pacing: { skipDownload: true, rebootMs: null } },
      );
      const policy = { rate: RATE, retry: { intervalMinutes, maxRetries: 2 }, halt: { failedCount: 5, minimumJudged: 5 } };
      const batch = await updraft.push(await updraft.package(`2.${intervalMinutes}.0`), policy, {
        scope: { kind: 'targeted', deviceNames },
      });
      await updraft.until(async () => (await status(batch._id)) === 'HALTED');
      const { failing, FAILED, QUEUED } = await updraft.core.batches.counts(batch._id);
      expect(failing + FAILED).toBeGreaterThanOrEqual(5);
      expect(QUEUED).toBeGreaterThan(0);
      const notified = async () => (await updraft.tasks(batch)).filter(({ firstNotifiedAt }) => firstNotifiedAt).length;
      // A push may have been on its way when the batch halted: a command that takes its turn shows that the workflow rests.
      expect(await updraft.core.batches.pause(ADMIN, batch._id)).toMatchObject({ already: true });
      const before = await notified();
      await delay(PUSHES_MS);
      expect([await notified(), await status(batch._id)]).toEqual([before, 'HALTED']);
      await updraft.core.batches.cancel(ADMIN, batch._id);
      await fleet.stop();
    },
  );

  test('R-BAT-24 devices that are deleted while they upgrade halt nothing', async () => {
    const deviceNames = namesOf('removed').slice(0, 10);
    const fleet = await updraft.fleet(
      deviceNames.map((deviceName) => ({ deviceName, behaviours: [stallsAt(30)] })),
      { pacing: { skipDownload: true, rebootMs: null } },
    );
    const policy = { rate: { kind: 'constant', perMinute: 10_000 } as const, halt: { failedPercent: 10, minimumJudged: 1 } };
    const batch = await updraft.push(await updraft.package('3.0.0'), policy, { scope: { kind: 'targeted', deviceNames } });
    await updraft.until(async () => (await updraft.core.batches.counts(batch._id)).IN_PROGRESS === 10);
    const gone = (await updraft.tasks(batch)).slice(0, 3).map(({ deviceId }) => deviceId);
    await updraft.core.devices.delete(ADMIN, gone);
    expect(await updraft.core.batches.counts(batch._id)).toMatchObject({ FAILED: 3, IN_PROGRESS: 7 });
    // One that had halted would refuse.
    expect(await updraft.core.batches.pause(ADMIN, batch._id)).toMatchObject({ batch: { status: 'PAUSED' } });
    await updraft.core.batches.cancel(ADMIN, batch._id);
    await fleet.stop();
  });
});
