import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { freePort } from '../../server/embedded/free-port';
import { type EmbeddedServers, startEmbedded } from '../../server/embedded/start-embedded';
import { dataDirectories } from '../support/data-directories';
import { asUser, expectClosed, marks } from '../support/embedded-mongo';
import { startProcess } from '../support/updraft-process';

const { MONGODB_URI: _mongo, TEMPORAL_ADDRESS: _temporal, ...env } = process.env;
const newData = dataDirectories('updraft-closed-');
const secret = 'c0ffee'.repeat(10);

function openPaths(dataDir: string): string[] {
  return ['', ...readdirSync(dataDir, { recursive: true }).map(String)].filter((path) => {
    const found = statSync(join(dataDir, path), { throwIfNoEntry: false });
    return found && (found.mode & 0o077) !== 0;
  });
}

describe('R-SAFE-4 what the embedded servers show to other users of the machine', () => {
  const dataDir = newData();
  let servers: EmbeddedServers;
  let uiPort: number;
  beforeAll(async () => {
    process.env.UPDRAFT_MASTER_KEY = secret;
    uiPort = await freePort();
    servers = await startEmbedded({ dataDir, env, uiPort });
  });
  afterAll(async () => {
    delete process.env.UPDRAFT_MASTER_KEY;
    await servers?.stop();
  });

  test('R-SAFE-4 mongod asks for a password from its first moment on, and knows ours', async () => {
    await expectClosed(servers);
    expect(await asUser(servers.mongoUri, marks)).toBe(0);
    const password = new URL(servers.mongoUri).password;
    expect(password).toMatch(/^[0-9a-f]{48}$/);
    expect(readFileSync(join(dataDir, 'mongo.password'), 'utf8').trim()).toBe(password);
    // As mongodump reads it.
    expect(readFileSync(join(dataDir, 'mongo.yaml'), 'utf8')).toBe(`uri: ${servers.mongoUri}\n`);
  });

  test('R-SAFE-4 no file is anybody else’s, and no password stands in a log', () => {
    expect(openPaths(dataDir)).toEqual([]);
    const secrets = ['mongo.password', 'mongo.keyfile'].map((name) => readFileSync(join(dataDir, name), 'utf8').trim());
    for (const log of readdirSync(join(dataDir, 'logs'))) {
      const text = readFileSync(join(dataDir, 'logs', log), 'utf8');
      expect(secrets.filter((each) => text.includes(each))).toEqual([]);
    }
  });

  const onLinux = process.platform === 'linux' ? test : test.skip;
  onLinux.each(['mongod', 'temporal'] as const)('R-SAFE-4 the process list shows no secret of %s, and it inherits none', (name) => {
    const of = (file: string): string => readFileSync(`/proc/${servers.pids[name]}/${file}`, 'utf8');
    const secrets = ['mongo.password', 'mongo.keyfile'].map((each) => readFileSync(join(dataDir, each), 'utf8').trim());
    expect([...secrets, secret].filter((each) => of('cmdline').includes(each))).toEqual([]);
    expect(of('environ')).toContain('PATH=');
    expect(
      of('environ')
        .split('\0')
        .filter((each) => /^(UPDRAFT_|MONGODB_|AWS_|npm_)/.test(each)),
    ).toEqual([]);
  });

  test.each([
    ['localhost', 200],
    ['127.0.0.1', 200],
    ['[::1]', 200],
    ['LOCALHOST', 200],
    ['evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.evil.example', 403],
    ['localhost@evil.example', 403],
    ['0.0.0.0', 403],
    ['', 403],
  ])('R-SAFE-4 Temporal’s page, called "%s", answers %d', async (host, status) => {
    for (const path of ['/', '/api/v1/namespaces/default/workflows']) {
      expect(await statusOf({ path, headers: { host: host && `${host}:${uiPort}` } })).toBe(status);
    }
  });

  test('R-SAFE-4 a page of another origin is refused by it, and its own is not', async () => {
    const ask = (origin: string) => statusOf({ path: '/api/v1/settings', headers: { host: `localhost:${uiPort}`, origin } });
    expect([await ask('http://evil.example'), await ask('null'), await ask(`http://localhost:${uiPort}`)]).toEqual([403, 403, 200]);
  });

  test('R-SAFE-4 what Temporal opens besides is on loopback only, and its HTTP API answers to none of this machine’s names', async () => {
    if (process.platform !== 'linux') return;
    const { own, others } = listenersOf(servers.pids.temporal ?? 0);
    expect(others).toEqual([]);
    const answers = await Promise.all(own.map(async ({ address, port }) => [await namespacesAt(address, port, 'evil.example'), port]));
    expect(answers.filter(([status]) => status === 200)).toHaveLength(1);
    // That one is the page's own server, behind an address that nobody guesses.
    const [, open] = answers.find(([status]) => status === 200) ?? [];
    expect(own.find(({ port }) => port === open)?.address).not.toBe('127.0.0.1');
  });

  function statusOf({ path, headers }: { path: string; headers: Record<string, string> }): Promise<number | undefined> {
    return new Promise((settle, reject) => {
      const asked = request({ host: '127.0.0.1', port: uiPort, path, headers, setHost: false }, (answer) => {
        answer.resume().on('end', () => settle(answer.statusCode));
      });
      asked.on('error', reject).end();
    });
  }
});

const namespacesAt = (host: string, port: number, name: string): Promise<number | undefined> =>
  new Promise((settle) => {
    const asked = request({ host, port, path: '/api/v1/namespaces', headers: { host: name }, timeout: 20_000 }, (answer) => {
      answer.resume().on('close', () => settle(answer.statusCode));
    });
    // What speaks no HTTP/1.
    asked.on('timeout', () => asked.destroy()).on('error', () => settle(undefined));
    asked.end();
  });

interface Listener {
  address: string;
  port: number;
}

/** The sockets a process listens on, by /proc. */
function listenersOf(pid: number): { own: Listener[]; others: string[] } {
  const inodes = new Set(readdirSync(`/proc/${pid}/fd`).map((fd) => linkOf(`/proc/${pid}/fd/${fd}`)));
  const own: Listener[] = [];
  const others: string[] = [];
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1)) {
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      if (state !== '0A' || !inodes.has(inode)) continue;
      const [address = '', port = ''] = local.split(':');
      const bytes = Buffer.from(address, 'hex').reverse().join('.');
      if (table === 'tcp' && bytes.startsWith('127.')) own.push({ address: bytes, port: Number.parseInt(port, 16) });
      else others.push(local);
    }
  }
  return { own, others };
}

function linkOf(path: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1];
  } catch {
    return undefined;
  }
}

test('R-SAFE-4 npm start closes the data directory, whatever its umask, and says where MongoDB is without its password', async () => {
  const dataDir = newData();
  mkdirSync(join(dataDir, 'logs'), { mode: 0o755 });
  writeFileSync(join(dataDir, 'logs/mongod.log'), '', { mode: 0o644 });
  chmodSync(dataDir, 0o755);
  const updraft = await startProcess({
    UPDRAFT_DATA_DIR: dataDir,
    UPDRAFT_HTTP_PORT: '0',
    UPDRAFT_MQTT_PORT: '0',
    UPDRAFT_MQTTS_PORT: '0',
    UPDRAFT_COAP_PORT: '0',
    UPDRAFT_COAPS_PORT: '0',
  });
  try {
    expect(openPaths(dataDir)).toEqual([]);
    for (const file of ['master.key', 'tls/ca.pem', 'temporal.db']) expect(existsSync(join(dataDir, file))).toBe(true);
    const uri = readFileSync(join(dataDir, 'mongo.yaml'), 'utf8').slice('uri: '.length).trim();
    expect(updraft.mongoUrl).toBe(uri.replace(/:[0-9a-f]{48}@/, '@'));
    expect(await asUser(uri, (client) => client.db('updraft').collection('apiKeys').countDocuments())).toBe(1);
  } finally {
    await updraft.stop();
  }
});
