import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DebianProgram, FoundProgram } from '../../support/debian-program';
import type { BenchScope } from '../benchmark';
import { programOrNull } from '../program';
import { freeUdpPorts } from './free-udp-ports';

const LIBCOAP = 'libcoap3-bin';
const CLIENT: DebianProgram = { name: 'coap-client-openssl', package: LIBCOAP, variable: 'UPDRAFT_TEST_COAP_CLIENT_OPENSSL' };
const SERVER: DebianProgram = { name: 'coap-server-openssl', package: LIBCOAP, variable: 'UPDRAFT_TEST_COAP_SERVER_OPENSSL' };
export const LIBCOAP_MISSING = 'Without libcoap there is nobody to download: that part, and the comparison, stay empty.';

const START_WITHIN_MS = 15_000;
/** Whom the server lets in. */
const LIBCOAP_PSK = { identity: 'bench', key: '0123456789abcdef' };

/** What a download asks for. Without a key it is plain. */
export interface CoapTarget {
  url: string;
  psk?: { identity: string; key: string };
}

export interface LibcoapClient {
  /** Downloads a file in blocks of 1 KiB. Rejects on anything but the file, and when it takes longer: then it is given up. */
  download(target: CoapTarget, options: { withinMs: number; into?: string }): Promise<void>;
  upload(target: CoapTarget, file: string): Promise<void>;
}

export interface LibcoapServer {
  pid: number;
  /** Where the file is that it was given. */
  plain: CoapTarget;
  secure: CoapTarget;
}

/** libcoap's client, the cheapest there is: one process a device. Null when there is none. */
export async function libcoapClient(scope: BenchScope): Promise<LibcoapClient | null> {
  const program = await programOrNull(CLIENT, scope);
  return program && clientOf(program);
}

function clientOf({ path, env }: FoundProgram): LibcoapClient {
  const run = promisify(execFile);
  const client = async ({ url, psk }: CoapTarget, args: readonly string[], withinMs: number): Promise<void> => {
    const secret = psk ? ['-u', psk.identity, '-k', psk.key] : [];
    const wait = ['-B', String(Math.ceil(withinMs / 1_000))];
    const { stdout, stderr } = await run(path, [...args, ...secret, ...wait, url], {
      env,
      timeout: withinMs,
      killSignal: 'SIGKILL',
    });
    // It ends with 0 whatever the server said, and writes only what went wrong.
    const said = `${stdout}${stderr}`.trim();
    if (said !== '') throw new Error(`coap-client: ${said.slice(0, 500)}`);
  };
  return {
    download: (target, { withinMs, into = '/dev/null' }) => client(target, ['-o', into], withinMs),
    upload: (target, file) => client(target, ['-m', 'put', '-f', file, '-o', '/dev/null'], 120_000),
  };
}

/** `coap-server` on loopback, serving one file from memory, plain and over DTLS by its OpenSSL. Null when there is none. */
export async function startLibcoap(scope: BenchScope, client: LibcoapClient, bytes: Buffer): Promise<LibcoapServer | null> {
  const program = await programOrNull(SERVER, scope);
  if (program === null) return null;
  const dir = join(scope.dataDir, 'libcoap');
  mkdirSync(dir, { recursive: true });
  const file = join(dir, 'fw.bin');
  writeFileSync(file, bytes);
  // DTLS has the port after the plain one.
  const port = await freeUdpPorts(2);
  const args = ['-A', '127.0.0.1', '-p', String(port), '-h', '', '-k', LIBCOAP_PSK.key, '-d', '1', '-v', '3'];
  const child = spawn(program.path, args, { env: program.env, stdio: 'ignore' });
  const ended = once(child, 'exit');
  scope.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const plain = { url: `coap://127.0.0.1:${port}/fw` };
  const secure = { url: `coaps://127.0.0.1:${port + 1}/fw`, psk: LIBCOAP_PSK };
  // Requests are sent again until it listens.
  await client.upload(plain, file);
  for (const target of [plain, secure]) {
    const into = join(dir, 'back.bin');
    await client.download(target, { withinMs: START_WITHIN_MS, into });
    if (!readFileSync(into).equals(bytes)) throw new Error('coap-server does not give the file back that it was given.');
  }
  return { pid: child.pid ?? 0, plain, secure };
}
