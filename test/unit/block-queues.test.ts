import fc from 'fast-check';
import { createAccounts } from '../../core/accounts';
import type { BlockAnswer } from '../../core/downloads/contract';
import { createGatewayMetrics } from '../../gateways/metrics';
import type { DownMessage, Peer } from '../../gateways/mqtt/dialect';
import { createBlockPace } from '../../gateways/mqtt/link/block-pace';
import { createBlockQueues, type QueueClock, type QueueLimits } from '../../gateways/mqtt/link/block-queues';
import { createBlockService } from '../../gateways/mqtt/link/block-service';

/** Time that passes only when `pass` says so, or all at once to the next pause that ends. */
function virtualClock() {
  let at = 0;
  let pauses: { until: number; resolve: () => void }[] = [];
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const clock: QueueClock = {
    now: () => at,
    pause: (ms) => new Promise<void>((resolve) => pauses.push({ until: at + ms, resolve })),
  };
  return {
    clock,
    settle,
    now: () => at,
    pausing: () => pauses.length,
    async next(): Promise<boolean> {
      await settle();
      const until = Math.min(...pauses.map((each) => each.until));
      if (pauses.length === 0) return false;
      at = until;
      const due = pauses.filter((each) => each.until <= at);
      pauses = pauses.filter((each) => each.until > at);
      for (const { resolve } of due) resolve();
      await settle();
      return true;
    },
  };
}

const SETTINGS: QueueLimits = { perSecond: 20, open: 20, openInAll: 100_000, atOnce: 1_024 };
let devices = 0;
const peerOf = (deviceId = `meters.meter-${++devices}`): Peer => ({ closed: false, deviceId }) as Peer;

test('R-DL-3 no second, however it is cut out, has more than 20 turns, and none waits longer than it has to', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }), (pauses) => {
      let now = 0;
      const untilTurn = createBlockPace(20, () => now);
      const turns: number[] = [];
      for (const pause of pauses) {
        now += pause;
        turns.push(now + untilTurn());
      }
      const isOrdered = turns.every((turn, index) => index === 0 || turn >= (turns[index - 1] ?? 0));
      const isPaced = turns.every((turn, index) => index < 20 || turn - (turns[index - 20] ?? 0) >= 1_000);
      return isOrdered && isPaced;
    }),
  );
});

test('R-DL-3 1 MB in blocks of 10 KB to a device with one open request takes what 20 blocks a second take', async () => {
  const { clock, next, now, settle } = virtualClock();
  const enqueue = createBlockQueues(SETTINGS, createAccounts(100_000), clock);
  const peer = peerOf();
  const blocks = Math.ceil((1024 * 1024) / 10_240);
  let answered = 0;
  const ask = (): void => {
    expect(
      enqueue(peer, async () => {
        answered += 1;
        if (answered < blocks) setImmediate(ask);
      }),
    ).toBe('taken');
  };
  ask();
  while (answered < blocks) {
    await settle();
    await next();
  }
  expect(answered).toBe(blocks);
  expect(now()).toBe(Math.floor((blocks - 1) / 20) * 1_000);
});

test('R-DL-3 answers come in the order of the requests, and only what is beyond 20 open ones is dropped', async () => {
  const { clock, next, now } = virtualClock();
  const enqueue = createBlockQueues(SETTINGS, createAccounts(100_000), clock);
  const peer = peerOf();
  const order: [number, number][] = [];
  const ask = (n: number) => enqueue(peer, async () => void order.push([n, now()]));
  const taken = Array.from({ length: 25 }, (_, n) => ask(n));
  expect(taken).toEqual([...Array(20).fill('taken'), ...Array(5).fill('device_full')]);
  await next();
  expect(order.map(([n]) => n)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  for (let n = 100; n < 110; n += 1) expect(ask(n)).toBe('taken');
  while (await next());
  expect(order.slice(20)).toEqual(Array.from({ length: 10 }, (_, n) => [100 + n, 1_000]));
});

test('R-DL-3 a device that keeps 20 requests open, one more on each answer, loses none', async () => {
  const { clock, next } = virtualClock();
  const enqueue = createBlockQueues(SETTINGS, createAccounts(100_000), clock);
  const peer = peerOf();
  const taken: string[] = [];
  const ask = (): void => {
    const answer = async (given: () => void): Promise<void> => {
      given();
      // The device has the answer before whoever sent it knows that it has left.
      if (taken.length < 200) ask();
      await Promise.resolve();
    };
    taken.push(enqueue(peer, answer));
  };
  for (let n = 0; n < 20; n += 1) ask();
  while (await next());
  expect(taken).toEqual(Array(200).fill('taken'));
});

test('R-DL-3 a slow read of one device holds up its own queue and nobody else', async () => {
  const { clock, settle } = virtualClock();
  const enqueue = createBlockQueues(SETTINGS, createAccounts(100_000), clock);
  const [slow, quick] = [peerOf(), peerOf()];
  const order: string[] = [];
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  enqueue(slow, () => held.then(() => void order.push('slow 1')));
  enqueue(slow, async () => void order.push('slow 2'));
  enqueue(quick, async () => void order.push('quick'));
  await settle();
  expect(order).toEqual(['quick']);
  release();
  await settle();
  expect(order).toEqual(['quick', 'slow 1', 'slow 2']);
});

test('R-DL-3 a device that has gone frees what waits for it, and what is open of all is bounded', async () => {
  const { clock, next, settle } = virtualClock();
  const enqueue = createBlockQueues({ ...SETTINGS, openInAll: 30 }, createAccounts(100_000), clock);
  const gone = { ...peerOf() } as { closed: boolean };
  let answered = 0;
  const count = async () => {
    answered += 1;
  };
  const ask = (peer: Peer) => enqueue(peer, count);
  for (let n = 0; n < 20; n += 1) ask(gone as Peer);
  await settle();
  for (let n = 0; n < 20; n += 1) ask(gone as Peer);
  expect(Array.from({ length: 11 }, () => ask(peerOf())).filter((each) => each === 'full')).toHaveLength(1);
  gone.closed = true;
  while (await next());
  expect(answered).toBe(20 + 10);
  expect(Array.from({ length: 30 }, () => ask(peerOf())).filter((each) => each === 'taken')).toHaveLength(30);
});

test('R-SAFE-3 a device that connects again has the turns it had left, and what its connection before had asked takes none', async () => {
  const { clock, next, now } = virtualClock();
  const enqueue = createBlockQueues(SETTINGS, createAccounts(10), clock);
  const order: [string, number][] = [];
  const connect = () => peerOf('meters.again') as { closed: boolean } & Peer;
  const ask = (peer: Peer, name: string) => enqueue(peer, async () => void order.push([name, now()]));
  const first = connect() as { closed: boolean } & Peer;
  for (let n = 0; n < 20; n += 1) ask(first, 'first');
  while (await next());
  for (let n = 0; n < 20; n += 1) ask(first, 'gone');
  (first as { closed: boolean }).closed = true;
  const second = connect();
  expect(Array.from({ length: 20 }, () => ask(second, 'second')).filter((each) => each === 'taken').length).toBeGreaterThanOrEqual(19);
  while (await next());
  expect(order.filter(([name, at]) => name === 'second' && at < 1_000)).toEqual([]);
  expect(order.some(([name]) => name === 'gone')).toBe(false);
});

test('R-DL-3 twenty thousand devices with an open request each are all answered', async () => {
  const { clock, next } = virtualClock();
  const enqueue = createBlockQueues(SETTINGS, createAccounts(100_000), clock);
  let answered = 0;
  const count = async () => {
    answered += 1;
  };
  expect(new Set(Array.from({ length: 20_000 }, () => enqueue(peerOf(), count)))).toEqual(new Set(['taken']));
  while (await next());
  while (answered < 20_000) await next();
  expect(answered).toBe(20_000);
});

describe('R-DL-3 the answers of the service', () => {
  const sent: DownMessage[] = [];
  const peer = { ...peerOf(), send: async (message: DownMessage) => sent.push(message) > 0 } as unknown as Peer;
  beforeEach(() => sent.splice(0));

  const service = (block: () => Promise<BlockAnswer>) =>
    createBlockService({
      downloads: { block },
      metrics: createGatewayMetrics(),
      quotas: { openRequests: 20 },
      sampled: { warn: () => undefined, error: () => undefined },
      accountOf: createAccounts(100),
    });
  const request = { streamId: 1, fileId: 1, offset: 0, size: 1 };
  const asked = async (block: () => Promise<BlockAnswer>, what: typeof request | { wrong: string } = request) => {
    service(block)(peer, what, (answer) => ({ topic: answer.kind, payload: '' }));
    await new Promise<void>((resolve) => setImmediate(resolve));
    return sent.map(({ topic }) => topic);
  };

  test.each<[string, BlockAnswer]>([
    ['unknown', { kind: 'unknown' }],
    ['beyond', { kind: 'beyond', fileLength: 1 }],
    ['block', { kind: 'block', fileLength: 1, bytes: Buffer.alloc(1) }],
  ])('R-DL-3 %s is said', async (kind, answer) => {
    expect(await asked(async () => answer)).toEqual([kind]);
  });

  test('R-DL-3 whoever asks again the moment an answer leaves, with as many open as may be, is answered', async () => {
    const blocks = createBlockService({
      downloads: { block: async () => ({ kind: 'unknown' }) },
      metrics: createGatewayMetrics(),
      quotas: { openRequests: 5 },
      sampled: { warn: () => undefined, error: () => undefined },
      accountOf: createAccounts(100),
    });
    let asked = 0;
    let answered = 0;
    const eager = { ...peerOf() } as Peer;
    const ask = (): void => {
      asked += 1;
      blocks(eager, request, () => ({ topic: '', payload: '' }));
    };
    eager.send = async () => {
      answered += 1;
      if (asked < 18) ask();
      return true;
    };
    for (let n = 0; n < 5; n += 1) ask();
    for (let turn = 0; turn < 100; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
    expect(answered).toBe(18);
  });

  test('R-DL-3 what is wrong for ever is said, what fails now is silence', async () => {
    expect(await asked(async () => ({ kind: 'unknown' }), { wrong: 'no size' })).toEqual(['wrong']);
    sent.splice(0);
    expect(await asked(async () => Promise.reject(new Error('no store')))).toEqual([]);
  });
});
