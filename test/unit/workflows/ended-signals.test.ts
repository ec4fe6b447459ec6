import { createEndedSignals } from '../../../workflows/ended-signals';

const task = (name: string) => ({ _id: `batch1.${name}`, deviceId: name, module: 'default', attempt: 1 });
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the end of a task is told to its upgrade', () => {
  beforeEach(() => jest.useFakeTimers({ doNotFake: ['setImmediate'] }));
  afterEach(() => jest.useRealTimers());

  /** Answers one try after the other: there is such a workflow, there is none, or the engine is away. */
  function signalsThat(...answers: (boolean | Error)[]) {
    const tries: string[] = [];
    const endedSignals = createEndedSignals(
      async ({ _id }) => {
        tries.push(_id);
        const answer = answers.shift() ?? false;
        if (answer instanceof Error) throw answer;
        return answer;
      },
      [100, 200],
    );
    const pass = async (ms: number) => {
      jest.advanceTimersByTime(ms);
      await settled();
    };
    return { endedSignals, tries, pass };
  }

  test('R-FLOW-1 once where it is there, and once where it has gone', async () => {
    for (const isThere of [true, false]) {
      const { endedSignals, tries, pass } = signalsThat(isThere);
      await endedSignals.send(task('a'), false);
      await pass(10_000);
      expect(tries).toHaveLength(1);
    }
  });

  test('R-FLOW-7 one that is only starting is told when it is there, and not for ever', async () => {
    const { endedSignals, tries, pass } = signalsThat(false, true);
    await endedSignals.send(task('a'), true);
    await pass(99);
    expect(tries).toHaveLength(1);
    await pass(1);
    await pass(10_000);
    expect(tries).toHaveLength(2);
    const never = signalsThat();
    await never.endedSignals.send(task('b'), true);
    for (let at = 0; at < 10; at++) await never.pass(1_000);
    expect(never.tries).toHaveLength(3);
  });

  test('R-FLOW-1 while the engine is away nobody waits, and nothing is thrown: it is told afterwards', async () => {
    const { endedSignals, tries, pass } = signalsThat(new Error('unavailable'), true);
    await expect(endedSignals.send(task('a'), false)).resolves.toBeUndefined();
    await pass(100);
    expect(tries).toHaveLength(2);
  });

  test('those that wait are bounded, and go when it closes', async () => {
    const { endedSignals, tries, pass } = signalsThat();
    await Promise.all(Array.from({ length: 10_005 }, (_, index) => endedSignals.send(task(`dev-${index}`), true)));
    tries.length = 0;
    await pass(100);
    expect(tries).toHaveLength(10_000);
    expect(tries).not.toContain('batch1.dev-0');
    await endedSignals.close();
    tries.length = 0;
    await pass(10_000);
    expect(tries).toEqual([]);
  });
});
