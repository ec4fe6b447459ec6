import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { mongo } from 'mongoose';
import { MONGO_USER, type MongoCredentials, takeOver, writeMongoUri } from './mongo-credentials';
import { raiseRelease, whyDataIsRefused } from './mongo-release';
import type { ServerProgram } from './supervisor';

const REPLICA_SET = 'rs0';
const NOT_YET_INITIALIZED = 94;
/** A process killed in the middle of a transaction leaves it open, and what it wrote to locked: for so long and half of it again. */
const TRANSACTION_SECONDS = 10;

export interface MongodOptions {
  dataDir: string;
  port: number;
  logFile: string;
  cacheGB?: number;
  credentials: MongoCredentials;
  /** Users that were in data without passwords, and are no more. */
  onUsersRemoved?(users: string[]): void;
  /** The data was of the release before this mongod's, and is of its own now. */
  onReleaseRaised?(from: string, to: string): void;
  onWarning?(text: string): void;
}

export function mongodProgram(command: string, options: MongodOptions): ServerProgram {
  const dbPath = join(options.dataDir, 'mongo');
  mkdirSync(dbPath, { recursive: true, mode: 0o700 });
  return {
    name: 'mongod',
    command,
    args: [
      ...['--replSet', REPLICA_SET, '--bind_ip', '127.0.0.1', '--port', `${options.port}`, '--dbpath', dbPath],
      ...['--wiredTigerCacheSizeGB', `${options.cacheGB ?? 1}`, '--oplogSize', '1024', '--quiet', '--slowms', '1000'],
      ...['--setParameter', `transactionLifetimeLimitSeconds=${TRANSACTION_SECONDS}`],
      // On loopback it saves nothing, and what reads compressed messages has had holes (CVE-2025-14847).
      ...['--networkMessageCompressors', 'disabled'],
      // Nobody else is to find it through a socket file in the temporary directory.
      '--nounixsocket',
      // Nobody is let in without a password, not even the first one, as mongod has it by default for this machine's users.
      ...['--keyFile', options.credentials.keyFile, '--setParameter', 'enableLocalhostAuthBypass=false'],
    ],
    logFile: options.logFile,
    ready: (signal) => becomePrimary(options, signal),
    explain: (log) => whyDataIsRefused(log, dbPath),
  };
}

export const mongoUri = (port: number, password: string): string =>
  `mongodb://${MONGO_USER}:${password}@127.0.0.1:${port}/?replicaSet=${REPLICA_SET}&authSource=admin`;

/**
 * Waits for an answer, makes it a replica set of one (again, when the port has changed), waits until it is writable and sets our user's
 * password. All of it as mongod itself, which needs no user: there is no moment in which somebody else could be the first.
 */
async function becomePrimary(options: MongodOptions, signal: AbortSignal): Promise<void> {
  const { port, dataDir, credentials, onUsersRemoved } = options;
  const host = `127.0.0.1:${port}`;
  while (!signal.aborted) {
    const client = new mongo.MongoClient(`mongodb://${host}/?directConnection=true`, {
      auth: { username: '__system', password: credentials.key },
      authSource: 'local',
      serverSelectionTimeoutMS: 1_000,
      connectTimeoutMS: 1_000,
    });
    try {
      await client.connect();
      await configure(client, host);
      while (!signal.aborted) {
        const hello = await client.db('admin').command({ hello: 1 });
        if (hello.isWritablePrimary) break;
        await delay(50);
      }
      if (signal.aborted) return;
      const removed = await takeOver(client.db('admin'), credentials, dataDir);
      if (removed.length > 0) onUsersRemoved?.(removed);
      await raise(client.db('admin'), options);
      await writeMongoUri(dataDir, mongoUri(port, credentials.password));
      return;
    } catch {
      // Not there yet, or restarting its connections after the configuration; the wait has an end outside.
      await delay(100);
    } finally {
      await client.close().catch(() => undefined);
    }
  }
}

/** A release that could not be raised serves all the same, and is tried again at the next start. */
async function raise(admin: mongo.Db, { onReleaseRaised, onWarning }: MongodOptions): Promise<void> {
  try {
    const raised = await raiseRelease(admin);
    if (raised) onReleaseRaised?.(raised.from, raised.to);
  } catch (error) {
    onWarning?.(`MongoDB's data stays of its release for now, the next start tries to raise it again: ${(error as Error).message}`);
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
