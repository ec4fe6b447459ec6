import type { Task } from '../../schema/model/task/task';
import { aCellTask, insertBatches } from '../support/cell-tasks';
import { MINUTE, useCellSlots } from '../support/use-cell-slots';

const { advance, called, insert, now, process, slots, store, take, upgradeOf, wait, waiting } = useCellSlots();

describe('R-FLOW-4 who waits for a slot of a radio cell', () => {
  const full = async () => {
    const holder = aCellTask('holder', { step: 'DOWNLOAD' });
    await insert(holder);
    await take(holder);
    return holder;
  };

  test('is called in the order of waiting, over all batches, and gets it', async () => {
    const holder = await full();
    const [oldest, later] = [waiting('oldest', 30, { batchId: 'batch2' }), waiting('later', 20)];
    await wait(later, oldest);
    expect(await called()).toEqual([]);
    await slots().release(holder._id);
    expect(await called()).toEqual(['oldest']);
    expect(await store.collections.tasks.findOne({ _id: oldest._id })).toMatchObject({
      look: { gatewayId: 'gw-1', at: now() },
      revision: oldest.revision + 1,
    });
    expect(await take(later)).toBe(false);
    expect(await take(oldest)).toBe(true);
  });

  test('comes before who has just come', async () => {
    const holder = await full();
    const oldest = waiting('oldest', 30);
    await wait(oldest);
    await slots().release(holder._id);
    const comer = waiting('comer', 0);
    await insert(comer);
    expect(await take(comer)).toBe(false);
    expect(await take(oldest)).toBe(true);
  });

  test('comes before who has just come, also when nobody has called it yet', async () => {
    const holder = await full();
    await wait(waiting('oldest', 30));
    await store.collections.cells.updateMany({}, { $set: { slots: [] } });
    expect(await take(waiting('comer', 0))).toBe(false);
    expect(await called()).toEqual(['oldest']);
    expect(holder.active).toBe(true);
  });

  test('is passed over while its device cannot be reached', async () => {
    const holder = await full();
    await wait(waiting('asleep', 60, { reachable: false, gatewayId: null }), waiting('awake', 10));
    await slots().release(holder._id);
    expect(await called()).toEqual(['awake']);
  });

  test.each(['PAUSED', 'CANCELED'] as const)('is passed over while its batch is %s, and called when it goes on', async (status) => {
    await store.collections.batches.updateOne({ _id: 'batch1' }, { $set: { status } });
    const holder = await full();
    await wait(...Array.from({ length: 20 }, (_, at) => waiting(`paused-${at}`, 60)), waiting('running', 10, { batchId: 'batch2' }));
    await slots().release(holder._id);
    expect(await called()).toEqual(['running']);
    await slots().release(waiting('running', 10, { batchId: 'batch2' })._id);
    await upgradeOf(waiting('running', 10, { batchId: 'batch2' }), { step: 'CHECK' }, { look: null });
    await store.collections.batches.updateOne({ _id: 'batch1' }, { $set: { status: 'RUNNING' } });
    advance(20_000);
    await slots().sweep();
    expect(await called()).toHaveLength(1);
  });

  test('is found behind many batches that are paused', async () => {
    const paused = Array.from({ length: 120 }, (_, at) => `a-paused-${at}`);
    await insertBatches(store, ...paused);
    await store.collections.batches.updateMany({ _id: { $in: paused } }, { $set: { status: 'PAUSED' } });
    const holder = await full();
    await insert(...paused.map((batchId) => waiting(`of-${batchId}`, 60, { batchId })));
    await wait(waiting('running', 10));
    await slots().release(holder._id);
    expect(await called()).toEqual(['running']);
  });

  test('and does not come is passed over after a minute, and called again when nobody else waits', async () => {
    const holder = await full();
    const [dead, other] = [waiting('dead', 60), waiting('other', 10)];
    await wait(dead, other);
    await slots().release(holder._id);
    expect(await take(other)).toBe(false);
    advance(61_000);
    await slots().sweep();
    expect(await called()).toEqual(['dead', 'other']);
    expect(await take(other)).toBe(true);
    await upgradeOf(other, { step: 'DOWNLOAD' }, { look: null });
    await store.collections.tasks.updateOne({ _id: dead._id }, { $set: { look: null } });
    await slots().release(other._id);
    expect(await called()).toEqual(['dead']);
  });

  test('and cannot come says so, and the next is called at once', async () => {
    const holder = await full();
    const [dead, other] = [waiting('dead', 60), waiting('other', 10)];
    await wait(dead, other);
    await slots().release(holder._id);
    await slots().release(dead._id);
    expect(await take(other)).toBe(true);
  });

  test('and was passed over waits where it did before once its device is heard', async () => {
    const holder = await full();
    const [back, other] = [waiting('back', 60), waiting('other', 10)];
    await wait(back, other);
    await slots().release(holder._id);
    advance(61_000);
    await slots().sweep();
    expect(await take(back)).toBe(false);
    await wait(waiting('third', 30));
    await slots().release(other._id);
    expect(await called()).toEqual(expect.arrayContaining(['back']));
    expect(await called()).not.toContain('third');
    expect(await take(back)).toBe(true);
  });

  test('is as many as there are free slots, and never more', async () => {
    const few = process({ slots: { '0': 1, '1': 1, '2': 3, CELL: 1 } }).slots;
    const held = ['a', 'b', 'c'].map((name) => aCellTask(name, { step: 'DOWNLOAD' })) as [Task, Task, Task];
    await insert(...held);
    for (const task of held) expect(await take(task, few)).toBe(true);
    const tasks = Array.from({ length: 6 }, (_, at) => waiting(`meter-${at}`, 60 - at));
    await insert(...tasks);
    for (const task of tasks) expect(await take(task, few)).toBe(false);
    await Promise.all(held.slice(0, 2).map(({ _id }) => few.release(_id)));
    expect(await called()).toEqual(['meter-0', 'meter-1']);
  });
});

describe('R-FLOW-4 what happens between the look at a cell and the write to it', () => {
  const BUSY = Object.assign(new Error('E11000'), { code: 11_000 });

  test('a slot that comes free is had by who has just come', async () => {
    const [holder, comer] = [aCellTask('holder'), aCellTask('comer')];
    await take(holder);
    await take(aCellTask('refused'));
    const beside = process();
    beside.beforeNextWrite(() => slots().release(holder._id));
    expect(await take(comer, beside.slots)).toBe(true);
  });

  test('a slot that is kept for another is not kept twice', async () => {
    const [holder, oldest, other] = [aCellTask('holder', { step: 'DOWNLOAD' }), waiting('oldest', 60), waiting('other', 10)];
    await insert(holder, other);
    await take(holder);
    expect(await take(other)).toBe(false);
    const beside = process();
    // Its first write gives the slot back, its second keeps it for who it has found.
    beside.beforeNextWrite(async () => {
      beside.beforeNextWrite(async () => {
        await insert(oldest);
        await slots().sweep();
        advance(1);
      });
    });
    advance(20_000);
    await beside.slots.release(holder._id);
    expect(await called()).toEqual(['oldest']);
    expect(await take(other)).toBe(false);
    expect(await take(oldest)).toBe(true);
  });

  test('the document of a cell that somebody else makes at the same time is the same', async () => {
    const beside = process();
    beside.beforeNextWrite(() => Promise.reject(BUSY));
    expect(await take(aCellTask('one'), beside.slots)).toBe(true);
    const always = (): Promise<never> => {
      beside.beforeNextWrite(always);
      return Promise.reject(BUSY);
    };
    beside.beforeNextWrite(always);
    await expect(take(aCellTask('two', { cell: '262-1-2' }), beside.slots)).rejects.toBe(BUSY);
  });

  test('who was refused during a sweep is not forgotten by it', async () => {
    const [holder, late] = [aCellTask('holder', { step: 'DOWNLOAD' }), waiting('late', 0)];
    await insert(holder);
    await take(holder);
    await take(aCellTask('gone'));
    advance(5 * MINUTE);
    const beside = process();
    beside.beforeNextWrite(() => take(late));
    await beside.slots.sweep();
    await insert(late);
    await slots().release(holder._id);
    expect(await called()).toEqual(['late']);
  });

  test('who was refused, and is not written yet as waiting, is not forgotten by a sweep', async () => {
    const [holder, late] = [aCellTask('holder', { step: 'DOWNLOAD' }), waiting('late', 0)];
    await insert(holder);
    await take(holder);
    expect(await take(late)).toBe(false);
    await slots().sweep();
    await insert(late);
    await slots().release(holder._id);
    expect(await called()).toEqual(['late']);
  });
});
