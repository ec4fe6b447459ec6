import { createClientEngine, SUITES } from '../../support/dtls/client';
import { createNetwork, type Link, type Network } from './network';

async function connected(network: Network, options?: Parameters<Network['link']>[0]): Promise<Link> {
  const link = await network.link(options);
  const connecting = link.client.connect();
  await connecting;
  return link;
}

/** What the client sends next, kept from the server. */
function taken(link: Link, text: string): Buffer {
  const { toServer } = link;
  link.toServer = () => undefined;
  link.client.send(Buffer.from(text));
  link.toServer = toServer;
  return link.sent.at(-1) as Buffer;
}

const elsewhere = { address: '198.51.100.9', port: 4711 };
const texts = (network: Network): string[] => network.messages.map(({ text }) => text);

test('a session with a connection id follows its client to another address, and answers go there', async () => {
  const network = await createNetwork();
  const link = await connected(network);
  const session = network.started[0];
  Object.assign(link, elsewhere);
  link.client.send(Buffer.from('moved'));
  expect(texts(network)).toEqual(['moved']);
  expect(session).toMatchObject(elsewhere);
  session?.send(Buffer.from('seen'));
  expect(link.got.map(String)).toEqual(['seen']);
  expect(network.count('address_changed')).toBe(1);
  expect(network.server.state().sessions).toBe(1);
});

test('a client with a connection id of its own as well is followed', async () => {
  const network = await createNetwork();
  const link = await connected(network, { engine: await createClientEngine({ connectionIdBytes: 6 }) });
  Object.assign(link, elsewhere);
  link.client.send(Buffer.from('moved'));
  network.started[0]?.send(Buffer.from('seen'));
  expect([texts(network), link.got.map(String), link.received.at(-1)?.[0]]).toEqual([['moved'], ['seen'], 25]);
});

test('a session without one stays where it is: records from elsewhere are dropped', async () => {
  const network = await createNetwork();
  const link = await connected(network, { connectionId: false });
  const { port } = link;
  link.port = 4711;
  link.client.send(Buffer.from('moved'));
  expect(network.count('dropped_unknown_address')).toBe(1);
  link.port = port;
  link.client.send(Buffer.from('back'));
  expect(texts(network)).toEqual(['back']);
});

test.each([
  ['a record that has come before', (link: Link) => link.sent.at(-1) as Buffer],
  [
    'a record with an octet changed',
    (link: Link) => {
      const datagram = Buffer.from(taken(link, 'third'));
      datagram[datagram.length - 1] = (datagram.at(-1) ?? 0) ^ 1;
      return datagram;
    },
  ],
])('%s from another address moves nothing and says nothing', async (_, make) => {
  const network = await createNetwork();
  const link = await connected(network);
  link.client.send(Buffer.from('first'));
  network.server.receive(make(link), elsewhere);
  expect(texts(network)).toEqual(['first']);
  expect(network.started[0]).toMatchObject({ address: link.address, port: link.port });
  expect(network.strays).toEqual([]);
  expect(network.count('address_kept')).toBe(1);
});

test('a record that was overtaken is read from another address, but moves nothing (RFC 9146, section 6)', async () => {
  const network = await createNetwork();
  const link = await connected(network);
  const late = taken(link, 'late');
  link.client.send(Buffer.from('early'));
  network.server.receive(late, elsewhere);
  expect(texts(network)).toEqual(['early', 'late']);
  expect(network.started[0]).toMatchObject({ address: link.address, port: link.port });
});

test('a record that comes again at its own address is read once', async () => {
  const network = await createNetwork();
  for (const connectionId of [true, false]) {
    const link = await connected(network, { connectionId });
    link.client.send(Buffer.from('one'));
    network.server.receive(link.sent.at(-1) as Buffer, link);
  }
  expect(texts(network)).toEqual(['one', 'one']);
});

test('several records of one datagram are all read', async () => {
  const network = await createNetwork();
  const link = await connected(network);
  network.server.receive(Buffer.concat(['a', 'b', 'c'].map((text) => taken(link, text))), elsewhere);
  expect(texts(network)).toEqual(['a', 'b', 'c']);
  expect(network.count('address_changed')).toBe(1);
});

test('a mapping of a NAT that now is of another device takes no session with it', async () => {
  const network = await createNetwork();
  const asleep = await connected(network);
  const other = await connected(network, { identity: 'beta', port: asleep.port });
  expect(network.ended).toEqual([]);
  other.client.send(Buffer.from('from beta'));
  Object.assign(asleep, elsewhere);
  asleep.client.send(Buffer.from('from alpha'));
  expect(network.messages.map(({ session, text }) => [session.identity, text])).toEqual([
    ['beta', 'from beta'],
    ['alpha', 'from alpha'],
  ]);
});

test('a client that says it is at the address of another takes nothing from that one', async () => {
  const network = await createNetwork();
  const victim = await connected(network, { connectionId: false });
  const liar = await connected(network, { identity: 'beta' });
  network.server.receive(taken(liar, 'I am there'), victim);
  victim.client.send(Buffer.from('still here'));
  expect(network.messages.map(({ session, text }) => [session.identity, text])).toEqual([
    ['beta', 'I am there'],
    ['alpha', 'still here'],
  ]);
});

test('a client that comes again from the same port replaces its session, but only with Finished (pion 253, Mbed-TLS 204, tinydtls 268)', async () => {
  for (const connectionId of [true, false]) {
    const network = await createNetwork();
    const before = await connected(network, { connectionId });
    const again = await network.link({ connectionId, port: before.port });
    const { toServer } = again;
    again.toServer = (datagram, pass) => {
      if (again.sent.length < 3) pass(datagram);
    };
    const connecting = again.client.connect();
    expect(network.server.state()).toMatchObject({ sessions: 1, halfOpen: 1 });
    before.client.send(Buffer.from('still the old one'));
    expect(texts(network)).toEqual(['still the old one']);
    again.toServer = toServer;
    network.server.receive(again.sent[2] as Buffer, again);
    await connecting;
    expect(network.ended).toEqual([{ session: network.started[0], reason: 'replaced' }]);
    expect(network.started[1]?.id).not.toBe(network.started[0]?.id);
    again.client.send(Buffer.from('the new one'));
    expect(network.messages.at(-1)).toEqual({ session: network.started[1], text: 'the new one' });
    before.client.send(Buffer.from('gone'));
    expect(texts(network)).toHaveLength(2);
    expect(network.started[0]?.send(Buffer.from('gone'))).toBe(false);
  }
});

test('a handshake from the address of a session that has no key for it ends nothing', async () => {
  const network = await createNetwork();
  const link = await connected(network);
  const wrong = await network.link({ port: link.port, key: Buffer.alloc(16, 1) });
  await expect(wrong.client.connect()).rejects.toThrow('failed');
  link.client.send(Buffer.from('still here'));
  expect(texts(network)).toEqual(['still here']);
  expect(network.ended).toEqual([]);
});

test('a hello that comes late, after the session that it led to, begins nothing', async () => {
  const network = await createNetwork();
  const link = await connected(network);
  network.server.receive(link.sent[1] as Buffer, link);
  expect(network.count('dropped_repeated_hello')).toBe(1);
  expect(network.server.state()).toMatchObject({ sessions: 1, halfOpen: 0 });
});

test('octets behind a record that is skipped end no session', async () => {
  const network = await createNetwork();
  for (const connectionId of [true, false]) {
    const link = await connected(network, { connectionId });
    link.client.send(Buffer.from('one'));
    const seen = link.sent.at(-1) as Buffer;
    const ofEpochZero = Buffer.from([23, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 7]);
    for (const record of [seen, ofEpochZero])
      for (let count = 1; count < 14; count++) network.server.receive(Buffer.concat([record, Buffer.alloc(count, 23)]), link);
    link.client.send(Buffer.from('two'));
  }
  expect(texts(network)).toEqual(['one', 'two', 'one', 'two']);
  expect(network.ended).toEqual([]);
});

test.each(Object.entries(SUITES))(
  'records too short to be encrypted end no session with %s (CVE-2026-75806 of OpenSSL)',
  async (_, suite) => {
    const network = await createNetwork();
    for (const connectionId of [true, false]) {
      const link = await connected(network, { connectionId, suite });
      const header = taken(link, 'never sent').subarray(0, connectionId ? 17 : 11);
      for (let length = 0; length < 70; length++)
        network.server.receive(Buffer.concat([header, Buffer.from([0, length]), Buffer.alloc(length, 0xaa)]), link);
      link.client.send(Buffer.from('still here'));
    }
    expect(texts(network)).toEqual(['still here', 'still here']);
    expect(network.ended).toEqual([]);
  },
);
