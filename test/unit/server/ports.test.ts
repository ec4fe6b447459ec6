import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { freeUdpPort } from '../../../server/coap-addresses';
import { readConfig } from '../../../server/config';
import { checkPorts } from '../../../server/ports';

const config = (more: Record<string, string>) =>
  readConfig({
    UPDRAFT_HTTP_PORT: '0',
    UPDRAFT_MQTT_PORT: '0',
    UPDRAFT_MQTTS_PORT: 'off',
    UPDRAFT_COAP_PORT: 'off',
    UPDRAFT_COAPS_PORT: 'off',
    ...more,
  });

async function bound(address: string, port: number): Promise<Socket> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.bind({ address, port });
  await once(socket, 'listening');
  return socket;
}

test.each(['127.0.0.1', '::1', 'localhost', '0.0.0.0', '::'])('UDP ports that are free are no problem: %s', async (host) => {
  const [coap, coaps] = [await freeUdpPort('127.0.0.1'), await freeUdpPort('127.0.0.1')];
  const more = { UPDRAFT_HOST: host, UPDRAFT_PUBLIC_BASE_URL: 'https://fw.example.com' };
  await checkPorts(config({ ...more, UPDRAFT_COAP_PORT: `${coap}`, UPDRAFT_COAPS_PORT: `${coaps}` }));
});

test.each(['127.0.0.1', '::1'])('one that is taken is told with its setting: %s', async (host) => {
  const port = await freeUdpPort(host);
  const socket = await bound(host, port);
  try {
    await expect(checkPorts(config({ UPDRAFT_HOST: host, UPDRAFT_COAPS_PORT: `${port}` }))).rejects.toThrow(
      `Port ${port} is in use by another program. Choose another with UPDRAFT_COAPS_PORT.`,
    );
  } finally {
    socket.close();
  }
});

test('CoAP and DTLS cannot share a port; UDP and TCP can', async () => {
  const port = `${await freeUdpPort('127.0.0.1')}`;
  await expect(checkPorts(config({ UPDRAFT_COAP_PORT: port, UPDRAFT_COAPS_PORT: port }))).rejects.toThrow(
    `UPDRAFT_COAP_PORT and UPDRAFT_COAPS_PORT are both ${port}. Choose another for one of them: UPDRAFT_COAPS_PORT.`,
  );
  await checkPorts(config({ UPDRAFT_COAP_PORT: port, UPDRAFT_MQTT_PORT: port }));
});
