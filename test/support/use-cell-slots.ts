import type { CellSlots } from '../../core/cells/contract';
import type { Lwm2mUpgrade } from '../../schema/model/lwm2m/upgrade';
import type { Task } from '../../schema/model/task/task';
import { aCellTask, anLwm2mUpgrade, cellProcess, insertBatches, requestOf } from './cell-tasks';
import { handClock } from './core-parts';
import { useStore } from './store';

export const MINUTE = 60_000;

/** For the tests of a file: the slots of radio cells over a store, with two batches that run, at noon before each. */
export function useCellSlots() {
  const store = useStore();
  let clock: ReturnType<typeof handClock>;
  let slots: CellSlots;
  beforeEach(async () => {
    clock = handClock(new Date('2026-01-01T12:00:00Z'));
    slots = cellProcess(store, clock).slots;
    await insertBatches(store, 'batch1', 'batch2');
  });

  const take = (task: Task, of = slots) => of.take(requestOf(task, clock()));
  async function insert(...tasks: Task[]): Promise<void> {
    await store.collections.tasks.insertMany(tasks);
  }
  return {
    store,
    slots: () => slots,
    now: () => clock(),
    advance: (ms: number) => clock.advance(ms),
    process: (settings?: Parameters<typeof cellProcess>[2]) => cellProcess(store, clock, settings),
    take,
    insert,
    /** Refused, as whoever waits was. */
    async wait(...tasks: Task[]): Promise<void> {
      await insert(...tasks);
      for (const task of tasks) expect(await take(task)).toBe(false);
    },
    upgradeOf: ({ _id }: Task, lwm2m: Partial<Lwm2mUpgrade>, fields: Partial<Task> = {}) =>
      store.collections.tasks.updateOne({ _id }, { $set: { lwm2m: anLwm2mUpgrade(lwm2m), ...fields } }),
    /** Who is to be looked at now, in the order of names. */
    async called(): Promise<string[]> {
      const due = await store.collections.tasks.find({ 'look.at': { $lte: clock() } }).toArray();
      return due.map(({ deviceName }) => deviceName).sort();
    },
    async holders(): Promise<string[]> {
      const cells = await store.collections.cells.find().toArray();
      return cells.flatMap((cell) => cell.slots.filter(({ held }) => held).map(({ taskId }) => taskId));
    },
    /** Waits since so many minutes before now. */
    waiting: (name: string, minutes: number, fields: Partial<Task> = {}) =>
      aCellTask(name, { waitingSince: new Date(clock().getTime() - minutes * MINUTE) }, fields),
  };
}
