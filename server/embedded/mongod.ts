import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mongo } from 'mongoose';
import type { ServerProgram } from './supervisor';

const REPLICA_SET = 'rs0';
const NOT_YET_INITIALIZED = 94;
/** A process killed in the middle of a transaction leaves it open, and what it wrote to locked: for so long and half of it again. */
const TRANSACTION_SECONDS = 10;

export function mongodProgram(
  command: string,
  options: { dataDir: string; port: number; logFile: string; cacheGB?: number },
): ServerProgram {
  const dbPath = join(options.dataDir, 'mongo');
  mkdirSync(dbPath, { recursive: true });
  return {
    name: 'mongod',
    command,
    args: [
      ...['--replSet', REPLICA_SET, '--bind_ip', '127.0.0.1', '--port', `${options.port}`, '--dbpath', dbPath],
      ...['--wiredTigerCacheSizeGB', `${options.cacheGB ?? 1}`, '--oplogSize', '1024', '--quiet', '--slowms', '1000'],
      ...['--setParameter', `transactionLifetimeLimitSeconds=${TRANSACTION_SECONDS}`],
      // Nobody else is to find it through a socket file in the temporary directory.
      '--nounixsocket',
    ],
    logFile: options.logFile,
    ready: (signal) => becomePrimary(options.port, signal),
  };
}

export const mongoUri = (port: number): string => `mongodb://127.0.0.1:${port}/?replicaSet=${REPLICA_SET}`;

/** Waits for an answer, makes it a replica set of one (again, when the port has changed) and waits until it is writable. */
async function becomePrimary(port: number, signal: AbortSignal): Promise<void> {
  const host = `127.0.0.1:${port}`;
  while (!signal.aborted) {
    const client = new mongo.MongoClient(`mongodb://${host}/?directConnection=true`, {
      serverSelectionTimeoutMS: 1_000,
      connectTimeoutMS: 1_000,
    });
    try {
      await client.connect();
      await configure(client, host);
      while (!signal.aborted) {
        const hello = await client.db('admin').command({ hello: 1 });
        if (hello.isWritablePrimary) return;
        await delay(50);
      }
    } catch {
      // Not there yet, or restarting its connections after the configuration; the wait has an end outside.
      await delay(100);
    } finally {
      await client.close().catch(() => undefined);
    }
  }
}

async function configure(client: mongo.MongoClient, host: string): Promise<void> {
  const admin = client.db('admin');
  try {
    const { config } = await admin.command({ replSetGetConfig: 1 });
    if (config.members.length === 1 && config.members[0].host === host) return;
    const moved = { ...config, version: config.version + 1, members: [{ ...config.members[0], host }] };
    await admin.command({ replSetReconfig: moved, force: true });
  } catch (error) {
    if (!(error instanceof mongo.MongoServerError) || error.code !== NOT_YET_INITIALIZED) throw error;
    await admin.command({ replSetInitiate: { _id: REPLICA_SET, members: [{ _id: 0, host }] } });
  }
}
