import { createNetwork, type Link, type Network } from './network';

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
});
afterEach(() => {
  jest.useRealTimers();
});

/** A handshake whose client proves its address and says no more. */
async function halfOpen(network: Network, address?: string): Promise<Link> {
  const link = await network.link({ address });
  link.toServer = (datagram, pass) => {
    if (link.sent.length <= 2) pass(datagram);
  };
  link.client.connect().catch(() => undefined);
  return link;
}

async function connected(network: Network, options?: Parameters<Network['link']>[0]): Promise<Link> {
  const link = await network.link(options);
  await link.client.connect();
  return link;
}

test('hellos without a cookie keep no state and get less than they are, also when the limits are reached', async () => {
  const network = await createNetwork({ limits: { halfOpen: 1 } });
  const link = await halfOpen(network);
  const [hello] = link.sent as [Buffer];
  const { memoryBytes } = network.server.state();
  for (let port = 1; port <= 2000; port++) network.server.receive(hello, { address: '203.0.113.5', port });
  expect(network.server.state()).toEqual({ sessions: 0, halfOpen: 1, memoryBytes });
  expect(network.strays).toHaveLength(2000);
  expect(Math.max(...network.strays.map(({ length }) => length))).toBeLessThan(hello.length);
  expect(network.count('cookie_sent')).toBe(2001);
});

test('a cookie lasts a minute, however many others were given meanwhile, and only at its address', async () => {
  const network = await createNetwork();
  const link = await halfOpen(network);
  const [first, withCookie] = link.sent as [Buffer, Buffer];
  network.server.receive(withCookie, { address: '203.0.113.5', port: link.port });
  network.server.receive(withCookie, { address: link.address, port: 1 });
  expect(network.server.state().halfOpen).toBe(1);
  const slow = await network.link();
  const held: Buffer[] = [];
  slow.toClient = (datagram) => void held.push(datagram);
  slow.client.connect().catch(() => undefined);
  for (let port = 1; port <= 500; port++) network.server.receive(first, { address: '203.0.113.6', port });
  await jest.advanceTimersByTimeAsync(900);
  slow.client.receive(held[0] as Buffer);
  expect(network.server.state().halfOpen).toBe(2);
  await jest.advanceTimersByTimeAsync(100_000);
  network.server.receive(slow.sent.find((datagram) => datagram.length > first.length) as Buffer, slow);
  expect(network.server.state().halfOpen).toBe(0);
});

test('half-open handshakes are bounded for an address and in all; those that are there go on', async () => {
  const network = await createNetwork({ limits: { halfOpen: 5, halfOpenPerAddress: 1 } });
  const first = await network.link({ address: '192.0.2.7' });
  const last: (() => void)[] = [];
  first.toServer = (datagram, pass) => {
    if (first.sent.length < 3) pass(datagram);
    else last.push(() => pass(datagram));
  };
  const connecting = first.client.connect();
  for (let count = 0; count < 4; count++) await halfOpen(network, '192.0.2.7');
  expect([network.server.state().halfOpen, network.count('dropped_half_open_address_limit')]).toEqual([1, 4]);
  for (let count = 0; count < 6; count++) await halfOpen(network, `198.51.100.${count}`);
  expect([network.server.state().halfOpen, network.count('dropped_half_open_limit')]).toEqual([5, 2]);
  last[0]?.();
  await connecting;
  expect(network.server.state()).toMatchObject({ sessions: 1, halfOpen: 4 });
  await jest.advanceTimersByTimeAsync(91_000);
  expect(network.server.state()).toMatchObject({ sessions: 1, halfOpen: 0 });
  await connected(network, { address: '192.0.2.7' });
});

test('a few addresses that hold all half-open handshakes lock nobody out', async () => {
  const network = await createNetwork({ limits: { halfOpen: 6, halfOpenPerAddress: 3 } });
  for (let count = 0; count < 6; count++) await halfOpen(network, `203.0.113.${count % 2}`);
  const [one, two] = [await connected(network), await halfOpen(network, '192.0.2.9')];
  expect([network.server.state().halfOpen, network.count('handshake_displaced')]).toEqual([6, 1]);
  await halfOpen(network, '203.0.113.1');
  expect(network.count('dropped_half_open_address_limit')).toBe(1);
  one.client.send(Buffer.from('here'));
  expect(network.messages.map(({ text }) => text)).toEqual(['here']);
  expect(two.received).toHaveLength(2);
});

test('the addresses of one IPv6 network count together', async () => {
  const network = await createNetwork({ limits: { halfOpenPerAddress: 2 } });
  for (let count = 0; count < 4; count++) await halfOpen(network, `2001:db8::${count}`);
  expect([network.server.state().halfOpen, network.count('dropped_half_open_address_limit')]).toEqual([2, 2]);
});

test('no session begins above their limit, save one that replaces another', async () => {
  const network = await createNetwork({ limits: { sessions: 2 } });
  const first = await connected(network);
  await connected(network, { identity: 'beta' });
  const third = await network.link({ identity: 'gamma' });
  third.client.connect().catch(() => undefined);
  expect([network.server.state().halfOpen, network.count('dropped_session_limit')]).toEqual([0, 1]);
  await connected(network, { port: first.port });
  expect(network.server.state()).toMatchObject({ sessions: 2, halfOpen: 0 });
  third.client.vanish();
});

test('an identity has two sessions; with a third its oldest ends', async () => {
  const network = await createNetwork();
  const [first, second] = [await connected(network), await connected(network)];
  await connected(network, { identity: 'beta' });
  expect(network.ended).toEqual([]);
  await connected(network);
  expect(network.ended).toEqual([{ session: network.started[0], reason: 'identity_limit' }]);
  expect([first.ends, second.ends]).toEqual([['closed'], []]);
  expect(network.server.sessionsOf('alpha').map(({ id }) => id)).toEqual([2, 4]);
});

test('a session that has heard nothing proven for its idle time ends', async () => {
  const network = await createNetwork({ limits: { idleSeconds: 60 } });
  const [talks, silent] = [await connected(network), await connected(network, { identity: 'beta' })];
  await jest.advanceTimersByTimeAsync(50_000);
  talks.client.send(Buffer.from('here'));
  const repeated = silent.sent.at(-1) as Buffer;
  network.server.receive(repeated, silent);
  await jest.advanceTimersByTimeAsync(11_000);
  expect(network.ended.map(({ session, reason }) => [session.identity, reason])).toEqual([['beta', 'idle']]);
  expect(silent.ends).toEqual(['closed']);
  await jest.advanceTimersByTimeAsync(50_000);
  expect(network.ended.map(({ session }) => session.identity)).toEqual(['beta', 'alpha']);
});

test('when the memory is used up no handshake begins, and what is there works on', async () => {
  const network = await createNetwork({ limits: { memoryBytes: 3 * 1024 * 1024, halfOpen: 10_000, halfOpenPerAddress: 10_000 } });
  const link = await connected(network);
  for (let count = 0; network.count('dropped_memory_limit') + network.count('dropped_hello_refused') === 0; count++) {
    const one = await halfOpen(network);
    one.client.vanish();
    expect(count).toBeLessThan(1000);
  }
  link.client.send(Buffer.from('still here'));
  expect(network.messages.map(({ text }) => text)).toEqual(['still here']);
  expect(network.server.state().memoryBytes).toBeLessThanOrEqual(3 * 1024 * 1024);
  await jest.advanceTimersByTimeAsync(91_000);
  await connected(network);
  expect(network.errors).toEqual([]);
});
