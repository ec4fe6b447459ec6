import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';
import { freeUdpPort } from '../../../server/coap-addresses';
import { readConfig } from '../../../server/config';
import { checkPorts } from '../../../server/ports';

const hasIpv6 = (networkInterfaces().lo ?? []).some(({ address }) => address === '::1');
const hosts = ['127.0.0.1', '0.0.0.0', 'localhost', ...(hasIpv6 ? ['::1', '::'] : [])];

const portsAt = (host: string, port: number) =>
  checkPorts(readConfig({ UPDRAFT_ROLES: 'gateway', UPDRAFT_HOST: host, UPDRAFT_COAP_PORT: `${port}`, ...OTHERS }));
const OTHERS = { UPDRAFT_MQTT_PORT: '0', UPDRAFT_MQTTS_PORT: 'off', UPDRAFT_COAPS_PORT: '0', UPDRAFT_PUBLIC_BASE_URL: 'http://127.0.0.1' };

test.each(hosts)('a UDP port that is free is taken as free at %s, and one that is not is told with its setting', async (host) => {
  const port = await freeUdpPort(host);
  await expect(portsAt(host, port)).resolves.toBeUndefined();
  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', ipv6Only: host.includes(':') });
  socket.bind({ address: host, port, exclusive: true });
  await once(socket, 'listening');
  await expect(portsAt(host, port)).rejects.toThrow('UPDRAFT_COAP_PORT');
  await new Promise<void>((resolve) => socket.close(() => resolve()));
});

test('CoAP and DTLS cannot share a port; UDP and TCP can', async () => {
  const port = `${await freeUdpPort('127.0.0.1')}`;
  const both = (more: Record<string, string>) =>
    checkPorts(readConfig({ UPDRAFT_ROLES: 'gateway', ...OTHERS, UPDRAFT_COAP_PORT: port, ...more }));
  await expect(both({ UPDRAFT_COAPS_PORT: port })).rejects.toThrow(
    `UPDRAFT_COAP_PORT and UPDRAFT_COAPS_PORT are both ${port}. Choose another for one of them: UPDRAFT_COAPS_PORT.`,
  );
  await expect(both({ UPDRAFT_MQTT_PORT: port })).resolves.toBeUndefined();
});
