import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import type { Task } from '../../schema/model/task/task';
import { type Balancer, startBalancer } from '../support/balancer';
import { aTask } from '../support/builders';
import { administrator } from '../support/core-parts';
import { aBatch } from './support/a-batch';
import { pageProgram } from './support/page-program';
import { startTestApi, type TestApi } from './support/test-api';

let api: TestApi;
let line: Balancer;
const children: ChildProcess[] = [];
beforeAll(async () => {
  api = await startTestApi();
  // Two places, one of which nobody serves: that is where connections are led while the line is cut.
  line = await startBalancer([api.url, 'http://127.0.0.1:1']);
});
beforeEach(() => mend());
afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
});
afterAll(async () => {
  await line.stop();
  await api.stop();
});

function cut(): void {
  line.avoid(1, false);
  line.avoid(0);
}
function mend(): void {
  line.avoid(0, false);
  line.avoid(1);
}

const root = join(__dirname, '../..');

/** An example that follows a batch: the latest status it has printed of each device. It has ended once all that it wrote is read. */
function following(file: string, batchId: string, key = api.keys.viewer) {
  const program =
    file === 'docs/api.md'
      ? ['--input-type=module', '--eval', pageProgram(line.url.replace('mqtt', 'ws')), '--']
      : [join(root, 'docs/examples', file)];
  const child = spawn(process.execPath, [...program, batchId], {
    cwd: root,
    env: { PATH: process.env.PATH, KEY: key, URL: line.url.replace('mqtt', 'http') },
  });
  children.push(child);
  const seen = new Map<string, string>();
  const said: string[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const look of waiting) look();
  };
  createInterface({ input: child.stdout }).on('line', (text) => {
    const [deviceName = '', status = ''] = text.split(' ');
    seen.set(deviceName, status);
    wake();
  });
  createInterface({ input: child.stderr }).on('line', (text) => {
    said.push(text);
    wake();
  });
  const until = (holds: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (!holds()) return;
        waiting.delete(look);
        resolve();
      };
      child.once('close', () => reject(new Error(`${file} has ended: ${said.join('\n')}`)));
      waiting.add(look);
      look();
    });
  const withStatus = (status: string): number => [...seen.values()].filter((one) => one === status).length;
  return { child, said, until, withStatus, ended: once(child, 'close') };
}

async function tasksOf(batchId: string, count: number): Promise<void> {
  const tasks = Array.from({ length: count }, (_, index) => aTask({ batchId, deviceName: `${batchId}-${index}` }));
  await api.store.collections.tasks.insertMany(tasks);
}
const become = (batchId: string, status: Task['status']) =>
  api.store.collections.tasks.updateMany({ batchId }, { $set: { status }, $inc: { revision: 1 } });

const nameFor = (file: string, what: string | number): string => `${file.replace(/\W/g, '')}${what}`;

const FILES = ['follow-tasks.mjs', 'follow-tasks-apollo.mjs'];
/** As many as can be caught up with, and more: then the subscriber is told to query. */
const SIZES = [200, 1_100];

test.each(FILES.flatMap((file) => SIZES.map((size) => [file, size] as const)))(
  'R-UI-1 %s sees the last change of each of %d tasks, though the line was cut while they changed',
  async (file, size) => {
    const batchId = await aBatch(api, nameFor(file, size));
    await tasksOf(batchId, size);
    const { until, withStatus, said } = following(file, batchId);
    await until(() => withStatus('QUEUED') === size);
    await become(batchId, 'NOTIFIED');
    await until(() => withStatus('NOTIFIED') > 0);
    cut();
    await become(batchId, 'IN_PROGRESS');
    await until(() => said.some((text) => text.includes('No connection')));
    await become(batchId, 'SUCCEEDED');
    mend();
    await until(() => withStatus('SUCCEEDED') === size);
    // And it is live again.
    await become(batchId, 'FAILED');
    await until(() => withStatus('FAILED') === size);
  },
);

test.each(FILES)('R-UI-1 %s is cut before it has seen anything, and misses nothing all the same', async (file) => {
  const batchId = await aBatch(api, nameFor(file, 'early'));
  cut();
  const { until, withStatus, said } = following(file, batchId);
  await until(() => said.length > 0);
  await tasksOf(batchId, 3);
  mend();
  await until(() => withStatus('QUEUED') === 3);
});

test.each([...FILES, 'watch-batch.mjs'])('R-UI-1 %s says that a key is wrong, once and at once', async (file) => {
  const { ended, said } = following(file, 'any', 'updraft_0000');
  expect(await ended).toEqual([1, null]);
  expect(said).toEqual([expect.stringContaining('refuses the key')]);
});

test('R-UI-1 the program of docs/api.md goes on behind a cut in which attempts to come back fail', async () => {
  const batchId = await aBatch(api, 'page');
  await tasksOf(batchId, 3);
  const { child, until, withStatus } = following('docs/api.md', batchId);
  await until(() => withStatus('QUEUED') === 3);
  const before = line.led[1] ?? 0;
  cut();
  await become(batchId, 'SUCCEEDED');
  while (child.exitCode === null && (line.led[1] ?? 0) < before + 2) await new Promise((resolve) => setTimeout(resolve, 50));
  mend();
  expect(child.exitCode).toBeNull();
  await until(() => withStatus('SUCCEEDED') === 3);
});

test('R-UI-1 the program of docs/api.md ends when its key is refused', async () => {
  expect(await following('docs/api.md', 'any', 'updraft_0000').ended).toEqual([1, null]);
});

test('R-UI-1 the program of docs/api.md ends with the error when there is no such batch', async () => {
  const { ended, said } = following('docs/api.md', 'nope');
  expect(await ended).toEqual([1, null]);
  expect(said.join()).toContain('There is no batch with this id.');
});

test.each([...FILES, 'watch-batch.mjs'])('R-UI-1 %s says that there is no such batch, and ends', async (file) => {
  const { ended, said } = following(file, 'nope');
  expect(await ended).toEqual([1, null]);
  expect(said).toEqual([expect.stringContaining('There is no batch with this id.')]);
});

test.each(FILES)('R-SAFE-2 %s ends when its key is revoked', async (file) => {
  const { key, apiKey } = await api.core.access.createKey(administrator, { name: 'short-lived', role: 'VIEWER' });
  const batchId = await aBatch(api, nameFor(file, 'revoked'));
  await tasksOf(batchId, 1);
  const { ended, said, until, withStatus } = following(file, batchId, key);
  await until(() => withStatus('QUEUED') === 1);
  await api.core.access.revokeKey(administrator, apiKey._id);
  await ended;
  expect(said.at(-1)).toContain('refuses the key');
});

test('R-BAT-1 watch-batch.mjs counts unconfirmed tasks, and ends with the batch, not with its tasks', async () => {
  const batchId = await aBatchToConfirm('recipes');
  const child = spawn(process.execPath, [join(__dirname, '../../docs/examples/watch-batch.mjs'), batchId], {
    env: { PATH: process.env.PATH, KEY: api.keys.viewer, URL: api.url },
  });
  children.push(child);
  const [lines, ended] = [[] as string[], once(child, 'close')];
  createInterface({ input: child.stdout }).on('line', (text) => lines.push(text));
  const told = async (counts: string) => {
    while (!lines.some((line) => line.includes(counts))) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await told('"unconfirmed":1');
  await api.store.collections.tasks.updateMany({ batchId }, { $set: { status: 'CANCELED' }, $inc: { revision: 1 } });
  await told('"canceled":1');
  expect(child.exitCode).toBeNull();
  await api.store.collections.batches.updateOne({ _id: batchId }, { $set: { status: 'FINISHED' } });
  expect(await ended).toEqual([0, null]);
  expect(lines.at(-1)).toMatch(/^FINISHED /);
});

test('R-UI-1 progress of a batch brings a normalised cache up to date', async () => {
  const id = await aBatchToConfirm('cached');
  const FIGURES = 'id status counts { total unconfirmed succeeded } rate { asked reached }';
  const subscriptions = new GraphQLWsLink(api.socket());
  const headers = { authorization: `Bearer ${api.keys.viewer}` };
  const client = new ApolloClient({
    cache: new InMemoryCache(),
    link: ApolloLink.split(
      ({ operationType }) => operationType === 'subscription',
      subscriptions,
      new HttpLink({ uri: api.graphqlUrl, headers }),
    ),
  });
  const shown: unknown[] = [];
  const wake = new Set<() => void>();
  const query = client.watchQuery<{ batch: { counts: object } }>({
    query: gql`query ($id: ID!) { batch(id: $id) { ${FIGURES} } }`,
    variables: { id },
  });
  const until = (counts: object): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (shown.some((one) => JSON.stringify(one) === JSON.stringify(counts))) resolve();
      };
      wake.add(look);
      look();
    });
  const watching = query.subscribe(({ data }) => {
    const { __typename: _, ...counts } = (data?.batch?.counts ?? {}) as Record<string, unknown>;
    shown.push(counts);
    for (const look of wake) look();
  });
  await until({ total: 1, unconfirmed: 1, succeeded: 0 });
  const following = client
    .subscribe({
      query: gql`subscription ($id: ID!) { batchProgress(batchId: $id) { ... on BatchProgress { id batch { ${FIGURES} } } } }`,
      variables: { id },
    })
    .subscribe(() => undefined);
  await become(id, 'SUCCEEDED');
  await until({ total: 1, unconfirmed: 0, succeeded: 1 });
  following.unsubscribe();
  watching.unsubscribe();
  client.stop();
});

async function aBatchToConfirm(productKey: string): Promise<string> {
  const batchId = await aBatch(api, productKey);
  await api.store.collections.tasks.insertOne(aTask({ batchId, productKey, deviceName: 'meter-1', status: 'UNCONFIRMED' }));
  return batchId;
}
