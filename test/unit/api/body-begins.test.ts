import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import express from 'express';
import { bodyBegins } from '../../../api/transport/body-begins';
import { linger } from '../../../api/transport/linger';
import { UpgradableRequest } from '../../../api/transport/upgradable-request';

const MS = 200;
let server: Server;
const sockets: Socket[] = [];
/** Bodies that have ended. */
let read = 0;
beforeEach(async () => {
  read = 0;
  const app = express();
  server = createServer({ IncomingMessage: UpgradableRequest }, (req, res) => {
    linger(req, res, () => ({ bytes: 1_000_000, ms: 600_000, idleMs: MS }));
    bodyBegins(req, res, MS);
    app(req, res);
  });
  app.use((req, res) => {
    if (req.url === '/waits') return;
    req.resume().once('end', () => {
      read += 1;
      if (req.url !== '/thinks') res.end('ok');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  server.close();
});

/** What has come so far, and whether the connection is closed. */
async function send(text: string) {
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' });
  sockets.push(socket);
  const state = { socket, answer: '', closed: false };
  socket.on('data', (piece) => {
    state.answer += piece;
  });
  socket.on('error', () => undefined).once('close', () => Object.assign(state, { closed: true }));
  await once(socket, 'connect');
  socket.write(text);
  return state;
}
const post = (path: string, headers: string, body = '') => send(`POST ${path} HTTP/1.1\r\nHost: h\r\n${headers}\r\n\r\n${body}`);
async function until(come: () => boolean): Promise<void> {
  while (!come()) await new Promise((resolve) => setTimeout(resolve, 1));
}

test.each(['Content-Length: 10', 'Transfer-Encoding: chunked', 'Content-Length: 10\r\nExpect: 100-continue'])(
  'R-SAFE-3 a body that never begins is answered with 408, and its connection closed: %s',
  async (headers) => {
    const never = await post('/', headers);
    await until(() => never.closed);
    expect(never.answer.replace('HTTP/1.1 100 Continue\r\n\r\n', '')).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
    expect(never.answer).toContain('The body of the request did not begin within 0.2 seconds.');
    expect(never.answer).toMatch(/^connection: close\r$/im);
  },
);

test.each(['/', '/waits'])('R-SAFE-3 one that has begun goes on as slowly as it likes, read or not: %s', async (path) => {
  const begun = [await post(path, 'Content-Length: 10', 'x'), await post(path, 'Transfer-Encoding: chunked', '1\r\nx\r\n')];
  // Those that come later are over before these are.
  for (let n = 0; n < 2; n += 1) {
    const never = await post(path, 'Content-Length: 10');
    await until(() => never.closed);
  }
  expect(begun.map(({ closed, answer }) => [closed, answer])).toEqual(begun.map(() => [false, '']));
  if (path === '/waits') return;
  begun[0]?.socket.write('123456789');
  begun[1]?.socket.write('0\r\n\r\n');
  await until(() => begun.every(({ answer }) => answer.includes('200 OK')));
  expect(read).toBe(2);
});

test('R-SAFE-3 an answer may take its time when the body has come, or where there is none', async () => {
  const asked = [
    await post('/thinks', 'Content-Length: 2', 'xx'),
    await post('/thinks', 'Transfer-Encoding: chunked', '0\r\n\r\n'),
    await post('/thinks', 'Content-Length: 0'),
    await send('GET /thinks HTTP/1.1\r\nHost: h\r\n\r\n'),
  ];
  const never = await post('/thinks', 'Content-Length: 2');
  await until(() => never.closed);
  expect(asked.map(({ closed, answer }) => [closed, answer])).toEqual(asked.map(() => [false, '']));
  expect(read).toBe(4);
});
