import pino from 'pino';
import { createSampledLog } from '../../core/sampled-log';
import { createTokenBuckets } from '../../core/token-bucket';
import type { DeviceQueues, QueueJob } from '../../gateways/device-queues';
import { createGatewayMetrics } from '../../gateways/metrics';
import type { Session } from '../../gateways/mqtt/embedded/session';
import { createFamilies } from '../../gateways/mqtt/families';

/** Queues whose one job runs when the test says so. */
function handQueues() {
  const jobs: QueueJob[] = [];
  const queues = { push: (_deviceId: string, job: QueueJob) => void jobs.push(job) } as unknown as DeviceQueues;
  return { queues, jobs, run: async () => jobs.shift()?.run() };
}

function world(children: string[]) {
  let now = 0;
  let lookups = 0;
  const { queues, jobs, run } = handQueues();
  const devices = {
    childrenOf: async () => {
      lookups += 1;
      return children.map((deviceId) => ({ deviceId, proof: { registration: null, parentId: 'pk01.hub-1', binding: null } }));
    },
  };
  const deps = { devices, queues, metrics: createGatewayMetrics(), sampled: createSampledLog(pino({ level: 'silent' })) };
  const families = createFamilies(deps, () => now);
  const session = { deviceId: 'pk01.hub-1', children: 0, closed: false } as Session;
  return {
    ...{ families, session, jobs, run },
    lookups: () => lookups,
    pass: (ms: number) => {
      now += ms;
    },
    nameOf: async (deviceId: string) => (await families.childOf(session, deviceId))?.deviceName ?? null,
  };
}

test('R-FLOW-1 R-FLOW-2 the store is asked once for all messages of two seconds; who was taken away is refused then', async () => {
  const children = ['pk01.a.b', 'pk02.c'];
  const { families, session, nameOf, run, lookups, pass } = world(children);
  const waiting = [nameOf('pk01.a.b'), nameOf('pk01.x'), nameOf('pk02.c')];
  await run();
  expect(await Promise.all(waiting)).toEqual(['a.b', null, 'c']);
  expect(session.children).toBe(2);
  children.shift();
  pass(1_999);
  for (let count = 0; count < 100; count += 1) expect(families.childOf(session, 'pk01.a.b')).toMatchObject({ productKey: 'pk01' });
  expect(lookups()).toBe(1);
  pass(2);
  const after = [nameOf('pk01.a.b'), nameOf('pk02.c')];
  await run();
  expect(await Promise.all(after)).toEqual([null, 'c']);
  expect(lookups()).toBe(2);
});

test('R-FLOW-1 R-FLOW-2 a child stays the same peer, and one that was just spoken to is looked up at its answer', async () => {
  const children = ['pk01.a'];
  const { families, session, nameOf, run, pass } = world(children);
  const first = families.childOf(session, 'pk01.a');
  await run();
  pass(3_000);
  const again = families.childOf(session, 'pk01.a');
  await run();
  expect(await again).toBe(await first);
  expect(families.identityOf(session, 'pk01.a')).toBe(await first);
  children.push('pk01.b');
  expect(families.identityOf(session, 'pk01.b')).toMatchObject({ deviceName: 'b', parent: session });
  const answered = nameOf('pk01.b');
  await run();
  expect(await answered).toBe('b');
});

test('R-FLOW-1 R-FLOW-2 as many messages wait as a queue holds, and one for each child', async () => {
  const { families, session, jobs, run } = world(['pk01.a']);
  session.children = 1;
  const answers = Array.from({ length: 66 }, async () => families.childOf(session, 'pk01.a'));
  expect(jobs).toHaveLength(1);
  await run();
  const settled = await Promise.allSettled(answers);
  expect(settled.map(({ status }) => status)).toEqual([...Array(65).fill('fulfilled'), 'rejected']);
});

test('R-FLOW-1 what a connection may send grows with each of its children', () => {
  let now = 0;
  const { take: allows } = createTokenBuckets<object>({ perSecond: 1, burst: 2, more: { perSecond: 1, burst: 4 } }, () => now);
  const many = (key: object, units?: number) => Array.from({ length: 100 }, () => allows(key, units)).filter(Boolean).length;
  const [plain, parent] = [{}, {}];
  expect([many(plain), many(parent, 10)]).toEqual([2, 42]);
  now += 1_000;
  expect([many(plain), many(parent, 10)]).toEqual([1, 11]);
});
