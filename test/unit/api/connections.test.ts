import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Registry } from 'prom-client';
import { checked, proven, requested, watchConnections } from '../../../api/transport/connections';

let server: Server;
let registry: Registry;
const warned: object[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
  warned.splice(0);
});

const LIMITS = { strangers: 5, firstRequestMs: 600_000, strangerAnswerMs: 600_000, lateCheckMs: 1 };
/** With the two seconds that Node's own time-out has before it is over after half a second. */
const SHORT = 500 - 2_000;
async function listen(listener: RequestListener, { most = 100, limits = LIMITS } = {}): Promise<void> {
  registry = new Registry();
  server = createServer(listener);
  watchConnections(server, { most, registry, log: { warn: (details) => void warned.push(details), error: () => undefined }, limits });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

async function open(localAddress = '127.0.0.1') {
  const socket = connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', localAddress });
  sockets.push(socket);
  const state = { socket, closed: false };
  socket.on('error', () => undefined).once('close', () => Object.assign(state, { closed: true }));
  await once(socket, 'connect');
  return state;
}
const send = (socket: Socket, head: string) => void socket.write(`${head}\r\nHost: h\r\n\r\n`);
async function until(come: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await come())) await new Promise((resolve) => setTimeout(resolve, 1));
}
const closedFor = async (reason: string) =>
  (await registry.getSingleMetric('updraft_http_closed_total')?.get())?.values.find(({ labels }) => labels.reason === reason)?.value ?? 0;

const hold: RequestListener = (req) => void proven(req.socket, String(req.headers.authorization), 3);

test('R-SAFE-3 of connections that have shown nothing the oldest gives way; one that has shown a key stays, and so does one being checked', async () => {
  let seen = 0;
  await listen((req) => {
    seen += 1;
    if (req.url === '/checked') checked(req.socket);
    else proven(req.socket, 'key', 3);
  });
  const [known, asked] = [await open(), await open()];
  send(known.socket, 'GET /known HTTP/1.1');
  send(asked.socket, 'GET /checked HTTP/1.1');
  await until(() => seen === 2);
  const strangers: Awaited<ReturnType<typeof open>>[] = [];
  for (let n = 0; n < 20; n += 1) strangers.push(await open());
  await until(() => strangers.filter(({ closed }) => closed).length >= 15);
  expect(strangers.map(({ closed }) => closed)).toEqual([...Array(15).fill(true), ...Array(5).fill(false)]);
  expect([known.closed, asked.closed]).toEqual([false, false]);
  expect(await closedFor('gave_way')).toBe(15);
  expect(warned).toHaveLength(1);
});

test('R-SAFE-3 a flood from one address drives out itself, and nobody of another', async () => {
  await listen(hold);
  const slow = await open('127.0.0.2');
  for (let n = 0; n < 30; n += 1) await open();
  await until(async () => (await closedFor('gave_way')) >= 26);
  expect(slow.closed).toBe(false);
});

test('R-SAFE-3 a body of somebody without a key that does not come ends, however its bytes drip; one with a key goes on', async () => {
  const limits = { ...LIMITS };
  await listen(hold, { limits });
  server.removeAllListeners('request');
  server.on('request', requested);
  let seen = 0;
  server.on('request', (req, res) => {
    seen += 1;
    if (req.headers.authorization) proven(req.socket, 'key', 3);
    else res.writeHead(401).end();
  });
  const [stranger, owner] = [await open(), await open()];
  stranger.socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n');
  owner.socket.write('POST / HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer k\r\nContent-Length: 1000\r\n\r\n');
  await until(() => seen === 2);
  // Not before the key has been seen: on a busy machine that may take longer than any short time.
  limits.firstRequestMs = SHORT;
  await until(() => {
    for (const { socket } of [stranger, owner]) if (!socket.destroyed) socket.write('x');
    return stranger.closed;
  });
  expect(owner.closed).toBe(false);
  expect(await closedFor('late')).toBeGreaterThanOrEqual(1);
});

test('R-SAFE-3 one owner has so many connections: the one that is idle gives way, and where none is, the new one is not let in', async () => {
  const answers: boolean[] = [];
  await listen((req, res) => {
    answers.push(proven(req.socket, 'token', 3));
    if (req.url === '/short') res.end('ok');
  });
  const idle = await open();
  send(idle.socket, 'GET /short HTTP/1.1');
  await once(idle.socket, 'data');
  const busy = [await open(), await open()];
  for (const { socket } of busy) send(socket, 'GET /long HTTP/1.1');
  await until(() => answers.length === 3);
  const third = await open();
  send(third.socket, 'GET /long HTTP/1.1');
  await until(() => idle.closed && answers.length === 4);
  const fourth = await open();
  send(fourth.socket, 'GET /long HTTP/1.1');
  await until(() => answers.length === 5);
  expect(answers).toEqual([true, true, true, true, false]);
  expect(busy.map(({ closed }) => closed)).toEqual([false, false]);
  expect(await closedFor('too_many_of_owner')).toBe(2);
});

test('R-SAFE-3 where there are as many connections as may be, the one that is idle longest gives way to a new one', async () => {
  await listen(
    (req, res) => {
      proven(req.socket, String(req.headers.host), 100);
      res.end('ok');
    },
    { most: 4 },
  );
  const all: Awaited<ReturnType<typeof open>>[] = [];
  for (let n = 0; n < 4; n += 1) {
    const each = await open();
    send(each.socket, 'GET / HTTP/1.1');
    await once(each.socket, 'data');
    all.push(each);
  }
  const next = await open();
  send(next.socket, 'GET / HTTP/1.0');
  expect(await text(next.socket)).toContain('200 OK');
  await until(() => all[0]?.closed === true);
  expect(all.map(({ closed }) => closed)).toEqual([true, false, false, false]);
});
