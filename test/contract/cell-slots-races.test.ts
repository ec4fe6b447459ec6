import fc from 'fast-check';
import type { Task } from '../../schema/model/task/task';
import { aCellTask, anLwm2mUpgrade, type CellProcess, cellProcess, insertBatches, Killed, requestOf } from '../support/cell-tasks';
import { handClock } from '../support/core-parts';
import { emptyStore, useStore } from '../support/store';

const store = useStore();
const MINUTE = 60_000;
const LIMIT = 2;
const SLOTS = { slots: { '0': LIMIT, '1': LIMIT, '2': LIMIT, CELL: LIMIT } };
const START = new Date('2026-01-01T12:00:00Z');

/** The world around the slots: processes that die, devices that download, and a count of those that do. */
async function aWorld(devices: number) {
  await emptyStore(store);
  await insertBatches(store, 'batch1', 'batch2');
  const clock = handClock(START);
  const processes: CellProcess[] = [];
  const { tasks } = store.collections;
  const all = Array.from({ length: devices }, (_, at) =>
    aCellTask(`meter-${at}`, { step: 'VERSION', waitingSince: null }, { batchId: at % 3 === 0 ? 'batch2' : 'batch1' }),
  );
  await tasks.insertMany(all);
  /** Until when a device may download. */
  const downloading = new Map<string, number>();
  const over = new Set<string>();
  let most = 0;

  const process = (at: number): CellProcess => {
    processes[at] ??= cellProcess(store, clock, SLOTS);
    return processes[at];
  };
  const survived = async (at: number, work: (alive: CellProcess) => Promise<unknown>): Promise<void> => {
    const alive = process(at);
    try {
      await work(alive);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      if (processes[at] === alive) delete processes[at];
    }
  };
  const write = ({ _id }: Task, lwm2m: Parameters<typeof anLwm2mUpgrade>[0]) =>
    tasks.updateOne({ _id, active: true }, { $set: { lwm2m: anLwm2mUpgrade(lwm2m), look: null }, $inc: { revision: 1 } });

  const world = {
    tasks: all,
    over,
    most: () => most,
    downloading: () => [...downloading.values()].filter((until) => until > clock().getTime()).length,
    advance: (ms: number) => clock.advance(ms),
    kill: (at: number, writes: number) => process(at).killAfter(writes),
    sweep: (at: number) => survived(at, ({ slots }) => slots.sweep()),
    /** As the device's conversation does it; with `dies` its process is gone before it has written what follows. */
    take: (at: number, task: Task, dies = false) =>
      survived(at, async ({ slots }) => {
        if (over.has(task._id) || downloading.has(task._id)) return;
        const stored = await tasks.findOne({ _id: task._id });
        if (!stored) return;
        const waitingSince = stored.lwm2m?.waitingSince ?? clock();
        const request = requestOf({ ...stored, lwm2m: anLwm2mUpgrade({ waitingSince }) }, clock());
        const granted = await slots.take(request);
        if (dies) throw new Killed();
        if (granted) downloading.set(task._id, request.until.getTime());
        most = Math.max(most, world.downloading());
        await write(task, granted ? { step: 'DOWNLOAD' } : { step: 'CELL_SLOT', waitingSince });
      }),
    end: (at: number, task: Task) =>
      survived(at, async ({ slots }) => {
        if (!downloading.has(task._id)) return;
        await tasks.updateOne({ _id: task._id }, { $set: { active: false, status: 'SUCCEEDED' }, $inc: { revision: 1 } });
        downloading.delete(task._id);
        over.add(task._id);
        await slots.release(task._id, 1);
      }),
    /** What gateways do each second. */
    async comeWhenCalled(): Promise<void> {
      const due = await tasks.find({ active: true, 'lwm2m.step': 'CELL_SLOT', 'look.at': { $lte: clock() } }).toArray();
      await Promise.all(due.map((task, at) => world.take(at % 3, task)));
    },
    async isServed(): Promise<boolean> {
      for (let round = 0; over.size < all.length && round < 10 * all.length; round += 1) {
        for (const task of all) {
          const stored = await tasks.findOne({ _id: task._id });
          if (stored?.lwm2m?.step === 'VERSION') await world.take(0, task);
        }
        await world.comeWhenCalled();
        for (const task of all) if (downloading.has(task._id)) await world.end(1, task);
        await world.sweep(2);
        clock.advance(MINUTE + 1_000);
      }
      return over.size === all.length;
    },
  };
  return world;
}

const DEVICES = 8;
const device = fc.nat(DEVICES - 1);
const at = fc.nat(2);
type Op = { kind: 'take' | 'die' | 'end' | 'sweep' | 'come' | 'advance' | 'kill'; at: number; device: number; amount: number };
const op: fc.Arbitrary<Op> = fc.record({
  kind: fc.constantFrom('take', 'take', 'take', 'end', 'end', 'die', 'sweep', 'come', 'advance', 'kill'),
  ...{ at, device, amount: fc.nat(5) },
});

test('R-FLOW-4 never more devices of a cell download than may, and all do in the end, whatever dies in between', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(op, { minLength: 1, maxLength: 4 }), { maxLength: 20 }), async (rounds) => {
      const world = await aWorld(DEVICES);
      const run = (each: Op): Promise<unknown> | unknown => {
        const task = world.tasks[each.device] as Task;
        if (each.kind === 'take' || each.kind === 'die') return world.take(each.at, task, each.kind === 'die');
        if (each.kind === 'end') return world.end(each.at, task);
        if (each.kind === 'sweep') return world.sweep(each.at);
        if (each.kind === 'come') return world.comeWhenCalled();
        if (each.kind === 'kill') return world.kill(each.at, each.amount);
        return world.advance(each.amount * 45_000);
      };
      for (const round of rounds) {
        await Promise.all(round.map(run));
        expect(world.downloading()).toBeLessThanOrEqual(LIMIT);
      }
      for (const each of [0, 1, 2]) world.kill(each, Number.POSITIVE_INFINITY);
      expect(await world.isServed()).toBe(true);
      expect(world.most()).toBeLessThanOrEqual(LIMIT);
    }),
    { numRuns: 20 },
  );
});

test.each(Array.from({ length: 8 }, (_, writes) => [writes]))(
  'R-FLOW-4 a process that dies before its write number %s of giving a slot back loses nothing',
  async (writes) => {
    const clock = handClock(START);
    await insertBatches(store, 'batch1');
    const [dying, living] = [cellProcess(store, clock), cellProcess(store, clock)];
    const holder = aCellTask('holder', { step: 'DOWNLOAD' });
    const waiting = Array.from({ length: 3 }, (_, each) =>
      aCellTask(`meter-${each}`, { waitingSince: new Date(START.getTime() - 1_000 * each) }),
    );
    await store.collections.tasks.insertMany([holder, ...waiting]);
    await living.slots.take(requestOf(holder, clock()));
    for (const task of waiting) expect(await living.slots.take(requestOf(task, clock()))).toBe(false);
    await store.collections.tasks.updateOne({ _id: holder._id }, { $set: { active: false } });
    clock.advance(6 * MINUTE);

    dying.killAfter(writes);
    await dying.slots.release(holder._id).catch((error) => expect(error).toBeInstanceOf(Killed));
    // At the latest when the minute is over that the slot is kept for the one who was called.
    for (let round = 0; round < 3; round += 1) {
      clock.advance(MINUTE);
      await living.slots.sweep();
    }
    const oldest = waiting.at(-1) as Task;
    const called = await store.collections.tasks.find({ 'lwm2m.calledAt': { $exists: true } }).toArray();
    expect(called.map(({ _id }) => _id)).toContain(oldest._id);
    const granted = await Promise.all(waiting.map((task) => living.slots.take(requestOf(task, clock()))));
    expect(granted.filter(Boolean)).toHaveLength(1);
  },
);
