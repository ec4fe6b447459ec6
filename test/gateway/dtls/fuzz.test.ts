import { fuzzServer } from '../../support/dtls/fuzz';

test('10,000 changed datagrams cause no error and no trap, use no more memory, and the next client is served', async () => {
  const { errors, counts, memoryBytes, stillServes, state } = await fuzzServer(10_000, 20_260_101);
  expect(errors).toEqual([]);
  expect(counts.engine_failed).toBeUndefined();
  // Who has no keys ends no session.
  expect(counts.session_failed).toBeUndefined();
  expect(stillServes).toBe(true);
  expect(Math.max(...memoryBytes)).toBeLessThan(64 * 65_536);
  expect(state.halfOpen).toBeLessThanOrEqual(100);
  for (const event of ['cookie_sent', 'handshake_completed', 'handshake_failed', 'identity_unknown', 'dropped_unreadable', 'address_kept'])
    expect([event, counts[event] ?? 0]).not.toEqual([event, 0]);
});
