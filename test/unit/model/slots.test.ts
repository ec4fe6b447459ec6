import fc from 'fast-check';
import { type Occupant, slotsFor } from '../../../schema/model/device/slots';

const beside = (module: string) => ({ module, multiModule: true });
const alone = (module: string) => ({ module, multiModule: false });
const running = (module: string, ...slots: number[]): Occupant => ({ module, slots });

test.each<[string, ReturnType<typeof beside>, Occupant[], number[] | null]>([
  ['R-BAT-8 a task alone takes every slot of a device without tasks', alone('a'), [], [1, 2, 3, 4, 5]],
  ['R-BAT-8 a task alone has no room beside one that stands alone', alone('b'), [running('a', 1, 2, 3, 4, 5)], null],
  ['R-BAT-8 a task alone has no room beside one that would share', alone('b'), [running('a', 2)], null],
  ['R-BAT-13 a task that shares takes one slot', beside('a'), [], [3]],
  ['R-BAT-13 and the next that is free', beside('a'), [running('b', 3), running('c', 4)], [5]],
  ['R-BAT-13 or one before', beside('a'), [running('b', 3), running('c', 4), running('d', 5)], [1]],
  ['R-BAT-13 it has no room beside one that stands alone', beside('b'), [running('a', 1, 2, 3, 4, 5)], null],
  ['R-BAT-13 nor beside one of a version that knew no slots', beside('b'), [{ module: 'a' }], null],
  ['R-BAT-13 nor beside one for its module', beside('a'), [running('a', 1)], null],
  ['R-BAT-13 the fifth has room', beside('e'), [running('a', 1), running('b', 2), running('c', 3), running('d', 5)], [4]],
  ['R-BAT-13 the sixth has none', beside('f'), ['a', 'b', 'c', 'd', 'e'].map((module, index) => running(module, index + 1)), null],
])('%s', (_name, task, others, expected) => {
  expect(slotsFor(task, others, 5)).toEqual(expected);
});

test('R-BAT-8 R-BAT-13 a task that stands alone is known as such whatever the limit was when it began', () => {
  for (const then of [1, 2, 5]) {
    const slots = slotsFor(alone('a'), [], then) ?? [];
    for (const now of [1, 2, 5, 7]) expect(slotsFor(beside('b'), [running('a', ...slots)], now)).toBeNull();
  }
});

test('R-BAT-8 R-BAT-13 whatever comes and goes, no slot is taken twice, and one without multi-module is the only one', () => {
  const step = fc.record({ module: fc.constantFrom(...'abcdefgh'), multiModule: fc.boolean(), leaves: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (steps, count) => {
      let tasks: (Occupant & { multiModule: boolean })[] = [];
      for (const { module, multiModule, leaves } of steps) {
        if (leaves) tasks = tasks.slice(1);
        const slots = slotsFor({ module, multiModule }, tasks, count);
        if (slots) tasks = [...tasks, { module, multiModule, slots }];
        const taken = tasks.flatMap((task) => task.slots ?? []);
        expect(new Set(taken).size).toBe(taken.length);
        expect(tasks.length).toBeLessThanOrEqual(count);
        expect(new Set(tasks.map((task) => task.module)).size).toBe(tasks.length);
        if (tasks.some((task) => !task.multiModule)) expect(tasks).toHaveLength(1);
      }
    }),
  );
});
