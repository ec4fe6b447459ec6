import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { linger } from '../../../api/transport/linger';

const BOUNDS = { bytes: 1_000_000, ms: 30_000, idleMs: 5_000 };

let server: Server;
let socket: Socket;
beforeAll(async () => {
  server = createServer((req, res) => {
    socket = req.socket;
    linger(req, res, () => BOUNDS);
    res.writeHead(415).end('no');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** Sends its body only when it has been refused. */
async function refused(agent: Agent): Promise<number> {
  const { port } = server.address() as AddressInfo;
  const sent = request({ agent, port, host: '127.0.0.1', method: 'POST', headers: { 'content-length': 4 } });
  sent.flushHeaders();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  sent.end('body');
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode ?? 0;
}

test('R-SAFE-3 a connection that is kept for many refused requests has read each to its end, and nothing waits on it', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  expect(await refused(agent)).toBe(415);
  const first = socket;
  const before = first.listenerCount('close');
  for (let round = 0; round < 12; round++) expect(await refused(agent)).toBe(415);
  expect(socket).toBe(first);
  expect(socket.listenerCount('close')).toBe(before);
  agent.destroy();
});
