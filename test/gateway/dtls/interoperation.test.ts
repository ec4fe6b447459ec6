import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createDtlsServer, type DtlsServer, type DtlsSession } from '../../../gateways/coap/dtls/server';
import { COAP_CLIENTS, OPENSSL, runProgram, testWith } from '../../support/dtls/programs';

const KEY = Buffer.from('16 secret octets');
const PLACES = [
  ['IPv4', 'udp4', '127.0.0.1'],
  ['IPv6', 'udp6', '::1'],
] as const;

let socket: Socket;
let server: DtlsServer;
let answer: (plaintext: Buffer, session: DtlsSession) => Buffer;
let identities: string[];

async function listen(type: 'udp4' | 'udp6', address: string): Promise<number> {
  socket = createSocket(type);
  identities = [];
  server = await createDtlsServer({
    keyOf: async (identity) => (identity === 'alpha' ? KEY : null),
    send: (datagram, port, to) => socket.send(datagram, port, to),
    onSession: (session) => void identities.push(session.identity),
    onMessage: (session, plaintext) => void session.send(answer(plaintext, session)),
  });
  socket.on('message', (datagram, from) => server.receive(datagram, from));
  socket.bind(0, address);
  await once(socket, 'listening');
  return (socket.address() as AddressInfo).port;
}

afterEach(() => {
  server.close();
  socket.close();
});

/** Acknowledges a CoAP request with 2.05 and a text of 1,000 octets, of which the client shows the end. */
const contentOf = (request: Buffer): Buffer => {
  const tokenLength = (request[0] ?? 0) & 0x0f;
  const head = Buffer.from([0x60 | tokenLength, 0x45, request[2] ?? 0, request[3] ?? 0]);
  const text = 'the end'.padStart(1000, '.');
  return Buffer.concat([head, request.subarray(4, 4 + tokenLength), Buffer.from([0xff]), Buffer.from(text)]);
};

testWith([OPENSSL]).each(['PSK-AES128-CCM8', 'PSK-AES128-CCM', 'PSK-AES128-GCM-SHA256', 'PSK-AES128-CBC-SHA256'])(
  'openssl s_client exchanges messages with %s, and ends its session',
  async (suite) => {
    const port = await listen('udp4', '127.0.0.1');
    answer = (plaintext) => Buffer.from(`got ${plaintext.toString()}`);
    const cipher = ['-cipher', `${suite}:@SECLEVEL=0`];
    const psk = ['-psk_identity', 'alpha', '-psk', KEY.toString('hex')];
    const { child, wrote, ended } = await runProgram(OPENSSL, ['s_client', '-dtls1_2', '-connect', `127.0.0.1:${port}`, ...psk, ...cipher]);
    await wrote(new RegExp(`Cipher is ${suite}|Cipher +: ${suite}`));
    child.stdin?.write('hello\n');
    await wrote(/got hello/);
    expect([identities, server.state().sessions]).toEqual([['alpha'], 1]);
    child.stdin?.end('Q\n');
    await ended;
    while (server.state().sessions > 0) await once(socket, 'message');
  },
);

testWith([OPENSSL])('a client that takes only records of 512 octets gets no longer ones, and its session goes on', async () => {
  const port = await listen('udp4', '127.0.0.1');
  const refused: boolean[] = [];
  answer = (_, session) => {
    refused.push(!session.send(Buffer.alloc(513, 'x')));
    return Buffer.from('shorter');
  };
  const psk = ['-psk_identity', 'alpha', '-psk', KEY.toString('hex'), '-cipher', 'PSK-AES128-CCM8:@SECLEVEL=0', '-maxfraglen', '512'];
  const { child, wrote, ended } = await runProgram(OPENSSL, ['s_client', '-dtls1_2', '-connect', `127.0.0.1:${port}`, ...psk]);
  await wrote(/Cipher is PSK/);
  child.stdin?.write('hello\n');
  await wrote(/shorter/);
  expect(refused).toEqual([true]);
  child.stdin?.end('Q\n');
  await ended;
});

testWith([OPENSSL])('openssl s_client with a wrong key is told, as one with an unknown identity is', async () => {
  const port = await listen('udp4', '127.0.0.1');
  for (const psk of [
    ['-psk_identity', 'alpha', '-psk', '00'.repeat(16)],
    ['-psk_identity', 'nobody', '-psk', KEY.toString('hex')],
  ]) {
    const { ended } = await runProgram(OPENSSL, [
      's_client',
      '-dtls1_2',
      '-connect',
      `127.0.0.1:${port}`,
      '-cipher',
      'PSK-AES128-CCM8:@SECLEVEL=0',
      ...psk,
    ]);
    const { code, output } = await ended;
    expect([code, /bad record mac/i.test(output)]).toEqual([1, true]);
  }
  expect(server.state()).toMatchObject({ sessions: 0, halfOpen: 0 });
});

for (const program of COAP_CLIENTS)
  testWith([program]).each(PLACES)(`${program.name} of libcoap gets a resource of 1,000 octets over %s`, async (_, type, address) => {
    const port = await listen(type, address);
    answer = contentOf;
    const host = address.includes(':') ? `[${address}]` : address;
    const args = ['-m', 'get', '-B', '20', '-u', 'alpha', '-k', KEY.toString(), `coaps://${host}:${port}/there`];
    const { output } = await (await runProgram(program, args)).ended;
    expect(output).toMatch(/\.the end\s*$/);
    expect(identities).toEqual(['alpha']);
  });
