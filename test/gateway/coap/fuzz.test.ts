import { createCoapFrontSubject } from '../../fuzz/coap-front';
import { coapMessages } from '../../fuzz/coap-messages';
import { fuzz, fuzzInPortions } from '../../fuzz/fuzz';

test('10,000 datagrams, made up or damaged: what is read is written as a message that reads the same', () => {
  const { outcomes } = fuzz(coapMessages, { inputs: 10_000, seed: 7 });
  expect(Object.values(outcomes).reduce((sum, count) => sum + count, 0)).toBe(10_000);
  expect(outcomes.read).toBeGreaterThan(1_000);
  expect(Object.keys(outcomes).length).toBeGreaterThan(8);
});

test('10,000 datagrams at a front that also asks: nothing is thrown, and no stranger gets more than three times its bytes', async () => {
  const { outcomes } = await fuzzInPortions(createCoapFrontSubject(), { inputs: 10_000, seed: 7 });
  const seen = new Set(Object.keys(outcomes).flatMap((outcome) => outcome.split(' ')));
  for (const kind of [
    'requests.POST',
    'requestsOut.answered',
    'requestsOut.reset',
    'notifications',
    'pings',
    'separate',
    'dropped.duplicate',
  ])
    expect([...seen]).toContain(kind);
});
