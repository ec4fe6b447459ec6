import { createNetwork, KEYS, type Link, type Network } from './network';

/** What can be seen of a handshake that fails: kinds and lengths of datagrams, and how it ends. */
const seen = ({ sent, received, ends }: Link): unknown =>
  [sent, received].map((all) => all.map((one) => [one[0], one.length])).concat(ends as never);

async function failing(network: Network, identity: string, key: Buffer): Promise<Link> {
  const link = await network.link({ identity, key });
  await expect(link.client.connect()).rejects.toThrow('failed');
  return link;
}

test('an identity that nobody has is not told apart from a wrong key', async () => {
  const network = await createNetwork();
  const wrong = await failing(network, 'alpha', Buffer.alloc(32, 1));
  const unknown = await failing(network, 'nobody'.slice(0, 5), Buffer.alloc(32, 1));
  expect(seen(unknown)).toEqual(seen(wrong));
  expect([network.count('identity_unknown'), network.count('handshake_failed')]).toEqual([1, 2]);
  expect(network.server.state()).toMatchObject({ sessions: 0, halfOpen: 0 });
});

test('a lookup that fails drops the handshake without a word, and is told to the owner of the server', async () => {
  const failure = new Error('the store is away');
  const network = await createNetwork({ keyOf: () => Promise.reject(failure) });
  const link = await network.link();
  link.client.connect().catch(() => undefined);
  await network.until(() => network.count('key_lookup_failed') === 1);
  expect(network.errors).toEqual([failure]);
  expect(link.received).toHaveLength(2);
  expect(network.server.state()).toMatchObject({ halfOpen: 0 });
  link.client.vanish();
});

test.each([0, 65])('a key of %i octets, which Mbed TLS does not take, is one that nobody has', async (length) => {
  const network = await createNetwork({ keyOf: async () => Buffer.alloc(length) });
  await failing(network, 'alpha', Buffer.alloc(16, 1));
  expect(network.count('identity_unknown')).toBe(1);
});

test.each([16, 48, 64])('a key of %i octets is taken', async (length) => {
  const key = Buffer.alloc(length, 7);
  const network = await createNetwork({ keyOf: async () => key });
  const link = await network.link({ key });
  await link.client.connect();
  expect(network.server.state().sessions).toBe(1);
});

test('octets that are no UTF-8 are nobody, whatever text they would become', async () => {
  const network = await createNetwork({ keyOf: async () => KEYS.alpha ?? null });
  const link = await network.link({ identity: Buffer.from([0xff, 0xfe]), key: KEYS.alpha });
  await expect(link.client.connect()).rejects.toThrow('failed');
});

test('an identity of 128 octets is one, in any script', async () => {
  const identity = '設備'.repeat(21).concat('xy');
  expect(Buffer.from(identity)).toHaveLength(128);
  const network = await createNetwork({ keyOf: async (asked) => (asked === identity ? (KEYS.alpha as Buffer) : null) });
  const link = await network.link({ identity, key: KEYS.alpha });
  await link.client.connect();
  expect(network.started[0]?.identity).toBe(identity);
});

test('a device that is disabled has no session and no handshake any more when the call returns', async () => {
  const network = await createNetwork();
  const [first, second, beta] = [await network.link(), await network.link(), await network.link({ identity: 'beta' })];
  for (const link of [first, second, beta]) await link.client.connect();
  network.server.endIdentity('alpha');
  expect(network.server.state()).toMatchObject({ sessions: 1, halfOpen: 0 });
  expect(network.ended.map(({ session, reason }) => [session.identity, reason])).toEqual([
    ['alpha', 'ended'],
    ['alpha', 'ended'],
  ]);
  expect([first.ends, second.ends, beta.ends]).toEqual([['closed'], ['closed'], []]);
  beta.client.send(Buffer.from('still here'));
  expect(network.messages).toHaveLength(1);
});

test('a key that is found after its device was disabled is of no use any more', async () => {
  let found: (key: Buffer) => void = () => undefined;
  const network = await createNetwork({ keyOf: () => new Promise((resolve) => (found = resolve)) });
  const link = await network.link();
  link.client.connect().catch(() => undefined);
  expect(network.server.state()).toMatchObject({ sessions: 0, halfOpen: 1 });
  network.server.endIdentity('alpha');
  found(KEYS.alpha as Buffer);
  await new Promise((resolve) => setImmediate(resolve));
  expect(network.server.state()).toMatchObject({ sessions: 0, halfOpen: 0 });
  expect(network.count('handshake_ended')).toBe(1);
  link.client.vanish();
});

test('a session may end itself, and others of its identity, while one of its messages is told', async () => {
  const network: Network = await createNetwork({
    onMessage(session, text) {
      if (text.toString() === 'all') network.server.endIdentity(session.identity);
      else session.end();
    },
  });
  const [one, two] = [await network.link(), await network.link()];
  for (const link of [one, two]) await link.client.connect();
  one.client.send(Buffer.from('me'));
  expect(network.server.state().sessions).toBe(1);
  two.client.send(Buffer.from('all'));
  expect(network.server.state().sessions).toBe(0);
  expect(network.errors).toEqual([]);
});

test('a client that closes ends its session', async () => {
  const network = await createNetwork();
  const link = await network.link();
  await link.client.connect();
  link.client.close();
  expect(network.ended.map(({ reason }) => reason)).toEqual(['closed_by_peer']);
});

test('what the owner throws does not reach the socket, and harms no session', async () => {
  const failure = new Error('of the owner');
  const network = await createNetwork({
    onMessage() {
      throw failure;
    },
  });
  const link = await network.link();
  await link.client.connect();
  link.client.send(Buffer.from('one'));
  link.client.send(Buffer.from('two'));
  expect(network.errors).toEqual([failure, failure]);
  expect(network.server.state().sessions).toBe(1);
});

test('a record has its limit: more is an error of the caller', async () => {
  const network = await createNetwork();
  const link = await network.link();
  await link.client.connect();
  expect(network.started[0]?.send(Buffer.alloc(2048, 'x'))).toBe(true);
  expect(link.got[0]).toHaveLength(2048);
  expect(() => network.started[0]?.send(Buffer.alloc(2049))).toThrow('2048 octets');
  network.server.receive(Buffer.alloc(3000, 23), link);
  expect(network.count('dropped_too_large')).toBe(1);
});
