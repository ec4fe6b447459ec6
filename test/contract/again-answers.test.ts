import { UserError } from '../../core/errors';
import type { BatchCommand } from '../../core/ports';
import type { BatchStatus } from '../../schema/model/batch/batch';
import { BATCH_STATUSES } from '../../schema/model/batch/batch';
import { aBatch, aTask } from '../support/builders';
import { handClock, operator, refusal } from '../support/core-parts';
import { meters } from '../support/meters';
import { quietEngine } from '../support/quiet-engine';
import { useStore } from '../support/store';

/** As the workflow of a batch in this status answers. */
const TAKES: Record<string, readonly BatchStatus[]> = {
  pause: ['STARTING', 'RUNNING'],
  resume: ['PAUSED', 'HALTED'],
  cancel: ['SCHEDULED', 'STARTING', 'RUNNING', 'PAUSED', 'HALTED'],
  cancelTasks: ['SCHEDULED', 'STARTING', 'RUNNING', 'PAUSED', 'HALTED'],
};
const store = useStore();
const batches = () => store.collections.batches;
let sent: BatchCommand['kind'][] = [];
const engine = quietEngine({
  async commandBatch(_id, { kind }) {
    sent.push(kind);
    const { status } = (await batches().findOne({ _id })) ?? {};
    if (!status || !TAKES[kind]?.includes(status)) throw new UserError('BATCH_STATE', { message: `It is ${status}.`, hint: '' });
    const to = { pause: 'PAUSED', resume: 'RUNNING', cancel: 'CANCELED' }[kind as string] as BatchStatus | undefined;
    if (to) await batches().updateOne({ _id }, { $set: { status: to } });
    return { affected: kind === 'cancelTasks' ? 3 : 0 };
  },
});
const parts = async () => (await meters({ store, engine, clock: handClock() }, [])).core.batches;
const inStatus = async (status: BatchStatus) => {
  await batches().deleteMany({});
  await batches().insertOne(aBatch({ _id: 'batch1', status }));
  sent = [];
};

const FULFILLED: Record<'pause' | 'resume' | 'cancel', readonly BatchStatus[]> = {
  pause: ['PAUSED', 'HALTED'],
  resume: ['STARTING', 'RUNNING'],
  cancel: ['CANCELED'],
};

describe.each(['pause', 'resume', 'cancel'] as const)('R-BAT-24 R-BAT-18 %s', (wish) => {
  test.each(BATCH_STATUSES)('of a batch that is %s: done, done already, or refused where it cannot be', async (status) => {
    const core = await parts();
    await inStatus(status);
    const ask = () => core[wish](operator, 'batch1');
    if (FULFILLED[wish].includes(status)) {
      expect(await ask()).toMatchObject({ batch: { _id: 'batch1', status }, already: true });
      return;
    }
    if (!TAKES[wish]?.includes(status)) {
      expect(await refusal(ask())).toMatchObject([{ code: 'BATCH_STATE' }]);
      return;
    }
    expect(await ask()).toMatchObject({ batch: { _id: 'batch1' }, already: false });
    expect(await ask()).toMatchObject({ batch: { _id: 'batch1' }, already: true });
  });
});

test('R-BAT-18 whoever cancels a batch again is answered once every task of it has ended, and is told so where that takes long', async () => {
  const core = await parts();
  await inStatus('CANCELED');
  await store.collections.tasks.insertOne(aTask({ batchId: 'batch1' }));
  const asked = core.cancel(operator, 'batch1');
  await store.collections.tasks.updateMany({}, { $set: { active: false, status: 'CANCELED' } });
  expect(await asked).toMatchObject({ canceled: 0, already: true });
  expect(await core.cancel(operator, 'batch1', ['QUEUED'])).toMatchObject({ canceled: 0, already: true });
  expect(sent).toEqual([]);
});
