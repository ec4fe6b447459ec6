import { slowness } from '../support/devices/patience';
import { startProcesses, type UpdraftProcesses } from '../support/updraft-processes';

/** A policy's minute: the earliest start there may be is five seconds ahead. */
const MINUTE_MS = Math.round(1_000 * slowness());
/** What comes before it here has to be over by then. */
const START_MINUTES = 20;

describe('a schedule across a restart', () => {
  let updraft: UpdraftProcesses;
  beforeAll(async () => {
    updraft = await startProcesses(['all'], { UPDRAFT_MINUTE_MS: `${MINUTE_MS}` });
  });
  afterAll(() => updraft.stop());

  test('R-BAT-6 a platform that is killed -9 before the start of a batch starts it all the same, and not before its time', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'early' }, { deviceName: 'late' }], { reconnectMs: 200 });
    const firmware = await updraft.package('2.0.0');
    const startAt = new Date(Date.now() + START_MINUTES * MINUTE_MS);
    const batch = await updraft.push(firmware, {}, { schedule: { startAt, endAt: null } });
    const [everything] = updraft.processes;
    await updraft.until(async () => (await updraft.core.batches.get(batch._id))?.selection);
    await everything?.kill();
    expect(await updraft.core.batches.get(batch._id)).toMatchObject({ status: 'SCHEDULED', schedule: { startAt } });
    await updraft.start('all');
    expect(await updraft.settled(batch)).toEqual({ early: 'SUCCEEDED', late: 'SUCCEEDED' });
    const tasks = await updraft.tasks(batch);
    for (const { firstNotifiedAt, transitions } of tasks) {
      expect(Number(firstNotifiedAt)).toBeGreaterThanOrEqual(Number(startAt));
      expect(transitions.map(({ to }) => to)).toEqual(['NOTIFIED', 'IN_PROGRESS', 'SUCCEEDED']);
    }
    expect(fleet.stats().notifications).toBe(2);
  });

  test('R-BAT-6 a platform that is away at the start of a batch starts it when it is back', async () => {
    const fleet = await updraft.fleet([{ deviceName: 'waiting' }], { reconnectMs: 200 });
    const scope = { kind: 'targeted' as const, deviceNames: ['waiting'] };
    const firmware = await updraft.package('3.0.0');
    const startAt = new Date(Date.now() + START_MINUTES * MINUTE_MS);
    const batch = await updraft.push(firmware, {}, { scope, schedule: { startAt, endAt: null } });
    await updraft.processes.at(-1)?.kill();
    while (Date.now() < startAt.getTime()) await new Promise((settle) => setTimeout(settle, startAt.getTime() - Date.now() + 1));
    expect(await updraft.core.batches.get(batch._id)).toMatchObject({ status: 'SCHEDULED' });
    await updraft.start('all');
    expect(await updraft.settled(batch)).toEqual({ waiting: 'SUCCEEDED' });
    expect(fleet.stats().notifications).toBe(1);
  });
});
