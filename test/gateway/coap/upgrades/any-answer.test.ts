import fc from 'fast-check';
import type { Answer, Ask } from '../../../../core/reports/lwm2m/contract';
import { OPTION } from '../../../../gateways/coap/message/options';
import { ASK_OUTCOMES, outcomeLabel } from '../../../../gateways/coap/upgrades/outcome-label';
import type { Script } from '../lwm2m/scripted-device';
import { ASK, askedOf, looking } from './asking';

const ASKS: Record<Answer['kind'], Ask> = {
  looked: looking({ version: true, firmware: true, signal: true }),
  offered: { ...ASK, kind: 'offer', url: 'coap://fw.example/f/1' },
  pushed: { ...ASK, kind: 'push', token: 't1', size: 3_000 },
  observed: { ...ASK, kind: 'observe' },
  reset: { ...ASK, kind: 'reset' },
  executed: { ...ASK, kind: 'execute' },
  released: { ...ASK, kind: 'release' },
};
const bytes = Buffer.alloc(3_000);
/** What a version, a text of the device and its numbers may have together. */
const MOST_TOLD = 1_500;

const code = fc.oneof(
  fc.constantFrom(0x45, 0x45, 0x44, 0x5f, 0x84, 0x85, 0x86, 0x88, 0x8d),
  fc.integer({ min: 0x40, max: 0xbf }).filter((each) => [2, 4, 5].includes(each >> 5)),
);
const option = (number: number) =>
  fc.option(fc.uint8Array({ maxLength: 3 }), { nil: undefined }).map((value) => (value ? [{ number, value: Buffer.from(value) }] : []));
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((each) => Buffer.from(each)),
  fc.integer({ min: -1, max: 300 }).map((each) => Buffer.from(String(each))),
  fc.constantFrom(Buffer.alloc(20_000, 'v'), Buffer.from('[{"n":"/5/0/3","v":1},{"n":"/5/0/8/0","v":9007199254740991}]')),
);
const answer = fc.record({
  code,
  contentFormat: fc.option(fc.constantFrom(0, 42, 60, 110, 112, 11542, 11543, 9), { nil: undefined }),
  payload,
  options: fc.tuple(option(OPTION.block1), option(OPTION.block2), option(OPTION.observe)).map((each) => each.flat()),
});
const reaction = fc.oneof({ weight: 20, arbitrary: answer }, { weight: 1, arbitrary: fc.constantFrom<null | 'reset'>(null, 'reset') });

test.each(Object.entries(ASKS) as [Answer['kind'], Ask][])('R-SAFE-3 whatever a device answers: %s, in few words', async (kind, ask) => {
  await fc.assert(
    fc.asyncProperty(fc.array(reaction, { minLength: 1, maxLength: 8 }), async (reactions) => {
      let index = 0;
      const script: Script = () => reactions[index++ % reactions.length] ?? null;
      const device = askedOf(script, {
        downloads: {
          tokenBlock: (_token, _asker, { offset, length }) => ({
            ...{ kind: 'block', bytes: bytes.subarray(offset, offset + length), size: bytes.length, etag: Buffer.alloc(8), deviceId: 'd1' },
          }),
        },
      });
      const given = await device.silentAnswer(ask);
      expect(given.kind).toBe(kind);
      expect(JSON.stringify(given).length).toBeLessThan(MOST_TOLD);
      expect(ASK_OUTCOMES).toContain(outcomeLabel(given));
      expect(device.requests.size).toBe(0);
    }),
    { numRuns: 60 },
  );
});
