import { addressesOf, inUrl } from '../../../gateways/coap/addresses';
import { told } from './coap-client';
import { startCoapGateway } from './coap-support';

test.each([
  ['127.0.0.1', ['127.0.0.1']],
  ['::1', ['::1']],
  ['0.0.0.0', ['0.0.0.0']],
  ['::', ['0.0.0.0', '::']],
])('sockets for %s are bound to %j', async (host, addresses) => {
  expect(await addressesOf(host)).toEqual(addresses);
});

test('a name has one address, which a device finds, and one that is none is told', async () => {
  expect(await addressesOf('localhost')).toHaveLength(1);
  const running = await startCoapGateway({ host: 'localhost' });
  expect(running.urls.coapUrl).toMatch(/^coap:\/\/localhost:\d+$/);
  const port = new URL(running.urls.coapUrl ?? '').port;
  const [address = ''] = await addressesOf('localhost');
  const device = await running.plain(`coap://${inUrl(address)}:${port}`);
  expect(told(await device.ask({ path: '/rd', query: 'ep=plain-1&lwm2m=1.1' }))).toBe('2.01 rd/r1');
  await running.stop();
  await expect(addressesOf('no-such-host.invalid')).rejects.toMatchObject({ code: expect.stringMatching(/^E/) });
});
