import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { coapBaseUrlsOf, coapPortsOf } from '../../../server/coap-addresses';

const GATEWAY = { roles: ['gateway'], host: '127.0.0.1' } as const;
const publicBaseUrl = 'https://fw.example.com/updraft';

test('ports that are given stay, a free one takes the place of 0, and none is opened where it is off', async () => {
  expect(await coapPortsOf({ ...GATEWAY, coapPort: 5683, coapsPort: null })).toEqual({ coapPort: 5683, coapsPort: null });
  const { coapPort, coapsPort } = await coapPortsOf({ ...GATEWAY, coapPort: null, coapsPort: 0 });
  expect(coapPort).toBeNull();
  const socket = createSocket('udp4');
  socket.bind({ address: '127.0.0.1', port: coapsPort ?? 1 });
  await once(socket, 'listening');
  socket.close();
});

test('a process without a gateway knows no port that another one takes', async () => {
  const worker = { ...GATEWAY, roles: ['worker'] as const };
  expect(await coapPortsOf({ ...worker, coapPort: 0, coapsPort: 5684 })).toEqual({ coapPort: null, coapsPort: 5684 });
});

test.each([
  [{ publicBaseUrl }, { coap: 'coap://fw.example.com:5683', coaps: 'coaps://fw.example.com:5684' }],
  [{ publicBaseUrl: 'http://[2001:db8::7]:8080' }, { coap: 'coap://[2001:db8::7]:5683', coaps: 'coaps://[2001:db8::7]:5684' }],
  [
    { publicBaseUrl, coapPublicHost: 'coap.example.com' },
    { coap: 'coap://coap.example.com:5683', coaps: 'coaps://coap.example.com:5684' },
  ],
])('R-DL-4 addresses over CoAP have the host that devices reach: %j', (hosts, urls) => {
  expect(coapBaseUrlsOf({ coapPort: 5683, coapsPort: 5684 }, hosts)).toEqual(urls);
});

test('there are none of a port that is off', () => {
  expect(coapBaseUrlsOf({ coapPort: null, coapsPort: null }, { publicBaseUrl })).toEqual({});
});
