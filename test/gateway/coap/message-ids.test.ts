import { createMessageIds } from '../../../gateways/coap/front/message-ids';
import { createTestClock } from './front-support';

test('none is used twice within 247 s at one peer, and after that they go on', () => {
  const clock = createTestClock();
  const ids = createMessageIds({ peers: 10, clock });
  const used: number[] = [];
  for (let next = ids.next('peer'); next !== null; next = ids.next('peer')) used.push(next);
  expect(new Set(used).size).toBe(used.length);
  expect(used.length).toBeGreaterThan(0x1_0000 - 2 * 8_192);
  clock.advance(246_999);
  expect(ids.next('peer')).toBeNull();
  clock.advance(1);
  expect(ids.next('peer')).not.toBeNull();
});

test('a slow peer has them come round without a pause', () => {
  const clock = createTestClock();
  const ids = createMessageIds({ peers: 10, clock });
  const lastUse = new Map<number, number>();
  let soonest = Number.POSITIVE_INFINITY;
  let refused = 0;
  for (let count = 0; count < 200_000; count += 1) {
    const id = ids.next('peer');
    if (id === null) refused += 1;
    else {
      soonest = Math.min(soonest, clock.now() - (lastUse.get(id) ?? Number.NEGATIVE_INFINITY));
      lastUse.set(id, clock.now());
    }
    clock.advance(5);
  }
  expect(refused).toBe(0);
  expect(soonest).toBeGreaterThan(247_000);
});

test('each peer has its own, in a row', () => {
  const ids = createMessageIds({ peers: 2, clock: createTestClock() });
  const first = ids.next('one')!;
  ids.next('other');
  expect(ids.next('one')).toBe((first + 1) & 0xffff);
});
