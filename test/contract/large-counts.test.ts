import { countsOf } from '../../core/batches/counts';
import { ACTIVE_STATUSES, TASK_STATUSES, type Task, type TaskOutcome } from '../../schema/model/task/task';
import { aTask } from '../support/builders';
import { useStore } from '../support/store';

const TASKS = 21_000;
const store = useStore({ keepsDocuments: true });

test('R-BAT-22 the counts of a large batch are those of its tasks, also after they have moved', async () => {
  const { tasks } = store.collections;
  const made = Array.from({ length: TASKS }, (_, index): Task => {
    const status = index % 3 ? 'QUEUED' : (TASK_STATUSES[(index / 3) % TASK_STATUSES.length] ?? 'QUEUED');
    const outcome: TaskOutcome | null = index % 5 ? null : status === 'SUCCEEDED' ? 'REGRESSED' : 'FAILING';
    return aTask({ deviceName: `dev-${index}`, status, outcome });
  });
  await tasks.insertMany(made, { ordered: false });
  const selection = { matched: TASKS, created: TASKS, skippedBusy: 0, skippedVersion: 0, atTarget: 0 };
  const truth = async () => {
    const all = await tasks.find({ batchId: 'batch1' }, { projection: { status: 1, outcome: 1 } }).toArray();
    const statuses = Object.fromEntries(TASK_STATUSES.map((status) => [status, all.filter((task) => task.status === status).length]));
    const had = (outcome: TaskOutcome) => all.filter((task) => task.outcome === outcome).length;
    return { ...statuses, failing: had('FAILING'), regressed: had('REGRESSED') };
  };
  for (const moved of [false, true]) {
    if (moved)
      await tasks.updateMany({ status: { $in: [...ACTIVE_STATUSES] }, deviceName: /7$/ }, { $set: { status: 'FAILED', active: false } });
    const expected = await truth();
    // Counted by what the selection told, and by grouping, as before there is a selection.
    expect(await countsOf(tasks, { _id: 'batch1', kind: 'static', selection })).toEqual(expected);
    expect(await countsOf(tasks, { _id: 'batch1', kind: 'static', selection: null })).toEqual(expected);
  }
});
