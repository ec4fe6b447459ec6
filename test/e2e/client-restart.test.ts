import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createUpdraftClient, TaskChangesDocument, TasksDocument } from '@updraft/client';
import WebSocket from 'ws';
import { deviceIdOf } from '../../schema/model/ids';
import { connectStore, type Store } from '../../schema/mongo/connect';
import { freePort } from '../../server/embedded/free-port';
import { signIn } from '../console/support/console';
import { aBatch, aPackage, aTask } from '../support/builders';
import { describeWithChromium, startChromium } from '../support/chromium';
import { testEnvironment } from '../support/updraft';

const MAIN = join(__dirname, '../../dist/server/main.js');
const environment = testEnvironment({ UPDRAFT_ROLES: 'api' });
let port: number;
let store: Store;
let server: ChildProcess;
let said = '';

beforeAll(async () => {
  if (!existsSync(MAIN)) throw new Error('dist/server/main.js is not there: run `npm run build` first.');
  port = await freePort();
  store = await connectStore(environment.MONGODB_URI ?? '', { dbName: new URL(environment.MONGODB_URI ?? '').pathname.slice(1) });
  server = start();
  while (firstKey() === '') await pause();
});

afterAll(async () => {
  await end('SIGKILL');
  await store.connection.dropDatabase();
  await store.close();
  rmSync(environment.UPDRAFT_DATA_DIR ?? '', { recursive: true, force: true });
});

function start(): ChildProcess {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, ...environment, UPDRAFT_HTTP_PORT: String(port) };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  child.stdout?.on('data', (text) => {
    said += text;
  });
  return child;
}

async function end(signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = once(server, 'exit');
  server.kill(signal);
  await gone;
}

const firstKey = (): string => /shown this once:\s+(\S+)/.exec(said)?.[1] ?? '';
const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

test('R-UI-6: a server that is killed, and one that is stopped, are followed on once they are back, and nothing is lost', async () => {
  const client = createUpdraftClient({ url: `http://127.0.0.1:${port}`, credentials: { apiKey: firstKey() }, WebSocket });
  const task = aTask({ productKey: 'meter', deviceName: 'restart' });
  const filter = { deviceId: deviceIdOf('meter', 'restart') };
  const load = () => client.list(TasksDocument, { filter }, ({ tasks }) => tasks);
  const followed = client.follow({ load, subscription: TaskChangesDocument, variables: { filter } });
  let seen: { progress: number | null } | undefined;
  const until = async (progress: number): Promise<void> => {
    while (seen?.progress !== progress) {
      const { value: step, done } = await followed.next();
      if (done) throw new Error('What is followed has ended.');
      if (step.kind === 'all') seen = step.all[0];
      else if (step.event.taskChanges.__typename === 'TaskChange') seen = step.event.taskChanges.task;
    }
  };
  const report = (progress: number) =>
    store.collections.tasks.updateOne({ _id: task._id }, { $set: { status: 'IN_PROGRESS', progress }, $inc: { revision: 1 } });

  expect((await followed.next()).value).toEqual({ kind: 'all', why: 'start', all: [] });
  await store.collections.tasks.insertOne(task);
  await report(10);
  await until(10);
  for (const [signal, progress] of [
    ['SIGKILL', 20],
    ['SIGTERM', 30],
  ] as const) {
    await end(signal);
    expect(client.state.get().status).not.toBe('signed-out');
    await report(progress);
    server = start();
    await until(progress);
    expect(client.state.get()).toEqual({ status: 'live' });
  }
  await client.close();
  expect(await followed.next()).toEqual({ done: true, value: undefined });
});

describeWithChromium('R-UI-3, a page that is open while its server is killed')('a page of the console', () => {
  test('R-UI-3: it stands while its server is killed and starts again, and has what happened meanwhile without a reload', async () => {
    const browser = await startChromium();
    const context = await browser.newContext({ locale: 'en-GB' });
    context.setDefaultTimeout(300_000);
    const url = `http://127.0.0.1:${port}`;
    await signIn(context, url, firstKey());
    const page = await context.newPage();
    const task = aTask({ productKey: 'meter', deviceName: 'console', status: 'IN_PROGRESS', progress: 10 });
    await store.collections.batches.insertOne(aBatch({ productKey: 'meter' }));
    await store.collections.packages.insertOne(aPackage({ productKey: 'meter' }));
    await store.collections.tasks.insertOne(task);
    await page.goto(`${url}/tasks/${encodeURIComponent(task._id)}`);
    await page.getByText('in progress', { exact: true }).first().waitFor();
    await page.locator('[data-live=live]').waitFor();
    await page.evaluate("document.querySelector('h1').dataset.mark = 'same page'");
    await end('SIGKILL');
    await page.locator('[data-live=reconnecting], [data-live=stale]').waitFor();
    await store.collections.tasks.updateOne({ _id: task._id }, { $set: { status: 'SUCCEEDED', active: false }, $inc: { revision: 1 } });
    server = start();
    await page.getByText('succeeded', { exact: true }).first().waitFor();
    await page.locator('[data-live=live]').waitFor();
    expect(await page.evaluate("document.querySelector('h1').dataset.mark")).toBe('same page');
    await browser.close();
  });
});
