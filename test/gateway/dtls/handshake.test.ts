import { recordAt } from '../../../gateways/coap/dtls/records';
import { createNetwork, KEYS, type Link } from './network';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
});
afterEach(() => {
  jest.useRealTimers();
});

const seconds = (count: number): Promise<void> => jest.advanceTimersByTimeAsync(count * 1000);

/** Its records, each in a datagram of its own. */
function recordsOf(datagram: Buffer): Buffer[] {
  const records: Buffer[] = [];
  let at = 0;
  for (let record = recordAt(datagram, at); record !== null; record = recordAt(datagram, at)) {
    records.push(datagram.subarray(at, record.end));
    at = record.end;
  }
  return records;
}

/** Passes all but the datagrams with these numbers, counted from 1. */
function losing(...lost: number[]): Link['toServer'] {
  let count = 0;
  return (datagram, pass) => {
    if (!lost.includes(++count)) pass(datagram);
  };
}

const connected = async (link: Link): Promise<void> => {
  const connecting = link.client.connect();
  await seconds(60);
  await connecting;
};

test.each([
  ['ClientHello', [1], []],
  ['HelloVerifyRequest (openssl 18635)', [], [1]],
  ['ClientHello with its cookie', [2], []],
  ["the server's hello", [], [2]],
  ["the client's last flight", [3], []],
  ["the server's Finished (Mbed-TLS 9911, pion 479)", [], [3]],
  ["the server's Finished, twice", [], [3, 4]],
  ['two flights of each side', [1, 4], [2, 4]],
] as const)('a handshake gets over the loss of %s', async (_, toServer, toClient) => {
  for (const connectionId of [true, false]) {
    const network = await createNetwork();
    const link = await network.link({ connectionId });
    link.toServer = losing(...toServer);
    link.toClient = losing(...toClient);
    await connected(link);
    link.client.send(Buffer.from('there'));
    expect(network.messages.map(({ text }) => text)).toEqual(['there']);
    expect(network.started).toHaveLength(1);
    expect(network.errors).toEqual([]);
    network.server.close();
  }
});

test('a server hello that nothing answers is sent again after 9 and 27 seconds, and the handshake ends after 90', async () => {
  const network = await createNetwork();
  const link = await network.link();
  link.toServer = (datagram, pass) => {
    if (link.sent.length <= 2) pass(datagram);
  };
  link.toClient = (datagram, pass) => {
    if (link.received.length === 1) pass(datagram);
  };
  link.client.connect().catch(() => undefined);
  expect(link.received).toHaveLength(2);
  await seconds(8.9);
  expect(link.received).toHaveLength(2);
  await seconds(0.2);
  expect(link.received).toHaveLength(3);
  await seconds(18);
  expect(link.received).toHaveLength(4);
  await seconds(60);
  expect(network.server.state()).toMatchObject({ halfOpen: 1 });
  await seconds(4);
  expect(network.server.state()).toMatchObject({ halfOpen: 0, sessions: 0 });
  expect(network.count('handshake_timeout')).toBe(1);
});

test('messages of the server begin at number 1 after the cookie, in a context that has not seen the first hello (wolfSSL 4850)', async () => {
  const network = await createNetwork();
  const link = await network.link();
  await link.client.connect();
  const [verify, hello] = link.received;
  expect([verify?.readUInt8(13), verify?.readUInt16BE(17)]).toEqual([3, 0]);
  expect([hello?.readUInt8(13), hello?.readUInt16BE(17)]).toEqual([2, 1]);
});

test('each datagram twice makes one session and one message', async () => {
  const network = await createNetwork();
  const link = await network.link();
  link.toServer = (datagram, pass) => [datagram, datagram].forEach(pass);
  link.toClient = (datagram, pass) => [datagram, datagram].forEach(pass);
  await connected(link);
  link.client.send(Buffer.from('once'));
  network.started[0]?.send(Buffer.from('back'));
  expect(network.messages.map(({ text }) => text)).toEqual(['once']);
  expect(link.got.map(String)).toEqual(['back']);
  expect(network.started).toHaveLength(1);
  await seconds(100);
  expect(network.server.state()).toMatchObject({ sessions: 1, halfOpen: 0 });
});

test.each([
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
])("the client's last three records may come in the order %i %i %i, while its key is looked up", async (...order) => {
  let found: (key: Buffer) => void = () => undefined;
  const network = await createNetwork({ keyOf: () => new Promise((resolve) => (found = resolve)) });
  const link = await network.link();
  link.toServer = (datagram, pass) => {
    const records = recordsOf(datagram);
    if (records.length === 3) for (const index of order) pass(records[index] as Buffer);
    else pass(datagram);
  };
  const connecting = link.client.connect();
  expect(network.server.state()).toMatchObject({ halfOpen: 1, sessions: 0 });
  found(KEYS.alpha as Buffer);
  await seconds(20);
  await connecting;
  link.client.send(Buffer.from('in order'));
  expect(network.messages.map(({ text }) => text)).toEqual(['in order']);
});

test('a lookup holds a bounded number of datagrams, and a client that asks again meanwhile gets its session', async () => {
  let found: (key: Buffer) => void = () => undefined;
  const network = await createNetwork({ keyOf: () => new Promise((resolve) => (found = resolve)), limits: { heldDatagrams: 3 } });
  const link = await network.link();
  const connecting = link.client.connect();
  await seconds(31);
  expect(network.count('dropped_held_limit')).toBeGreaterThan(0);
  found(KEYS.alpha as Buffer);
  await seconds(1);
  await connecting;
  expect(network.server.state()).toMatchObject({ sessions: 1, halfOpen: 0 });
});

test('a lookup that ends after its handshake changes nothing', async () => {
  let found: (key: Buffer) => void = () => undefined;
  const network = await createNetwork({ keyOf: () => new Promise((resolve) => (found = resolve)) });
  const link = await network.link();
  link.client.connect().catch(() => undefined);
  await seconds(91);
  expect(network.server.state()).toMatchObject({ sessions: 0, halfOpen: 0 });
  found(KEYS.alpha as Buffer);
  await seconds(1);
  expect(network.server.state()).toMatchObject({ sessions: 0, halfOpen: 0 });
  expect(network.errors).toEqual([]);
});

test('repeats of a hello do not keep a half-open handshake for longer (Hazel-Networking 72)', async () => {
  const network = await createNetwork();
  const link = await network.link();
  link.toServer = (datagram, pass) => {
    if (link.sent.length <= 2) pass(datagram);
  };
  link.client.connect().catch(() => undefined);
  const hello = link.sent[1] as Buffer;
  for (let time = 0; time < 95; time += 5) {
    await seconds(5);
    network.server.receive(hello, link);
  }
  expect(network.server.state()).toMatchObject({ halfOpen: 0 });
  expect(network.count('handshake_started')).toBe(1);
});

test('a client that begins anew from the same port is not kept waiting by its half-open handshake', async () => {
  const network = await createNetwork();
  const first = await network.link();
  first.toServer = losing(3, 4, 5, 6, 7);
  first.client.connect().catch(() => undefined);
  first.client.vanish();
  const again = await network.link({ port: first.port });
  await connected(again);
  expect(network.count('handshake_replaced')).toBe(1);
  expect(network.server.state()).toMatchObject({ sessions: 1, halfOpen: 0 });
});

test('a hello with an epoch begins no handshake (tinydtls 13)', async () => {
  const network = await createNetwork();
  const link = await network.link();
  link.toServer = (datagram, pass) => {
    const copy = Buffer.from(datagram);
    copy.writeUInt16BE(1, 3);
    pass(copy);
  };
  link.client.connect().catch(() => undefined);
  await seconds(10);
  expect(link.received).toEqual([]);
  expect(network.count('dropped_unknown_address')).toBe(link.sent.length);
});
