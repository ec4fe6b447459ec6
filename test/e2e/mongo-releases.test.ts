import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { mongo } from 'mongoose';
import { freePort } from '../../server/embedded/free-port';
import { spawnGuarded } from '../../server/embedded/guarded-child';
import { type EmbeddedServers, startEmbedded } from '../../server/embedded/start-embedded';
import { dataDirectories } from '../support/data-directories';
import { asUser, marks, oldData, stranger } from '../support/embedded-mongo';
import { mongodOf } from '../support/older-mongod';

const { MONGODB_URI: _mongo, TEMPORAL_ADDRESS: _temporal, ...env } = process.env;
const newData = dataDirectories('updraft-releases-');
/** The older releases are in wheels for this system alone. */
const onLinux = process.platform === 'linux' && process.arch === 'x64' ? test : test.skip;

const start = async (dataDir: string, mongod: string | undefined, told: string[] = []): Promise<EmbeddedServers> =>
  startEmbedded({
    dataDir,
    env: { ...env, ...(mongod && { UPDRAFT_MONGOD: mongod }), TEMPORAL_ADDRESS: 'temporal.example:7233' },
    onReleaseRaised: (from, to) => told.push(`${from} → ${to}`),
    onWarning: (text) => told.push(text),
  });

const releaseOf = (uri: string): Promise<string> =>
  asUser(uri, async (client) => {
    const answer = await client.db('admin').command({ getParameter: 1, featureCompatibilityVersion: 1 });
    return answer.featureCompatibilityVersion.version;
  });

onLinux(
  'R-SAFE-6 data of the release before is raised to the one that runs, keeps what is in it, and is left alone afterwards',
  async () => {
    const dataDir = newData();
    const [older, ours] = await Promise.all([mongodOf('5.0.4', env), mongodOf('6.0.27', env)]);
    await oldData(dataDir, older);
    const told: string[] = [];
    const first = await start(dataDir, ours, told);
    expect(await releaseOf(first.mongoUri)).toBe('6.0');
    expect(await asUser(first.mongoUri, marks)).toBe(1);
    expect(told).toEqual(['5.0 → 6.0']);
    await first.stop();

    const again = await start(dataDir, ours, told);
    expect(told).toEqual(['5.0 → 6.0']);
    await again.stop();

    // The way back is closed, and the start says so instead of showing a log alone.
    await expect(start(dataDir, older)).rejects.toThrow("can't be used: its version 5.0 is older than 6.0");
  },
);

onLinux('R-SAFE-6 data that is two releases old is refused with the way that leads on, and is untouched', async () => {
  const dataDir = newData();
  const [older, between, ours] = await Promise.all([mongodOf('4.4.2', env), mongodOf('5.0.4', env), mongodOf('6.0.27', env)]);
  await oldData(dataDir, older);
  await expect(start(dataDir, ours)).rejects.toThrow(
    new RegExp(
      `^The data in ${join(dataDir, 'mongo')} is of MongoDB 4\\.4\\. mongod opens data of its own release and of the one before[^]*UPDRAFT_MONGOD`,
    ),
  );
  await raisedBy(between, dataDir, '5.0');
  const servers = await start(dataDir, ours);
  expect(await asUser(servers.mongoUri, marks)).toBe(1);
  await servers.stop();
});

/** As Updraft on that release would: this one asks for 6.0 at least. */
async function raisedBy(mongod: string, dataDir: string, release: string): Promise<void> {
  const port = await freePort();
  const args = ['--replSet', 'rs0', '--bind_ip', '127.0.0.1', '--port', `${port}`, '--dbpath', join(dataDir, 'mongo'), '--nounixsocket'];
  const running = await spawnGuarded(mongod, args, env, join(dataDir, 'between.log'));
  await asUser(`mongodb://127.0.0.1:${port}/?directConnection=true`, async (client) => {
    const admin = client.db('admin');
    const { config } = await admin.command({ replSetGetConfig: 1 });
    const moved = { ...config, version: config.version + 1, members: [{ ...config.members[0], host: `127.0.0.1:${port}` }] };
    await admin.command({ replSetReconfig: moved, force: true });
    while (!(await admin.command({ hello: 1 })).isWritablePrimary) await delay(50);
    await admin.command({ setFeatureCompatibilityVersion: release });
  });
  running.kill('SIGTERM');
  await running.exited;
}

test('R-SAFE-6 a message packed with zlib, as CVE-2025-14847 needs it, is not read: the embedded mongod closes the connection', async () => {
  const servers = await start(newData(), undefined);
  try {
    const { port } = new URL(stranger(servers.mongoUri));
    const ping = Buffer.from(mongo.BSON.serialize({ ping: 1, $db: 'admin' }));
    const body = Buffer.concat([Buffer.alloc(4), Buffer.from([0]), ping]);
    expect(await firstAnswer(Number(port), message(2013, body))).not.toHaveLength(0);
    const packed = Buffer.concat([int32(2013), int32(body.length), Buffer.from([2]), deflateSync(body)]);
    expect(await firstAnswer(Number(port), message(2012, packed))).toHaveLength(0);
  } finally {
    await servers.stop();
  }
});

const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value);
  return buffer;
};
const message = (opCode: number, body: Buffer): Buffer => Buffer.concat([int32(16 + body.length), int32(1), int32(0), int32(opCode), body]);

/** Empty when the server closes instead of answering. */
async function firstAnswer(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(bytes);
  const [answer] = await Promise.race([once(socket, 'data'), once(socket, 'close').then(() => [Buffer.alloc(0)])]);
  socket.destroy();
  return answer;
}
