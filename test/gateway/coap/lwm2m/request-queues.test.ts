import fc from 'fast-check';
import { createRequestQueues, type Job, type RequestQueues, type Try } from '../../../../gateways/coap/lwm2m/requests/request-queues';
import { createTestClock } from '../front-support';

/** A job whose tries end when the test says so. */
function controlled(waitMs = 1_000) {
  const tries: ((end: Try<string> | Error) => void)[] = [];
  const signals: AbortSignal[] = [];
  const sent: (() => void)[] = [];
  const job: Job<string> = {
    waitMs,
    attempt: (signal, sending) =>
      new Promise((resolve, reject) => {
        sent.push(sending);
        signals.push(signal);
        const end = (how: Try<string> | Error): void => (how instanceof Error ? reject(how) : resolve(how));
        tries.push(end);
        signal.addEventListener('abort', () => end({ again: 'unanswered' }));
      }),
  };
  return { job, tries, signals, sent };
}

/** Until everything that can go on has gone on. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const done = (value: string): Try<string> => ({ outcome: { done: value } });

function setUp(limits = { perDevice: 32, inAll: 100 }) {
  const clock = createTestClock();
  return { clock, queues: createRequestQueues(limits, clock) };
}

test('jobs of a device run one at a time and in order, those of others beside them', async () => {
  const { queues } = setUp();
  const [first, second, other] = [controlled(), controlled(), controlled()];
  const outcomes = [queues.run('a', first.job), queues.run('a', second.job), queues.run('b', other.job)];
  expect([first, second, other].map(({ tries }) => tries.length)).toEqual([1, 0, 1]);
  other.tries[0]?.(done('other'));
  first.tries[0]?.(done('first'));
  await settled();
  second.tries[0]?.({ outcome: { failed: 'reset' } });
  expect(await Promise.all(outcomes)).toEqual([{ done: 'first' }, { failed: 'reset' }, { done: 'other' }]);
  expect(queues.size).toBe(0);
});

test.each(['asleep', 'unanswered'] as const)(
  'what found the device %s stays first, and is tried again when it was heard',
  async (again) => {
    const { queues } = setUp();
    const [first, second] = [controlled(), controlled()];
    const outcomes = [queues.run('a', first.job), queues.run('a', second.job)];
    first.tries[0]?.({ again });
    await settled();
    expect([first.tries.length, second.tries.length]).toEqual([1, 0]);
    queues.heard('b');
    queues.heard('a');
    expect([first.tries.length, second.tries.length]).toEqual([2, 0]);
    first.tries[1]?.(done('first'));
    await settled();
    second.tries[0]?.(done('second'));
    expect(await Promise.all(outcomes)).toEqual([{ done: 'first' }, { done: 'second' }]);
  },
);

test('a device that was heard while a try was under way is tried again at once', async () => {
  const { queues } = setUp();
  const { job, tries } = controlled();
  void queues.run('a', job);
  queues.heard('a');
  tries[0]?.({ again: 'unanswered' });
  await settled();
  expect(tries).toHaveLength(2);
  tries[1]?.({ again: 'asleep' });
  await settled();
  expect(tries).toHaveLength(2);
});

test('the 33rd job of a device is refused, and others wait on', async () => {
  const { queues } = setUp();
  const jobs = Array.from({ length: 33 }, () => controlled());
  const outcomes = jobs.map(({ job }) => queues.run('a', job));
  expect(await outcomes[32]).toEqual({ failed: 'queue_full' });
  expect(queues.size).toBe(32);
});

test('all devices together have a bound too', async () => {
  const { queues } = setUp({ perDevice: 2, inAll: 3 });
  const outcomes = ['a', 'a', 'b', 'b'].map((deviceId) => queues.run(deviceId, controlled().job));
  expect(await outcomes[3]).toEqual({ failed: 'busy' });
});

test.each<[string, (control: ReturnType<typeof controlled>) => void, object]>([
  ['never sent, for the device slept', ({ tries }) => tries[0]?.({ again: 'asleep' }), { failed: 'asleep' }],
  [
    'sent, before it slept',
    ({ tries, sent }) => {
      sent[0]?.();
      tries[0]?.({ again: 'unanswered' });
    },
    { failed: 'timeout', sent: true },
  ],
  ['under way', ({ sent }) => sent[0]?.(), { failed: 'timeout', sent: true }],
  ['about to be sent', () => {}, { failed: 'timeout', sent: false }],
])('a job that takes too long ends: %s', async (_name, happen, expected) => {
  const { clock, queues } = setUp();
  const control = controlled(1_000);
  const outcome = queues.run('a', control.job);
  happen(control);
  await settled();
  clock.advance(999);
  expect(queues.size).toBe(1);
  clock.advance(1);
  expect(await outcome).toEqual(expected);
  expect([queues.size, clock.timers]).toEqual([0, 0]);
});

test('a job that takes too long behind another one was not sent, and what is behind it goes on', async () => {
  const { clock, queues } = setUp();
  const [slow, short, last] = [controlled(5_000), controlled(1_000), controlled(9_000)];
  void queues.run('a', slow.job);
  const outcome = queues.run('a', short.job);
  void queues.run('a', last.job);
  clock.advance(1_000);
  expect(await outcome).toEqual({ failed: 'timeout', sent: false });
  slow.tries[0]?.(done(''));
  await settled();
  expect([short.tries.length, last.tries.length]).toEqual([0, 1]);
});

test('an aborted job ends at once, its try with it, and the next one begins', async () => {
  const { queues } = setUp();
  const [first, second] = [controlled(), controlled()];
  const abort = new AbortController();
  const outcome = queues.run('a', { ...first.job, signal: abort.signal });
  void queues.run('a', second.job);
  abort.abort();
  expect(await outcome).toEqual({ failed: 'aborted' });
  await settled();
  expect([first.signals[0]?.aborted, second.tries.length]).toEqual([true, 1]);
  expect(await queues.run('a', { ...first.job, signal: abort.signal })).toEqual({ failed: 'aborted' });
});

test('an aborted job that waits for its device lets the one behind it be first', async () => {
  const { queues } = setUp();
  const [first, second] = [controlled(), controlled()];
  const abort = new AbortController();
  void queues.run('a', { ...first.job, signal: abort.signal });
  void queues.run('a', second.job);
  first.tries[0]?.({ again: 'asleep' });
  await settled();
  abort.abort();
  queues.heard('a');
  await settled();
  expect([first.tries.length, second.tries.length > 0]).toEqual([1, true]);
});

test('what was sent to an address that the device has left is sent again', async () => {
  const { queues } = setUp();
  const { job, tries, signals } = controlled();
  const outcome = queues.run('a', job);
  queues.moved('a');
  await settled();
  expect([signals[0]?.aborted, tries.length]).toEqual([true, 2]);
  tries[1]?.(done('there'));
  expect(await outcome).toEqual({ done: 'there' });
  queues.moved('a');
});

test('a try that throws is a job that fails, and the next one begins', async () => {
  const { queues } = setUp();
  const [first, second] = [controlled(), controlled()];
  const outcome = queues.run('a', first.job);
  void queues.run('a', second.job);
  first.tries[0]?.(new Error('The store is away'));
  await expect(outcome).rejects.toThrow('The store is away');
  await settled();
  expect(second.tries).toHaveLength(1);
});

test('a stop ends all jobs and takes no more', async () => {
  const { clock, queues } = setUp();
  const waiting = controlled();
  const outcomes = [queues.run('a', waiting.job), queues.run('a', controlled().job), queues.run('b', controlled().job)];
  waiting.tries[0]?.({ again: 'asleep' });
  await settled();
  queues.stop();
  expect(await Promise.all(outcomes)).toEqual(Array(3).fill({ failed: 'aborted' }));
  expect(await queues.run('c', controlled().job)).toEqual({ failed: 'aborted' });
  expect([queues.size, clock.timers]).toEqual([0, 0]);
});

type Step = { kind: 'run' | 'heard' | 'moved' | 'done' | 'asleep' | 'unanswered' | 'later' };
const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom('run', 'run', 'heard', 'moved', 'done', 'done', 'asleep', 'unanswered', 'later'),
});

test('whatever happens, one job is tried at a time, jobs are done in order, and none is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const { clock, queues } = setUp();
      const open: ((end: Try<string>) => void)[] = [];
      const begun: number[] = [];
      const outcomes: Promise<unknown>[] = [];
      const ended: number[] = [];
      const start = (index: number): Promise<unknown> =>
        queues.run<string>('a', {
          waitMs: 10_000,
          attempt: (signal) =>
            new Promise((resolve) => {
              const end = (how: Try<string>): void => {
                open.splice(open.indexOf(end), 1);
                resolve(how);
              };
              begun.push(index);
              open.push(end);
              signal.addEventListener('abort', () => open.includes(end) && end({ again: 'unanswered' }));
            }),
        });
      const act = (queue: RequestQueues, { kind }: Step): void => {
        if (kind === 'run') {
          const index = outcomes.length;
          outcomes.push(start(index).then(() => void ended.push(index)));
        } else if (kind === 'heard' || kind === 'moved') queue[kind]('a');
        else if (kind === 'later') clock.advance(3_000);
        else open[0]?.(kind === 'done' ? done('') : { again: kind });
      };
      for (const each of steps) {
        act(queues, each);
        await settled();
        expect(open.length).toBeLessThanOrEqual(1);
      }
      clock.advance(10_000);
      await Promise.all(outcomes);
      expect(ended).toEqual([...ended].sort((one, other) => one - other));
      expect(ended).toHaveLength(outcomes.length);
      expect(begun).toEqual([...begun].sort((one, other) => one - other));
      expect([queues.size, clock.timers]).toEqual([0, 0]);
    }),
    { numRuns: 200 },
  );
});
