import fc from 'fast-check';
import type { CoapMessage, CoapType } from '../../../gateways/coap/message/message';

const bytes = (maxLength: number): fc.Arbitrary<Buffer> => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const option = fc.record({
  number: fc.oneof(fc.integer({ min: 0, max: 70 }), fc.integer({ min: 0, max: 65_535 })),
  value: fc.oneof({ weight: 8, arbitrary: bytes(20) }, { weight: 1, arbitrary: bytes(400) }),
});
const request = fc.record({ type: fc.constantFrom<CoapType>('CON', 'NON'), code: fc.integer({ min: 1, max: 31 }) });
const response = fc.record({
  type: fc.constantFrom<CoapType>('CON', 'NON', 'ACK'),
  code: fc.tuple(fc.constantFrom(2, 4, 5), fc.integer({ min: 0, max: 31 })).map(([group, detail]) => (group << 5) | detail),
});

/** Every message that RFC 7252 allows, save empty ones. */
export const anyMessage: fc.Arbitrary<CoapMessage> = fc
  .tuple(
    fc.oneof(request, response),
    fc.record({
      messageId: fc.integer({ min: 0, max: 0xffff }),
      token: bytes(8),
      options: fc.array(option, { maxLength: 12 }).map((options) => options.sort((one, other) => one.number - other.number)),
      payload: bytes(80),
    }),
  )
  .map(([head, rest]) => ({ ...head, ...rest }));
