import { type Clock, createPainter, QUIET_MS, STREAM_MS } from '../../../console/src/live/painter';

/** A clock that is moved by hand. */
function handClock() {
  let now = 0;
  let due: { at: number; run: () => void }[] = [];
  const clock: Clock = {
    now: () => now,
    later(ms, run) {
      const one = { at: now + ms, run };
      due.push(one);
      return () => {
        due = due.filter((other) => other !== one);
      };
    },
  };
  return {
    clock,
    waiting: () => due.length,
    to(at: number): void {
      for (const one of due.filter((each) => each.at <= at)) {
        due = due.filter((other) => other !== one);
        now = one.at;
        one.run();
      }
      now = at;
    },
  };
}

function painted() {
  const hand = handClock();
  const at: number[] = [];
  const painter = createPainter(() => at.push(hand.clock.now()), hand.clock);
  return { ...hand, painter, at };
}

test('R-UI-3: after quiet a change is painted at once', () => {
  const { painter, at, to } = painted();
  painter.changed();
  to(QUIET_MS);
  painter.changed();
  expect(at).toEqual([0, QUIET_MS]);
});

test('R-UI-3: in a stream it is painted twice a second, and the last change always', () => {
  const { painter, at, to, waiting } = painted();
  for (let ms = 0; ms < 5 * STREAM_MS; ms += 5) {
    to(ms);
    painter.changed();
  }
  to(60_000);
  expect(at).toEqual([0, STREAM_MS, 2 * STREAM_MS, 3 * STREAM_MS, 4 * STREAM_MS, 5 * STREAM_MS]);
  expect(waiting()).toBe(0);
});

test('R-UI-3: a burst after quiet costs two paints: its first change, and all of the rest', () => {
  const { painter, at, to } = painted();
  to(10_000);
  for (let count = 0; count < 100; count += 1) painter.changed();
  to(20_000);
  expect(at).toEqual([10_000, 10_000 + STREAM_MS]);
});

test('R-UI-3: what is whole is painted at once, with what waits, which is not painted again', () => {
  const { painter, at, to } = painted();
  painter.changed();
  to(10);
  painter.changed();
  painter.flushNow();
  to(10_000);
  expect(at).toEqual([0, 10]);
});

test('R-UI-3: nothing is painted after the end', () => {
  const { painter, at, to, waiting } = painted();
  painter.changed();
  to(10);
  painter.changed();
  painter.stop();
  painter.changed();
  painter.flushNow();
  to(10_000);
  expect([at, waiting()]).toEqual([[0], 0]);
});
