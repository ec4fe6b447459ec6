import { Registry } from 'prom-client';
import { CODE } from '../../../gateways/coap/message/codes';
import { createCoapMetrics } from '../../../gateways/coap/metrics';
import { createRegisteredPeers } from '../../../gateways/coap/registered-peers';
import { createRd } from '../../../gateways/coap/resources/rd';
import { FakeCoapCore } from './fake-coap-core';

test.each([
  ['without DTLS, an endpoint that there is takes as long as one that nobody has', null, 1],
  ['with DTLS nothing waits: who asks has proven who it is', 'valve-1', 0],
])('%s', async (_name, identity, times) => {
  let evened = 0;
  const rd = createRd({
    registrations: new FakeCoapCore().registrations,
    gatewayId: 'gateway-1',
    peers: createRegisteredPeers(10),
    mayRegister: () => true,
    onRegistered: () => undefined,
    metrics: createCoapMetrics(new Registry()),
    evenly: (work) => {
      evened += 1;
      return work();
    },
  });
  const peer = { key: 'p', address: '192.0.2.1', port: 5_683, identity, send: () => undefined };
  const request = { peer, rest: [], queries: ['ep=nobody'], contentFormat: null, body: Buffer.alloc(0) };
  expect(await rd([])?.[CODE.post]?.(request)).toMatchObject({ code: CODE.forbidden });
  expect(evened).toBe(times);
});
