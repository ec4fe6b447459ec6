import { createDeviceQueues, QUEUE_SETTINGS, type QueueJob } from '../../gateways/device-queues';
import { createGatewayMetrics } from '../../gateways/metrics';

const SETTINGS = { ...QUEUE_SETTINGS, retryForMs: 30, retryMinMs: 1, retryMaxMs: 5, tryForMs: 20 };

async function queues() {
  const done: string[] = [];
  const lost: string[] = [];
  let changed = () => {};
  const job = (name: string, run: () => Promise<void> = async () => {}): QueueJob => ({
    kind: 'report',
    expendable: false,
    async run() {
      await run();
      done.push(name);
      changed();
    },
    lost(error) {
      lost.push(`${name}: ${error instanceof Error ? error.message : ''}`);
      changed();
    },
  });
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise<void>((resolve) => (changed = resolve));
  };
  return { done, lost, job, until, queues: await createDeviceQueues({ metrics: createGatewayMetrics(), settings: SETTINGS }) };
}

test('R-FLOW-1 work that core refuses for too long is given up, and what waits behind it goes on', async () => {
  const { queues: work, job, done, lost, until } = await queues();
  work.push(
    'a',
    job('first', () => Promise.reject(new Error('no database'))),
  );
  work.push('a', job('second'));
  await until(() => done.length === 1);
  expect(lost).toEqual(['first: no database']);
  expect(done).toEqual(['second']);
});

test('R-FLOW-1 a call to core that never answers counts as refused', async () => {
  const { queues: work, job, done, lost, until } = await queues();
  work.push(
    'a',
    job('first', () => new Promise(() => undefined)),
  );
  work.push('a', job('second'));
  await until(() => done.length === 1);
  expect(lost).toEqual(['first: No answer within 20 ms']);
});

test('a job that says how long a try of it may take has that time, and the one behind it the time of the queues', async () => {
  const { queues: work, job, done, lost, until } = await queues();
  const never = () => new Promise<void>(() => undefined);
  work.push('a', { ...job('long', never), tryForMs: 40 });
  work.push('a', job('short', never));
  work.push('a', job('last'));
  await until(() => done.length === 1);
  expect(lost).toEqual(['long: No answer within 40 ms', 'short: No answer within 20 ms']);
});

test('R-FLOW-1 of percentages that wait for their turn only the latest is handed over; anything else in between keeps its place', async () => {
  const { queues: work, job, done, until } = await queues();
  const percent = (name: string): QueueJob => ({ ...job(name), expendable: true, supersedes: 'progress default' });
  let release = () => {};
  work.push('a', { ...percent('0 %'), run: () => new Promise((resolve) => (release = resolve)) });
  for (const name of ['10 %', '20 %', '30 %']) work.push('a', percent(name));
  work.push('a', job('version'));
  for (const name of ['40 %', '50 %']) work.push('a', percent(name));
  release();
  await until(() => done.length === 3);
  expect(done).toEqual(['30 %', 'version', '50 %']);
});

test('R-FLOW-1 the last percentage takes the place of those before it, and none after it takes its place', async () => {
  const { queues: work, job, done, until } = await queues();
  const percent = (name: string): QueueJob => ({ ...job(name), expendable: name !== '100 %', supersedes: 'progress default' });
  let release = () => {};
  work.push('a', { ...percent('0 %'), run: () => new Promise((resolve) => (release = resolve)) });
  for (const name of ['50 %', '100 %', '10 %']) work.push('a', percent(name));
  release();
  await until(() => done.length === 2);
  expect(done).toEqual(['100 %', '10 %']);
});

test("R-FLOW-1 one device's trouble does not hold up another", async () => {
  const { queues: work, job, done, until } = await queues();
  let release = () => {};
  work.push(
    'a',
    job('slow', () => new Promise((resolve) => (release = resolve))),
  );
  work.push('b', job('quick'));
  await until(() => done.length === 1);
  expect(done).toEqual(['quick']);
  release();
  await until(() => done.length === 2);
  expect(done).toEqual(['quick', 'slow']);
});

test('R-FLOW-1 stopping lets work end, gives up what hangs, and takes nothing new', async () => {
  const { queues: work, job, done, lost } = await queues();
  work.push(
    'a',
    job('runs', () => Promise.resolve()),
  );
  work.push(
    'b',
    job('fails', () => Promise.reject(new Error('no database'))),
  );
  work.push('b', job('waits'));
  await work.stop(1);
  work.push('c', job('late'));
  expect(done).toEqual(['runs']);
  expect(lost.map((each) => each.split(':')[0]).sort()).toEqual(['fails', 'waits']);
});

test('R-FLOW-1 who fills the queues is told when there is room again', async () => {
  const { queues: work, job, done } = await queues();
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  expect(work.room(2)).toBeNull();
  work.push(
    'a',
    job('first', () => held),
  );
  expect(work.room(2)).toBeNull();
  work.push(
    'b',
    job('second', () => held),
  );
  const room = work.room(2);
  expect(room).toBeInstanceOf(Promise);
  release();
  await room;
  expect(done.length).toBeGreaterThan(0);
  expect(work.room(2)).toBeNull();
});
