import { mongo } from 'mongoose';
import type { Core } from '../../core/core';
import { guardCore } from '../../core/guarded-core';
import { isStoreFailure, watchStore } from '../../schema/mongo/store-watch';

/** A store that answers when it is told to. */
function silentStore() {
  const asked: { answer(): void; fail(): void }[] = [];
  const ping = () => new Promise<void>((answer, reject) => void asked.push({ answer, fail: () => reject(new Error('connection closed')) }));
  return { ping, asked };
}
const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
};

describe('R-SAFE-5 whether MongoDB is there', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  test('R-SAFE-5 one that answers nothing is away within 4 s, is asked one question only, and is there again with its answer', async () => {
    const { ping, asked } = silentStore();
    const changes: boolean[] = [];
    const watch = watchStore(ping, { onChange: (away) => changes.push(away) });
    asked[0]?.answer();
    await settle();
    jest.advanceTimersByTime(500);
    expect(asked).toHaveLength(2);
    jest.advanceTimersByTime(3_000);
    expect(watch.away).toBe(false);
    jest.advanceTimersByTime(500);
    expect({ away: watch.away, asked: asked.length }).toEqual({ away: true, asked: 2 });
    asked[1]?.answer();
    await settle();
    expect({ away: watch.away, changes }).toEqual({ away: false, changes: [true, false] });
    await watch.stop();
  });

  test('R-SAFE-5 one whose connections break is away as well; a connection that broke once, as in an election, is nothing', async () => {
    const { ping, asked } = silentStore();
    const watch = watchStore(ping);
    asked.at(-1)?.fail();
    await settle();
    jest.advanceTimersByTime(500);
    asked.at(-1)?.answer();
    await settle();
    expect(watch.away).toBe(false);
    for (let turn = 0; turn < 8; turn += 1) {
      jest.advanceTimersByTime(500);
      asked.at(-1)?.fail();
      await settle();
    }
    expect(watch.away).toBe(true);
    await watch.stop();
  });

  test('R-SAFE-5 a process that stood still for a minute has heard nothing either, and takes nobody for gone', async () => {
    const { ping, asked } = silentStore();
    const watch = watchStore(ping);
    asked[0]?.answer();
    await settle();
    jest.setSystemTime(Date.now() + 60_000);
    jest.advanceTimersByTime(500);
    expect(watch.away).toBe(false);
    await watch.stop();
  });
});

describe('R-SAFE-5 what is asked of core while MongoDB is away', () => {
  const listeners = new Set<() => void>();
  const store = {
    away: false,
    whenAway(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  const never = new Promise<never>(() => undefined);
  async function* rows() {
    yield 1;
    await never;
  }
  const core = guardCore(
    {
      batches: {
        get: (id: string) => (id === 'hangs' ? never : Promise.resolve(id)),
        fails: () => Promise.reject(new mongo.MongoNetworkError('connection 1 closed')),
        refuses: () => Promise.reject(new Error('no such batch')),
        count: () => 7,
        rows,
      },
    } as unknown as Core,
    store,
  ).batches as unknown as Record<'get' | 'fails' | 'refuses' | 'count', (id?: string) => Promise<unknown>> & { rows: typeof rows };
  const code = (work: Promise<unknown>) =>
    work.then(
      () => 'none',
      (error: { code?: string; message: string }) => error.code ?? error.message,
    );

  test('R-SAFE-5 what hangs ends with a code when it is found to be away, and all that begins afterwards', async () => {
    const hanging = code(core.get('hangs'));
    const reading = core.rows();
    expect((await reading.next()).value).toBe(1);
    const next = code(reading.next());
    store.away = true;
    for (const listener of [...listeners]) listener();
    expect(await hanging).toBe('STORE_UNAVAILABLE');
    expect(await next).toBe('STORE_UNAVAILABLE');
    expect(await code(core.get('b'))).toBe('STORE_UNAVAILABLE');
    store.away = false;
    expect(await core.get('b')).toBe('b');
    listeners.clear();
  });

  test('R-SAFE-5 what the driver says of its connections has the code too; refusals and values stay what they are, and nobody is left waiting', async () => {
    expect(await code(core.fails())).toBe('STORE_UNAVAILABLE');
    expect(await code(core.refuses())).toBe('no such batch');
    expect(core.count()).toBe(7);
    await core.get('b');
    expect(listeners.size).toBe(0);
  });

  test.each([
    [new mongo.MongoServerSelectionError('no primary', {} as never), true],
    [new mongo.MongoNetworkTimeoutError('timed out'), true],
    [new mongo.MongoServerError({ message: 'duplicate key', code: 11000 }), false],
    [new Error('MongoNetworkError'), false],
  ])('R-SAFE-5 %s', (error, expected) => {
    expect(isStoreFailure(error)).toBe(expected);
  });
});
