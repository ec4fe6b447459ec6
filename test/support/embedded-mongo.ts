import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { freePort } from '../../server/embedded/free-port';
import { type GuardedChild, spawnGuarded } from '../../server/embedded/guarded-child';
import { programPath } from '../../server/embedded/programs';
import type { EmbeddedServers } from '../../server/embedded/start-embedded';
import { patience } from './devices/patience';

const { MONGODB_URI: _mongo, TEMPORAL_ADDRESS: _temporal, ...env } = process.env;

/** With the user and password of a URI, or without any. */
export async function asUser<T>(uri: string, work: (client: mongo.MongoClient) => Promise<T>): Promise<T> {
  const client = new mongo.MongoClient(uri, { serverSelectionTimeoutMS: patience(20_000) });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

export const stranger = (uri: string): string => `mongodb://127.0.0.1:${new URL(uri).port}/?directConnection=true`;
export const marks = (client: mongo.MongoClient) => client.db('updraft').collection('marks').countDocuments();

/** mongod as versions before started it: no passwords, and what others of the machine left in it. */
export async function oldData(dataDir: string, mongod?: string): Promise<void> {
  mkdirSync(join(dataDir, 'mongo'), { mode: 0o755 });
  const port = await freePort();
  const args = ['--replSet', 'rs0', '--bind_ip', '127.0.0.1', '--port', `${port}`, '--dbpath', join(dataDir, 'mongo'), '--nounixsocket'];
  const old = await spawnGuarded(mongod ?? (await programPath('mongod', env)), args, env, join(dataDir, 'old.log'));
  await asUser(`mongodb://127.0.0.1:${port}/?directConnection=true`, async (client) => {
    const admin = client.db('admin');
    await admin.command({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host: `127.0.0.1:${port}` }] } });
    while (!(await admin.command({ hello: 1 })).isWritablePrimary) await delay(50);
    await client
      .db('updraft')
      .collection('marks')
      .insertOne({}, { writeConcern: { w: 'majority', journal: true } });
    await admin.command({ createUser: 'updraft', pwd: 'planted', roles: ['root'] });
    await client.db('updraft').command({ createUser: 'another', pwd: 'planted', roles: [{ role: 'root', db: 'admin' }] });
  });
  await end(old);
}

async function end(child: GuardedChild): Promise<void> {
  child.kill('SIGTERM');
  await child.exited;
}

export async function expectClosed({ mongoUri }: EmbeddedServers): Promise<void> {
  await asUser(stranger(mongoUri), async (client) => {
    for (const command of [{ find: 'marks' }, { createUser: 'me', pwd: 'x', roles: [] }, { usersInfo: 1 }, { replSetGetStatus: 1 }]) {
      await expect(client.db('admin').command(command)).rejects.toThrow('requires authentication');
    }
  });
  for (const [user, db] of [
    ['updraft', 'admin'],
    ['another', 'updraft'],
  ]) {
    const planted = stranger(mongoUri).replace('//', `//${user}:planted@`).replace('?', `?authSource=${db}&`);
    await expect(asUser(planted, marks)).rejects.toThrow('Authentication failed');
  }
}
