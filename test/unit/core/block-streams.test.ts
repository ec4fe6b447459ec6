import fc from 'fast-check';
import { createBlockStreams } from '../../../core/downloads/block-streams';

let at = 0;
const streamsWith = (downloadsPerToken = 2, downloadsPerDevice = 2) => {
  at = 0;
  return createBlockStreams({ limits: { downloadsPerToken, downloadsPerDevice }, now: () => at });
};
const request = (peer: string, token = 'token', taskId = 'task') => ({ deviceId: 'device', taskId, token, peer });

/** Each step: who asks, how many milliseconds after the last step, and whether it is answered. */
type Step = [peer: string, after: number, answered: boolean];

test.each<[string, Step[]]>([
  ['one peer, as long as it likes', Array.from({ length: 50 }, (): Step => ['a', 500, true])],
  ['two peers in turns', Array.from({ length: 50 }, (_, n): Step => [n % 2 ? 'a' : 'b', 10, true])],
  ['a device whose port changes with every block', Array.from({ length: 1_000 }, (_, n): Step => [`port ${n}`, 1, true])],
  [
    'of three peers the two that came last, for as long as they go on',
    [
      ['a', 0, true],
      ['b', 10, true],
      ['c', 10, true],
      ['a', 10, false],
      ['b', 2_000, true],
      ['c', 0, true],
      ['a', 2_000, false],
      ['b', 0, true],
      ['c', 2_000, true],
      ['a', 500, false],
    ],
  ],
  [
    'one that gave way, again when another is silent for three seconds',
    [
      ['a', 0, true],
      ['b', 1, true],
      ['c', 1, true],
      ['a', 1, false],
      ['c', 2_900, true],
      ['a', 97, false],
      ['a', 1, true],
      ['c', 1, true],
    ],
  ],
])('R-DL-7 %s', (_, steps) => {
  const streams = streamsWith();
  for (const [peer, after, answered] of steps) {
    at += after;
    expect([peer, at, streams.admits(request(peer))]).toEqual([peer, at, answered]);
  }
});

test('R-DL-7 a device with several tokens has as many streams as it may, and each of its tasks one whatever the others have', () => {
  const streams = streamsWith(2, 2);
  expect(streams.admits(request('a', 'first', 'one'))).toBe(true);
  expect(streams.admits(request('a', 'again', 'one'))).toBe(true);
  expect(streams.admits(request('b', 'again', 'one'))).toBe(true);
  expect(streams.admits(request('a', 'first', 'one'))).toBe(false);
  expect(streams.admits(request('a', 'other', 'two'))).toBe(true);
  expect(streams.admits(request('a', 'again', 'one'))).toBe(true);
  expect(streams.admits({ ...request('x'), deviceId: 'another' })).toBe(true);
});

test('R-DL-7 however many peers ask in whatever order, as many go on as may: those that came last', () => {
  const peers = ['a', 'b', 'c', 'd', 'e'];
  const round = fc.shuffledSubarray(peers, { minLength: peers.length, maxLength: peers.length });
  fc.assert(
    fc.property(round, fc.array(round, { maxLength: 50 }), fc.integer({ min: 1, max: 6 }), (coming, rounds, most) => {
      const streams = streamsWith(most, most);
      for (const peer of coming) expect(streams.admits(request(peer))).toBe(true);
      for (const asking of rounds) {
        at += 200;
        const answered = asking.filter((peer) => streams.admits(request(peer)));
        expect(answered.sort()).toEqual(coming.slice(-most).sort());
      }
    }),
  );
});
