import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { freePort, isFreeWithin } from '../../../server/embedded/free-port';

async function occupied() {
  const server = createServer().listen({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

test('a port that an ending program still has is waited for', async () => {
  const { server, port } = await occupied();
  const free = isFreeWithin(port, 60_000);
  server.close();
  expect(await free).toBe(true);
});

test('a port that stays taken is said to be so', async () => {
  const { server, port } = await occupied();
  expect(await isFreeWithin(port, 0)).toBe(false);
  server.close();
});

test('no port is given out twice, and another process looks elsewhere', async () => {
  const ours = await Promise.all(Array.from({ length: 20 }, () => freePort()));
  expect(new Set(ours).size).toBe(20);
  const theirs = await Promise.all(Array.from({ length: 20 }, () => freePort(process.pid + 1)));
  expect(theirs.filter((port) => ours.includes(port))).toEqual([]);
});
