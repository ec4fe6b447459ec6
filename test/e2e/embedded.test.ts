import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { startEmbedded } from '../../server/embedded/start-embedded';
import { connectTemporal } from '../../workflows/connection';
import { dataDirectories } from '../support/data-directories';
import { embeddedParent } from '../support/embedded-parent';
import { isAlive } from '../support/is-alive';

const { MONGODB_URI: _mongo, TEMPORAL_ADDRESS: _temporal, ...env } = process.env;
const newData = dataDirectories('updraft-embedded-');

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(50);
}

async function writeAndCount(uri: string): Promise<number> {
  const client = await mongo.MongoClient.connect(uri, { serverSelectionTimeoutMS: 300_000 });
  try {
    await client
      .db('embedded')
      .collection('marks')
      .insertOne({}, { writeConcern: { w: 'majority', journal: true } });
    return await client.db('embedded').collection('marks').countDocuments();
  } finally {
    await client.close();
  }
}

async function hasBatchId(address: string): Promise<boolean> {
  const connection = await connectTemporal({ address });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
    return 'BatchId' in (customAttributes ?? {});
  } finally {
    await connection.close();
  }
}

async function transactionSeconds(uri: string): Promise<number> {
  const client = await mongo.MongoClient.connect(uri, { serverSelectionTimeoutMS: 300_000 });
  try {
    const answer = await client.db('admin').command({ getParameter: 1, transactionLifetimeLimitSeconds: 1 });
    return answer.transactionLifetimeLimitSeconds;
  } finally {
    await client.close();
  }
}

test('both servers serve, a second instance on the same data is refused, and the data is there at the next start on other ports', async () => {
  const dataDir = newData();
  const first = await startEmbedded({ dataDir, env });
  await expect(writeAndCount(first.mongoUri)).resolves.toBe(1);
  await expect(hasBatchId(first.temporalAddress)).resolves.toBe(true);
  // What a process killed in the middle of a transaction had under way is given up soon; by default it would block others for a minute.
  await expect(transactionSeconds(first.mongoUri)).resolves.toBe(10);
  await expect(startEmbedded({ dataDir, env })).rejects.toThrow(
    new RegExp(`Another Updraft \\(process ${process.pid}\\) is running on the data in`),
  );
  const pids = Object.values(first.pids);
  await Promise.all([first.stop(), first.stop()]);
  expect(pids).toHaveLength(2);
  expect(pids.filter(isAlive)).toEqual([]);

  const second = await startEmbedded({ dataDir, env });
  expect(second.mongoUri).not.toBe(first.mongoUri);
  await expect(writeAndCount(second.mongoUri)).resolves.toBe(2);
  await second.stop();
});

test('servers killed -9 come back on the same ports with their data', async () => {
  const restarts: string[] = [];
  const servers = await startEmbedded({ dataDir: newData(), env, onRestart: (name) => restarts.push(name) });
  await writeAndCount(servers.mongoUri);
  const before = { ...servers.pids };
  process.kill(before.mongod as number, 'SIGKILL');
  process.kill(before.temporal as number, 'SIGKILL');
  await until(() => servers.pids.mongod !== before.mongod && servers.pids.temporal !== before.temporal);
  await expect(writeAndCount(servers.mongoUri)).resolves.toBe(2);
  await expect(hasBatchId(servers.temporalAddress)).resolves.toBe(true);
  // Each once, or as often as a busy machine takes to have it on its port again.
  expect(new Set(restarts)).toEqual(new Set(['mongod', 'temporal']));
  await servers.stop();
});

test('a parent killed -9 leaves no server behind, and its data can be used again', async () => {
  const dataDir = newData();
  const parent = embeddedParent(dataDir, env);
  const [line] = await once(parent.stdout ?? parent, 'data');
  const pids: number[] = Object.values(JSON.parse(String(line)));
  expect(pids).toHaveLength(2);
  expect(pids.filter(isAlive)).toEqual(pids);
  parent.kill('SIGKILL');
  await until(() => !pids.some(isAlive));

  const next = await startEmbedded({ dataDir, env });
  await expect(writeAndCount(next.mongoUri)).resolves.toBe(1);
  await next.stop();
});

test('servers that are named in the environment are used and none is started, by any number of processes', async () => {
  const dataDir = newData();
  const named = { ...env, MONGODB_URI: 'mongodb://db.example/', TEMPORAL_ADDRESS: 'temporal.example:7233' };
  const [one, other] = await Promise.all([startEmbedded({ dataDir, env: named }), startEmbedded({ dataDir, env: named })]);
  expect(one).toMatchObject({ mongoUri: 'mongodb://db.example/', temporalAddress: 'temporal.example:7233' });
  expect(other.pids).toEqual({ mongod: undefined, temporal: undefined });
  await Promise.all([one.stop(), other.stop()]);
});

test('a program that does not start is reported with the last lines of its log, and nothing is left running', async () => {
  const dataDir = newData();
  const fake = join(dataDir, 'mongod');
  writeFileSync(fake, '#!/bin/sh\n[ "$1" = --version ] && echo "db version v6.0.5" && exit 0\necho "disk is full"; exit 14\n', {
    mode: 0o755,
  });
  const start = startEmbedded({ dataDir, env: { ...env, UPDRAFT_MONGOD: fake, TEMPORAL_ADDRESS: 'temporal.example:7233' } });
  await expect(start).rejects.toThrow(/mongod ended while starting \(exit code 14\)[\s\S]*disk is full/);
  const again = await startEmbedded({ dataDir, env: { ...env, TEMPORAL_ADDRESS: 'temporal.example:7233' } });
  expect(again.pids.mongod).toBeGreaterThan(0);
  await again.stop();
});
