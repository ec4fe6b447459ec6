import type { Context, Engine } from '../../../gateways/coap/dtls/engine';
import { createNetwork } from './network';

/** No place in any memory: the module traps when it reads there. */
const NOWHERE: Context = 0xffff_ff00;
let failsAt: keyof Engine | null = null;

jest.mock('../../../gateways/coap/dtls/engine', () => {
  const actual = jest.requireActual<typeof import('../../../gateways/coap/dtls/engine')>('../../../gateways/coap/dtls/engine');
  return {
    ...actual,
    createEngine(...args: Parameters<typeof actual.createEngine>): Engine {
      const engine = actual.createEngine(...args);
      const place = (name: keyof Engine, context: Context): Context => {
        if (failsAt !== name) return context;
        failsAt = null;
        return NOWHERE;
      };
      return Object.assign(Object.create(engine), {
        handshake: (context: Context, ...rest: [Uint8Array | null]) => engine.handshake(place('handshake', context), ...rest),
        read: (context: Context, ...rest: [Uint8Array | null]) => engine.read(place('read', context), ...rest),
        write: (context: Context, ...rest: [Uint8Array]) => engine.write(place('write', context), ...rest),
        close: (context: Context, ...rest: [boolean]) => engine.close(place('close', context), ...rest),
      });
    },
  };
});

test.each(['read', 'write', 'close', 'handshake'] as const)(
  'a trap in %s ends all sessions with a reason, and the next clients get a new instance',
  async (call) => {
    const network = await createNetwork();
    const links = [await network.link(), await network.link({ identity: 'beta' })];
    for (const link of links) await link.client.connect();
    const waiting = await network.link({ identity: 'gamma' });
    waiting.toServer = (datagram, pass) => {
      if (waiting.sent.length <= 2) pass(datagram);
    };
    waiting.client.connect().catch(() => undefined);
    const late = await network.link();
    // Traps in the server, not in the clients: they are at rest here.
    const provoke = {
      read: () => network.server.receive(Buffer.from(links[0]?.sent.at(-1) ?? []), links[0] as never),
      write: () => void network.started[0]?.send(Buffer.from('x')),
      close: () => network.started[0]?.end(),
      handshake: () => network.server.receive(waiting.sent[0] as Buffer, { address: '203.0.113.1', port: 1 }),
    };
    failsAt = call;
    provoke[call]();
    expect(failsAt).toBeNull();
    expect(network.server.state()).toMatchObject({ sessions: 0, halfOpen: 0 });
    const reasons = network.ended.map(({ session, reason }) => `${session.identity} ${reason}`).sort();
    expect(reasons).toEqual([call === 'close' ? 'alpha ended' : 'alpha engine_failed', 'beta engine_failed']);
    expect(network.count('engine_failed')).toBe(1);
    expect(network.errors).toEqual([expect.objectContaining({ name: 'EngineFailed', cause: expect.any(WebAssembly.RuntimeError) })]);
    links[0]?.client.send(Buffer.from('old keys'));
    expect(network.messages).toEqual([]);
    expect(network.started[0]?.send(Buffer.from('x'))).toBe(false);
    await late.client.connect();
    late.client.send(Buffer.from('new keys'));
    expect(network.messages.map(({ text }) => text)).toEqual(['new keys']);
  },
);
