import { BatchProgressDocument, createUpdraftClient, TaskChangesDocument, TasksDocument, ViewerDocument } from '@updraft/client';
import { aTask } from '../../support/builders';
import { administrator } from '../../support/core-parts';
import { aBatch } from '../support/a-batch';
import { startTestApi, type TestApi } from '../support/test-api';
import { aLine, type Line, untilState } from './a-line';

let api: TestApi;
let line: Line;
beforeAll(async () => {
  api = await startTestApi();
  line = await aLine(api);
});
beforeEach(() => line.mend());
afterAll(async () => {
  await line.stop();
  await api.stop();
});

async function aBatchOf(count: number, productKey: string) {
  const batchId = await aBatch(api, productKey);
  const tasks = Array.from({ length: count }, (_, index) => aTask({ batchId, deviceName: `${productKey}-${index}` }));
  await api.store.collections.tasks.insertMany(tasks);
  return { batchId, ids: tasks.map(({ _id }) => _id) };
}
const fail = (_id: string) => api.store.collections.tasks.updateOne({ _id }, { $set: { status: 'FAILED' }, $inc: { revision: 1 } });

test('R-UI-6: what happens while the line is cut is told once it is back, each change once', async () => {
  const client = line.client();
  const { batchId, ids } = await aBatchOf(3, 'cutonce');
  const filter = { batchId };
  const followed = client.follow({
    load: () => client.query(TasksDocument, { filter }),
    subscription: TaskChangesDocument,
    variables: { filter },
  });
  expect((await followed.next()).value).toMatchObject({ kind: 'all', why: 'start', all: { tasks: { edges: { length: 3 } } } });
  expect(client.state.get()).toEqual({ status: 'live' });
  line.cut();
  await untilState(client, 'reconnecting');
  for (const id of ids) await fail(id);
  line.mend();
  const seen: string[] = [];
  while (seen.length < 3) {
    const { value } = await followed.next();
    if (value?.kind === 'event' && value.event.taskChanges.__typename === 'TaskChange') seen.push(value.event.taskChanges.task.id);
  }
  expect(seen.sort()).toEqual([...ids].sort());
  expect(client.state.get()).toEqual({ status: 'live' });
  await followed.return();
});

test('R-UI-6: where the log does not reach back, all is queried again', async () => {
  const client = line.client();
  const { batchId, ids } = await aBatchOf(2, 'cutlong');
  const filter = { batchId };
  const followed = client.follow({
    load: () => client.query(TasksDocument, { filter }),
    subscription: TaskChangesDocument,
    // Of no log: as one that is too old.
    variables: { filter, after: 'yesterday' },
  });
  expect((await followed.next()).value).toMatchObject({ kind: 'all', why: 'start' });
  await fail(ids[0] ?? '');
  expect((await followed.next()).value).toMatchObject({ kind: 'event' });
  await followed.return();
});

test('R-UI-6: other clients take the transport: a batch that is there is followed, one that is not is an error', async () => {
  const client = line.client();
  const { batchId } = await aBatchOf(1, 'forward');
  const told: unknown[] = [];
  const two = new Promise<void>((resolve, reject) => {
    const { unsubscribe } = client.forwardSubscription({ query: BatchProgressDocument as never, variables: { batchId } }).subscribe({
      next(result) {
        told.push(result.data.batchProgress);
        if (told.length < 2) return;
        unsubscribe();
        resolve();
      },
      error: reject,
      complete: reject,
    });
  });
  await two;
  expect(told).toMatchObject([{ __typename: 'Resync' }, { __typename: 'BatchProgress', batch: { id: batchId } }]);
  const wrong = await client
    .subscribe(BatchProgressDocument, { batchId: 'nope' })
    .next()
    .catch((error: unknown) => error);
  expect(wrong).toMatchObject({ name: 'UpdraftError', reason: 'errors', problems: [{ code: 'NOT_FOUND' }] });
});

test('R-UI-6: a key that is revoked while the line is open ends what it follows, and is not tried again', async () => {
  const { key, apiKey } = await api.core.access.createKey(administrator, { name: 'short-lived', role: 'VIEWER' });
  const client = line.client({ credentials: { apiKey: key } });
  const events = client.subscribe(TaskChangesDocument);
  await events.next();
  const ended = events.next().catch((error: unknown) => error);
  await api.core.access.revokeKey(administrator, apiKey._id);
  expect(await ended).toMatchObject({ reason: 'not-signed-in' });
  expect(client.state.get()).toEqual({ status: 'signed-out' });
  expect(await client.query('{ viewer { name } }')).toMatchObject({ reason: 'not-signed-in', status: 401 });
});

test('R-UI-6: more requests than the API takes at a time are answered all the same, each in its turn', async () => {
  let standsAt: number | null = null;
  const now = () => standsAt ?? performance.now();
  const slow = await startTestApi({ rates: { key: 3, person: 3, appUser: 3, burstSeconds: 1 }, now });
  const { key } = await slow.core.access.createKey(administrator, { name: 'eager', role: 'VIEWER' });
  const client = createUpdraftClient({ url: slow.url, credentials: { apiKey: key }, tries: 20 });
  const answers = await Promise.all(Array.from({ length: 7 }, () => client.query(ViewerDocument)));
  expect(answers.map(({ ok }) => ok)).toEqual(Array(7).fill(true));
  // However long these take, nothing is added to what may be asked meanwhile.
  standsAt = performance.now();
  const impatient = createUpdraftClient({ url: slow.url, credentials: { apiKey: key }, tries: 1 });
  const refused = (await Promise.all(Array.from({ length: 9 }, () => impatient.query(ViewerDocument)))).find(({ ok }) => !ok);
  expect(refused).toMatchObject({ reason: 'busy', status: 429, retryAfterMs: 1_000, problems: [{ code: 'RATE_LIMITED' }] });
  await Promise.all([client.close(), impatient.close(), slow.stop()]);
});
