import fc from 'fast-check';
import { createKnown } from '../../../core/access/known';

const at = (time = 1_000) => ({ clock: () => new Date(time), ttlMs: 4_000, most: 100 });

type Step = 'ask' | 'revoke' | 'restore' | 'forget';

test('R-SAFE-2 however look-ups and revocations interleave, nothing that begins after a revocation is given what was before', async () => {
  /** Written first, then forgotten: in between anything may happen. */
  const change = fc.constantFrom<Step[]>(['revoke', 'forget'], ['revoke', 'ask', 'forget'], ['restore', 'forget']);
  const changes = fc.array(fc.oneof(fc.constant<Step[]>(['ask']), change), { minLength: 2, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), changes, async (s, steps) => {
      let stored: { version: number } | null = { version: 0 };
      let [version, certain] = [0, 0];
      /** The store is read when a look begins, and answers some time later. */
      const known = createKnown({ ...at(), load: () => s.schedule(Promise.resolve(stored)) });
      const asked: Promise<void>[] = [];
      const takeStep = async (step: Step): Promise<void> => {
        if (step === 'forget') {
          known.forget('a');
          certain = version;
        } else if (step === 'ask') {
          const [atLeast, wanted, isSettled] = [certain, stored, certain === version];
          asked.push(
            known.get('a').then(({ value }) => {
              if (isSettled && version === atLeast) expect(value).toEqual(wanted);
              else if (value) expect(value.version).toBeGreaterThanOrEqual(atLeast);
            }),
          );
        } else {
          version += 1;
          stored = step === 'revoke' ? null : { version };
        }
      };
      const { task } = s.scheduleSequence(
        steps.flat().map((step, index) => ({ label: `${index} ${step}`, builder: () => takeStep(step) })),
      );
      await s.waitFor(task);
      await s.waitFor(Promise.all(asked));
      expect((await s.waitFor(known.get('a'))).value).toEqual(stored);
    }),
    { numRuns: 300 },
  );
});

test('R-SAFE-2 a look-up that a revocation overtakes brings nothing back, also for whoever waits for it', async () => {
  const answers: ((value: { id: string } | null) => void)[] = [];
  const known = createKnown<{ id: string }>({ ...at(), load: () => new Promise((resolve) => answers.push(resolve)) });
  const [first, second] = [known.get('a'), known.get('a')];
  known.forget('a');
  const later = known.get('a');
  answers[0]?.({ id: 'a' });
  await Promise.resolve();
  expect(answers).toHaveLength(2);
  answers[1]?.(null);
  expect(await Promise.all([first, second, later])).toEqual(Array.from({ length: 3 }, () => ({ value: null, wasKnown: false })));
  void known.get('a');
  expect(answers).toHaveLength(3);
});

test('R-SAFE-2 what is known gets old from when it was asked for, however late the answer came', async () => {
  let time = 1_000;
  let asked = 0;
  const known = createKnown({
    ...at(),
    clock: () => new Date(time),
    load: async () => {
      asked += 1;
      time += 3_000;
      return { asked };
    },
  });
  await known.get('a');
  time += 999;
  expect(await known.get('a')).toEqual({ value: { asked: 1 }, wasKnown: true });
  time += 2;
  expect(await known.get('a')).toEqual({ value: { asked: 2 }, wasKnown: false });
});

test('R-SAFE-2 a look-up that failed is not kept', async () => {
  let fails = true;
  const load = async () => {
    if (fails) throw new Error('away');
    return { id: 'a' };
  };
  const known = createKnown({ ...at(), load });
  await expect(known.get('a')).rejects.toThrow('away');
  fails = false;
  expect((await known.get('a')).value).toEqual({ id: 'a' });
});
