import fc from 'fast-check';
import { emptyTaskCounts } from '../../schema/model/batch/live-counts';
import { Rules } from '../support/model-of-the-rules/rules';
import { hasGoneBack, isLive, isOpen } from '../support/model-of-the-rules/state';
import { agree } from '../support/rules-run/agree';
import { type Bench, startBench } from '../support/rules-run/bench';
import { COMMANDS } from '../support/rules-run/commands';
import { OPERATOR, VERSIONS, World } from '../support/rules-run/world';

/**
 * A sequence waits for the engine most of its time: several at once. A failure prints its seed and what happened, shrunk;
 * `UPDRAFT_RULES_SEED` runs that one again, alone, or others with `random`. Otherwise a change is tried with the same ones as the last.
 */
const ASKED = process.env.UPDRAFT_RULES_SEED ?? '';
const SEED = Number(ASKED) || 0;
const LINES = SEED ? 1 : 4;
const USUAL_SEED = 20_261;
const SEQUENCES = Number(process.env.UPDRAFT_RULES_RUNS ?? 12);
/** A failure is shrunk for so long. */
const SHRUNK_MS = 5_000 * SEQUENCES;
/** An end to waiting: all sequences run, however slow the machine is. */
const LONGEST_MS = 100_000 * SEQUENCES;

const aDevice = fc.record({ online: fc.nat(3).map((place) => place > 0), version: fc.option(fc.constantFrom(...VERSIONS), { freq: 8 }) });
const sequence = fc.record({
  devices: fc.array(aDevice, { minLength: 3, maxLength: 8, size: 'max' }),
  commands: fc.commands(COMMANDS, { maxCommands: 50, size: 'max', disableReplayLog: true }),
});

describe('random devices, batches and orders, beside a model of the rules', () => {
  let bench: Bench;
  beforeAll(async () => {
    bench = await startBench();
  });
  afterAll(() => bench.stop());

  let shrunkUntil = Number.POSITIVE_INFINITY;
  let ran = 0;
  const holds = fc.asyncProperty(sequence, async ({ devices, commands }) => {
    if (Date.now() > shrunkUntil) return;
    ran += 1;
    const world = new World(bench);
    const named = devices.map((device, index) => ({ ...device, name: `meter-${index}`, exists: true }));
    const rules = new Rules(named.map((device) => ({ ...device })));
    await world.begin(named);
    try {
      await fc.asyncModelRun(async () => ({ model: rules, real: world }), commands);
      for (const batch of rules.batches.filter(isLive)) {
        expect((await world.core.batches.cancel(OPERATOR, world.batchIdOf(batch))).canceled).toBe(rules.cancel(batch));
      }
      await agree(world, rules);
      for (const batch of rules.batches) {
        const counts = emptyTaskCounts();
        for (const task of rules.tasksOf(batch)) {
          counts[task.status] += 1;
          if (isOpen(task) && task.attempt > task.firstAttempt) counts.failing += 1;
        }
        counts.regressed = rules.tasksOf(batch).filter(hasGoneBack).length;
        expect(await world.core.batches.counts(world.batchIdOf(batch))).toEqual(counts);
      }
    } catch (error) {
      shrunkUntil = Math.min(shrunkUntil, Date.now() + SHRUNK_MS);
      throw error;
    } finally {
      await world.end();
    }
  });

  test(
    'R-BAT-8 R-BAT-11 R-BAT-18 R-BAT-21 R-BAT-24 R-TASK-1 R-TASK-5 R-TASK-7 R-TASK-8 R-TASK-11 R-TASK-12 each answer, task and batch is as the rules say',
    async () => {
      const first = SEED || (ASKED === 'random' ? Date.now() % 2 ** 31 : USUAL_SEED);
      const lines = Array.from({ length: LINES }, (_, line) =>
        fc.assert(holds, { seed: first + line, numRuns: SEQUENCES, unbiased: true }),
      );
      await Promise.allSettled(lines);
      await Promise.all(lines);
      expect(ran).toBe(LINES * SEQUENCES);
      expect(await bench.store.collections.tasks.countDocuments({ active: true })).toBe(0);
    },
    LONGEST_MS,
  );
});
