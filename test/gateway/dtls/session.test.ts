import { SUITES } from '../../support/dtls/client';
import { createNetwork } from './network';

test.each(Object.entries(SUITES))('a client with the suite %s proves its key and exchanges messages', async (_, suite) => {
  const network = await createNetwork();
  const link = await network.link({ suite });
  await link.client.connect();
  expect(link.client.suite).toBe(suite);
  expect(link.client.hasConnectionId).toBe(true);
  expect(network.started).toEqual([expect.objectContaining({ identity: 'alpha', address: link.address, port: link.port })]);
  link.client.send(Buffer.from('hello'));
  expect(network.messages).toEqual([{ session: network.started[0], text: 'hello' }]);
  expect(network.started[0]?.send(Buffer.from('good day'))).toBe(true);
  expect(link.got.map(String)).toEqual(['good day']);
  expect(network.errors).toEqual([]);
  network.server.close();
  expect(link.ends).toEqual(['closed']);
});
