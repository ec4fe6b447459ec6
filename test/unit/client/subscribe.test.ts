import { createUpdraftClient, type UpdraftClient, type UpdraftClientOptions, UpdraftError } from '@updraft/client';
import fc from 'fast-check';
import { patience } from '../../support/devices/patience';
import { type FakeEvent, type FakePlatform, fakePlatform } from './fake-platform';

const CHANGES = `subscription ($after: String) {
  taskChanges(after: $after) { __typename ... on TaskChange { cursor task { id } } ... on Resync { cursor } }
}`;
const clients: UpdraftClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

function clientOf({ WebSocket }: FakePlatform, more: Partial<UpdraftClientOptions> = {}): UpdraftClient {
  const client = createUpdraftClient({ url: 'http://updraft.test', credentials: { apiKey: 'key' }, WebSocket, backoff: () => 0, ...more });
  clients.push(client);
  return client;
}

const changes = (client: UpdraftClient) => client.subscribe<{ taskChanges: FakeEvent }, { after?: string }>(CHANGES);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

/** The ids of the next events, Resyncs left out. */
async function taken(events: AsyncGenerator<{ taskChanges: FakeEvent }>, count: number): Promise<number[]> {
  const ids: number[] = [];
  while (ids.length < count) {
    const { value, done } = await events.next();
    if (done) break;
    if (value.taskChanges.task) ids.push(value.taskChanges.task.id);
  }
  return ids;
}

describe('R-UI-6: a subscription', () => {
  test('begins with a Resync, gives what is published after it, and ends when it is let go', async () => {
    const platform = fakePlatform();
    const client = clientOf(platform);
    const events = changes(client);
    expect((await events.next()).value?.taskChanges.__typename).toBe('Resync');
    expect(client.state.get()).toEqual({ status: 'live' });
    platform.publish(2);
    expect(await taken(events, 2)).toEqual([1, 2]);
    const waiting = events.next();
    await events.return();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(platform.greetings).toEqual([{ authorization: 'Bearer key' }]);
  });

  test('loses no event and gives none twice, wherever its lines break', async () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 25 });
    const steps = fc.array(fc.oneof(fc.constant('publish'), fc.constant('cut'), fc.constant('turn'), fc.constant('burst')), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(cuts, steps, fc.integer({ min: 1, max: 5 }), async (cutAt, script, queuedEvents) => {
        const platform = fakePlatform({ cutAt: (frame) => cutAt.includes(frame) });
        const client = clientOf(platform, { queuedEvents });
        const events = changes(client);
        expect((await events.next()).value?.taskChanges.__typename).toBe('Resync');
        let published = 0;
        for (const step of script) {
          const count = step === 'publish' ? 1 : step === 'burst' ? 7 : 0;
          platform.publish(count);
          published += count;
          if (step === 'cut') platform.cut();
          if (step === 'turn') await turn();
        }
        platform.publish();
        expect(await taken(events, published + 1)).toEqual(Array.from({ length: published + 1 }, (_, n) => n + 1));
        await client.close();
      }),
      { numRuns: 150 },
    );
  });

  test.each(Array.from({ length: 12 }, (_, n) => n + 1))('goes on when frame %d is the last of its line', async (frame) => {
    const platform = fakePlatform({ cutAt: (at) => at === frame });
    const events = changes(clientOf(platform));
    await events.next();
    for (let id = 1; id <= 6; id += 1) {
      platform.publish();
      expect(await taken(events, 1)).toEqual([id]);
    }
    expect(platform.opened).toBeLessThanOrEqual(2);
  });

  test('tells of what is lost with a Resync when the log does not reach back', async () => {
    const platform = fakePlatform();
    const events = changes(clientOf(platform));
    await events.next();
    platform.publish();
    await taken(events, 1);
    platform.cut();
    platform.publish(5);
    platform.forget();
    expect((await events.next()).value?.taskChanges.__typename).toBe('Resync');
    platform.publish();
    expect(await taken(events, 1)).toEqual([8]);
  });

  test('holds no more than it may for a slow reader, and fetches the rest afterwards', async () => {
    const platform = fakePlatform();
    const events = changes(clientOf(platform, { queuedEvents: 3 }));
    await events.next();
    platform.publish(50);
    await until(() => platform.subscribed.length === 1);
    for (let n = 0; n < 100; n += 1) await turn();
    expect(await taken(events, 50)).toEqual(Array.from({ length: 50 }, (_, n) => n + 1));
    expect(platform.subscribed.length).toBeGreaterThan(1);
  });

  test('says whether what it shows is live', async () => {
    let dead = false;
    const platform = fakePlatform({ isDead: () => dead });
    const client = clientOf(platform, { staleAfterMs: patience(500) });
    const seen: string[] = [];
    client.state.subscribe(() => seen.push(client.state.get().status));
    const events = changes(client);
    await events.next();
    dead = true;
    platform.cut();
    while (!seen.includes('stale')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(client.state.get()).toEqual({ status: 'stale', since: expect.any(Date) });
    expect(seen).toEqual(['connecting', 'live', 'reconnecting', 'stale']);
    await client.close();
    expect(client.state.get()).toEqual({ status: 'idle' });
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  test('gives up a line that never opens', async () => {
    const platform = fakePlatform({ isDead: (socket) => socket === 1 });
    const events = changes(clientOf(platform, { heartbeatMs: patience(1_000) }));
    expect((await events.next()).value?.taskChanges.__typename).toBe('Resync');
    expect(platform.opened).toBe(2);
  });

  test('goes on after errors that pass, closes that libraries take for final, and an end that the platform did not mean', async () => {
    const wrongs = [
      { type: 'error', payload: [{ message: 'Busy.', extensions: { code: 'BUSY' } }] },
      { type: 'error', payload: [{ message: 'Too many.', extensions: { code: 'RATE_LIMITED', retryAfter: 0 } }] },
      { type: 'next', payload: { errors: [{ message: 'Broken.', extensions: { code: 'INTERNAL' } }] } },
      { type: 'complete' },
    ];
    const platform = fakePlatform({ answer: (subscription) => wrongs[subscription - 1] ?? null });
    const events = changes(clientOf(platform));
    await events.next();
    for (const code of [1001, 1012, 1013, 4500, 4408, 1011]) {
      platform.cut(code);
      platform.publish();
      expect(await taken(events, 1)).toHaveLength(1);
    }
  });

  test('throws what trying again would not change', async () => {
    const platform = fakePlatform({
      answer: () => ({ type: 'next', payload: { errors: [{ message: 'There is no such batch.', extensions: { code: 'NOT_FOUND' } }] } }),
    });
    const thrown = await changes(clientOf(platform))
      .next()
      .catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(UpdraftError);
    expect(thrown).toMatchObject({ reason: 'errors', problems: [{ code: 'NOT_FOUND', message: 'There is no such batch.' }] });
    expect(platform.subscribed).toHaveLength(1);
  });

  test.each([4401, 4403])('ends for all when the key is refused with %d', async (code) => {
    const platform = fakePlatform();
    const client = clientOf(platform);
    const both = [changes(client), changes(client)];
    await Promise.all(both.map((events) => events.next()));
    const ends = both.map((events) => events.next().catch((error: UpdraftError) => error.reason));
    platform.cut(code);
    expect(await Promise.all(ends)).toEqual(['not-signed-in', 'not-signed-in']);
    expect(client.state.get()).toEqual({ status: 'signed-out' });
    expect(platform.opened).toBe(1);
  });

  test('fetches another token when one is refused, once, and when the provider fails tries again', async () => {
    const asked: string[] = [];
    let good = 'Bearer token-2';
    const platform = fakePlatform({ refuse: ({ authorization }) => (authorization === good ? null : 4401) });
    const client = clientOf(platform, {
      credentials: {
        token(why) {
          asked.push(why);
          if (asked.length === 2) throw new Error('The provider is away.');
          return `token-${asked.length === 3 ? 2 : asked.length}`;
        },
      },
    });
    const both = [changes(client), changes(client)];
    await Promise.all(both.map((events) => events.next()));
    expect(asked).toEqual(['needed', 'refused', 'refused']);
    // It expires while the line is open: 4403.
    good = 'Bearer token-4';
    platform.cut(4403);
    platform.publish();
    expect(await Promise.all(both.map((events) => taken(events, 1)))).toEqual([[1], [1]]);
    expect(asked).toHaveLength(4);
    // No token is good any more.
    good = '';
    const ends = both.map((events) => events.next().catch((error: UpdraftError) => error.reason));
    platform.cut(4403);
    expect(await Promise.all(ends)).toEqual(['not-signed-in', 'not-signed-in']);
    expect(asked).toHaveLength(5);
  });

  test('opens another line when there was no token for one, and takes the end of that, however late, for no other line’s', async () => {
    let asked = 0;
    const platform = fakePlatform({ closesLate: (code) => code !== 1000 });
    const token = () => {
      asked += 1;
      if (asked === 1) throw new Error('The provider is away.');
      return 'token';
    };
    const events = changes(clientOf(platform, { credentials: { token } }));
    expect((await events.next()).value?.taskChanges.__typename).toBe('Resync');
    expect([platform.opened, platform.greetings]).toEqual([2, [{ authorization: 'Bearer token' }]]);
  });

  test('is refused without a cursor to go on behind', async () => {
    const client = clientOf(fakePlatform());
    await expect(client.subscribe('subscription { taskChanges { ... on Resync { cursor } } }').next()).rejects.toThrow('`after`');
    const forgetful = fakePlatform({ answer: () => ({ type: 'next', payload: { data: { taskChanges: { __typename: 'Resync' } } } }) });
    await expect(changes(clientOf(forgetful)).next()).rejects.toThrow('Select `cursor`');
  });
});
