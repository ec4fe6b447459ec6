import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../../server/embedded/free-port';
import { dataDirectories } from '../support/data-directories';

const root = join(__dirname, '../..');
const newData = dataDirectories('updraft-start-');
const own = Object.entries(process.env).filter(
  ([name]) => !/^(UPDRAFT_(?!MONGOD$|TEMPORAL$|CACHE_DIR$)|MONGODB_|TEMPORAL_|NODE_OPTIONS)/.test(name),
);

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A start that fails: all that it said, and how it ended. */
async function failedStart(settings: Record<string, string>, args: string[] = [], file = 'dist/server/main.js'): Promise<Ended> {
  const env = { ...Object.fromEntries(own), UPDRAFT_LOG_FORMAT: 'json', ...settings };
  const child = spawn(process.execPath, [join(root, file), ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, stdout, stderr };
}

/** A number that is taken for UDP, and for TCP as well. */
async function bothTaken(): Promise<{ number: string; close(): void }> {
  for (;;) {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const { port } = socket.address();
    const server = createServer();
    const isTaken = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (isTaken) return { number: `${port}`, close: () => void [socket.close(), server.close()] };
    // Another program was faster with the other kind.
    socket.close();
  }
}

describe('a port that cannot be had', () => {
  let taken: Server;
  let port: string;
  beforeAll(async () => {
    taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    port = `${(taken.address() as AddressInfo).port}`;
  });
  afterAll(() => taken.close());

  const off = { UPDRAFT_MQTTS_PORT: 'off', UPDRAFT_COAP_PORT: 'off', UPDRAFT_COAPS_PORT: 'off' };
  const free = { UPDRAFT_HTTP_PORT: '0', UPDRAFT_MQTT_PORT: '0', ...off };

  test.each(['UPDRAFT_HTTP_PORT', 'UPDRAFT_MQTT_PORT', 'UPDRAFT_MQTTS_PORT', 'UPDRAFT_MQTT_WS_PORT', 'UPDRAFT_METRICS_PORT'])(
    'is told before MongoDB starts, with the one setting that changes it: %s',
    async (setting) => {
      const dataDir = newData();
      const { code, stdout, stderr } = await failedStart({ ...free, UPDRAFT_DATA_DIR: dataDir, [setting]: port });
      expect(stderr).toBe(`Port ${port} is in use by another program. Choose another with ${setting}.\n`);
      expect(code).toBe(1);
      expect(readdirSync(dataDir).filter((name) => /^(mongo|logs|temporal)/.test(name))).toEqual([]);
      expect(stdout).not.toContain('Starting MongoDB');
    },
  );

  test.each(['UPDRAFT_COAP_PORT', 'UPDRAFT_COAPS_PORT'])('of UDP is told alike, whatever has its number for TCP: %s', async (setting) => {
    const { number, close } = await bothTaken();
    try {
      const { code, stderr } = await failedStart({ ...free, UPDRAFT_DATA_DIR: newData(), [setting]: number });
      expect(stderr).toBe(`Port ${number} is in use by another program. Choose another with ${setting}.\n`);
      expect(code).toBe(1);
    } finally {
      close();
    }
  });

  test.each(['UPDRAFT_MONGO_PORT', 'UPDRAFT_TEMPORAL_PORT', 'UPDRAFT_TEMPORAL_UI_PORT'])(
    'of a server that Updraft starts is told alike: %s',
    async (setting) => {
      const { code, stderr } = await failedStart({ ...free, UPDRAFT_DATA_DIR: newData(), [setting]: port });
      expect(stderr).toBe(`Port ${port} is in use by another program. Choose another with ${setting}.\n`);
      expect(code).toBe(1);
    },
  );

  test('two settings that name one port, and an address that the machine does not have, are told as well', async () => {
    const same = `${await freePort()}`;
    const twice = await failedStart({ ...free, UPDRAFT_DATA_DIR: newData(), UPDRAFT_HTTP_PORT: same, UPDRAFT_METRICS_PORT: same });
    expect(twice.stderr).toBe(
      `UPDRAFT_HTTP_PORT and UPDRAFT_METRICS_PORT are both ${same}. Choose another for one of them: UPDRAFT_METRICS_PORT.\n`,
    );
    // Of the addresses that are kept for documents.
    const elsewhere = { UPDRAFT_HOST: '192.0.2.7', UPDRAFT_PUBLIC_BASE_URL: 'https://fw.example.com', UPDRAFT_HTTP_PORT: same };
    const foreign = await failedStart({ ...free, ...elsewhere, UPDRAFT_DATA_DIR: newData() });
    expect(foreign.stderr).toBe('UPDRAFT_HOST=192.0.2.7 is no address of this machine. Give one that is, or 0.0.0.0 for all.\n');
  });
});

describe('a data directory that cannot be used', () => {
  const wrong = (make: (folder: string) => string) => {
    const folder = newData();
    return make(folder);
  };
  const file = (folder: string): string => {
    writeFileSync(join(folder, 'file'), 'mine');
    return join(folder, 'file');
  };

  test.each([
    ['a file', (folder: string) => file(folder), 'is there and is no directory'],
    ['in a file', (folder: string) => join(file(folder), 'data'), 'is, or lies in, a file'],
    [
      'a link to itself',
      (folder: string) => {
        symlinkSync(join(folder, 'loop'), join(folder, 'loop'));
        return join(folder, 'loop');
      },
      'is a link that leads to itself',
    ],
    ['of a name that is too long', (folder: string) => join(folder, 'd'.repeat(300)), 'is too long a name'],
  ])('because it is %s is told with its setting and without a stack', async (_what, make, why) => {
    const dataDir = wrong(make);
    const { code, stderr } = await failedStart({ UPDRAFT_DATA_DIR: dataDir, UPDRAFT_HTTP_PORT: '0', UPDRAFT_MQTT_PORT: '0' });
    expect(stderr).toBe(
      `The data directory ${dataDir} cannot be used: it ${why}. Set UPDRAFT_DATA_DIR to a directory of its own that this user can write, or one that is to be made.\n`,
    );
    expect(code).toBe(1);
  });
});

describe('what is given on the command line', () => {
  test.each([
    ['npm start', 'scripts/run.mjs', ['start']],
    ['the built program', 'dist/server/main.js', []],
  ])('to %s is refused with how it is used, before anything is done', async (_what, program, first) => {
    const dataDir = join(newData(), 'data');
    const settings = { UPDRAFT_DATA_DIR: dataDir };
    const { code, stderr, stdout } = await failedStart(settings, [...first, '--http-port', '9000'], program);
    expect(stderr).toMatch(/^npm start does not know "--http-port"\.\n\nUsage: npm start\n/);
    expect([code, stdout, existsSync(dataDir)]).toEqual([2, '', false]);
    const help = await failedStart(settings, [...first, '--help'], program);
    expect(help.stdout).toMatch(/^Usage: npm start\n[\s\S]*UPDRAFT_HTTP_PORT=9000 npm start/);
    expect([help.code, help.stderr]).toEqual([0, '']);
  });

  test('to npm run build is refused, too', async () => {
    const { code, stderr } = await failedStart({}, ['build', '--watch'], 'scripts/run.mjs');
    expect([code, stderr]).toEqual([2, 'npm run build takes no arguments; it was given "--watch".\n']);
  });
});

test('a start says at once that it starts, and then what it waits for', async () => {
  const dataDir = newData();
  // mongod's folder is taken, so that the start ends by itself.
  writeFileSync(join(dataDir, 'mongo'), 'a file');
  mkdirSync(join(dataDir, 'logs'));
  const { stdout, stderr } = await failedStart({
    UPDRAFT_DATA_DIR: dataDir,
    UPDRAFT_HTTP_PORT: '0',
    UPDRAFT_MQTT_PORT: '0',
    UPDRAFT_MQTTS_PORT: 'off',
    UPDRAFT_COAP_PORT: 'off',
    UPDRAFT_COAPS_PORT: 'off',
  });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg);
  expect(lines.slice(0, 2)).toEqual(['Updraft starts', `Starting MongoDB and Temporal; logs are in ${join(dataDir, 'logs')}`]);
  expect(stderr).toMatch(
    new RegExp(`^The data directory ${dataDir} cannot be used: ${join(dataDir, 'mongo')} is there and is no directory\\.`),
  );
});
