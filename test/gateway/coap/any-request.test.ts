import fc from 'fast-check';
import pino from 'pino';
import { Registry } from 'prom-client';
import { createSampledLog } from '../../../core/sampled-log';
import { createBounds } from '../../../gateways/coap/bounds';
import type { CoapResponse } from '../../../gateways/coap/front/answers';
import { codeClass } from '../../../gateways/coap/message/codes';
import { OPTION, pathOptions } from '../../../gateways/coap/message/options';
import { createCoapMetrics } from '../../../gateways/coap/metrics';
import { COAP_QUOTAS } from '../../../gateways/coap/quotas';
import { createRegisteredPeers } from '../../../gateways/coap/registered-peers';
import { createRequestHandler } from '../../../gateways/coap/request-handler';
import { FakeCoapCore } from './fake-coap-core';
import { anyMessage } from './messages';

const path = fc.tuple(
  fc.constantFrom('rd', 'dp', 'f', '.well-known', '', 'toString', '__proto__'),
  fc.array(fc.constantFrom('r1', 'core', '', 'x'), { maxLength: 3 }),
);
const query = fc.array(fc.oneof(fc.constantFrom('ep=plain-1', 'lt=60', 'lwm2m=1.1', 'b=UQ', 'Q', 'lt=-1'), fc.string({ maxLength: 20 })), {
  maxLength: 5,
});
const block1 = fc.option(fc.uint8Array({ maxLength: 3 }), { nil: null });

test('whatever is asked, of whichever resource, is answered once, and the answer is no fault of ours', async () => {
  const errors: unknown[] = [];
  const handle = createRequestHandler({
    core: new FakeCoapCore(),
    gatewayId: 'gateway-1',
    peers: createRegisteredPeers(10),
    registeredAt: async () => null,
    upgrades: { heard: () => undefined, registered: () => undefined, told: async () => undefined },
    conversations: { heard: () => undefined, registered: () => undefined },
    boundsOf: createBounds({ ...COAP_QUOTAS, addressRequestsPerSecond: 1_000_000 }),
    metrics: createCoapMetrics(new Registry()),
    sampled: createSampledLog(pino({ level: 'silent' })),
    onError: (error) => errors.push(error),
  });
  const peer = { key: 'p', address: '192.0.2.1', port: 5_683, identity: null, send: () => undefined };
  await fc.assert(
    fc.asyncProperty(anyMessage, path, query, block1, async (message, [first, rest], queries, block) => {
      fc.pre(message.code < 32);
      const options = [
        ...message.options,
        ...pathOptions([first, ...rest]),
        ...queries.map((text) => ({ number: OPTION.uriQuery, value: Buffer.from(text) })),
        ...(block ? [{ number: OPTION.block1, value: Buffer.from(block) }] : []),
      ].sort((one, other) => one.number - other.number);
      const answers: CoapResponse[] = [];
      await handle(peer, { ...message, options }, (answer) => answers.push(answer));
      expect(answers).toHaveLength(1);
      expect([2, 4]).toContain(codeClass(answers[0]?.code ?? 0));
    }),
    { numRuns: 2_000 },
  );
  expect(errors).toEqual([]);
});
