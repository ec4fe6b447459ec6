import { createWakeUps } from '../../workflows/wake-ups';

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('wake-ups of batches', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
  afterEach(() => jest.useRealTimers());

  test('R-TASK-7 wishes for one batch are joined: at most one signal in the time between two, and the last wish is not lost', () => {
    const signals: string[] = [];
    const wakeUps = createWakeUps(async (batchId) => void signals.push(batchId), fail, 1_000);
    for (const batchId of ['a', 'a', 'b', 'a']) wakeUps.wake(batchId);
    jest.advanceTimersByTime(0);
    expect(signals).toEqual(['a', 'b']);
    wakeUps.wake('a');
    jest.advanceTimersByTime(999);
    expect(signals).toEqual(['a', 'b']);
    jest.advanceTimersByTime(1);
    expect(signals).toEqual(['a', 'b', 'a']);
  });

  test('R-TASK-7 an earlier wish takes the place of a later one, and serves for it', () => {
    const signals: string[] = [];
    const wakeUps = createWakeUps(async (batchId) => void signals.push(batchId), fail, 1_000);
    wakeUps.wake('a', 60_000);
    wakeUps.wake('a', 10);
    jest.advanceTimersByTime(10);
    expect(signals).toEqual(['a']);
    jest.advanceTimersByTime(120_000);
    expect(signals).toEqual(['a']);
  });

  test('closing waits for the signals under way, drops those to come, and takes no more', async () => {
    const answers: (() => void)[] = [];
    const wakeUps = createWakeUps(() => new Promise<void>((resolve) => answers.push(resolve)), fail, 1_000);
    wakeUps.wake('under-way');
    wakeUps.wake('to-come', 5_000);
    jest.advanceTimersByTime(0);
    let closed = false;
    const closing = wakeUps.close().then(() => {
      closed = true;
    });
    wakeUps.wake('too-late');
    jest.advanceTimersByTime(10_000);
    await settled();
    expect([closed, answers.length]).toEqual([false, 1]);
    answers[0]?.();
    await closing;
    expect([closed, answers.length]).toEqual([true, 1]);
  });

  test('a signal that fails is told to the one who asked to be told, and closing goes on', async () => {
    const failed: [string, unknown][] = [];
    const wakeUps = createWakeUps(
      async () => {
        throw new Error('engine is down');
      },
      (batchId, error) => failed.push([batchId, error]),
      1_000,
    );
    wakeUps.wake('a');
    jest.advanceTimersByTime(0);
    await wakeUps.close();
    expect(failed).toEqual([['a', new Error('engine is down')]]);
  });
});

function fail(): never {
  throw new Error('no signal failed');
}
