import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lockData } from './data-lock';
import { freePort, isFreeWithin } from './free-port';
import { mongoCredentials } from './mongo-credentials';
import { mongodProgram, mongoUri } from './mongod';
import { program } from './programs';
import { portTaken } from './start-error';
import { type SupervisedServer, type SupervisorEvents, supervise } from './supervisor';
import { temporalProgram } from './temporal';
import { startTemporalPage, type TemporalPage, unguessableLoopback } from './temporal-page';

const PORT_TIMEOUT_MS = 10_000;

export interface EmbeddedOptions extends Partial<SupervisorEvents> {
  /** `mongo/`, `temporal.db` and `logs/` are made in it. */
  dataDir: string;
  /** Free ports by choice when not given. */
  mongoPort?: number;
  temporalPort?: number;
  /** Temporal's web page is served when given. */
  uiPort?: number;
  /** mongod's cache, 1 GB when not given. */
  mongoCacheGB?: number;
  /** Where MONGODB_URI and TEMPORAL_ADDRESS are read, each of which replaces its server. Default: the process's. */
  env?: NodeJS.ProcessEnv;
  /** Runs when the data is ours and before any server starts; what it throws ends the start. */
  beforeStart?(): Promise<void>;
  /** Told of users that were in MongoDB's data before it asked for passwords; they are removed. */
  onUsersRemoved?(users: string[]): void;
  onReleaseRaised?(from: string, to: string): void;
  /** Told of what goes on all the same. */
  onWarning?(text: string): void;
}

export interface EmbeddedServers {
  /** With the password, where the server runs here. */
  mongoUri: string;
  temporalAddress: string;
  temporalUiUrl?: string;
  /** Of the servers that run here; they change when one is restarted. */
  readonly pids: { mongod?: number; temporal?: number };
  /** Temporal first, then mongod; each killed if it doesn't end within 15 s. May be called twice. */
  stop(): Promise<void>;
}

/** Starts mongod and the Temporal dev server side by side, as children that end with this process however it ends. */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedServers> {
  const env = options.env ?? process.env;
  const logs = join(options.dataDir, 'logs');
  // Processes that share running servers keep no data here, and may be many.
  const dataLock = env.MONGODB_URI && env.TEMPORAL_ADDRESS ? undefined : await lockData(options.dataDir);
  try {
    await options.beforeStart?.();
  } catch (error) {
    dataLock?.release();
    throw error;
  }
  if (dataLock) mkdirSync(logs, { recursive: true, mode: 0o700 });
  const events = { onFatal: options.onFatal ?? endProcess, onRestart: options.onRestart, isDiskFull: options.isDiskFull };
  const [mongo, temporal] = await Promise.allSettled([
    env.MONGODB_URI ? undefined : startMongod(options, join(logs, 'mongod.log'), events),
    env.TEMPORAL_ADDRESS ? undefined : startTemporal(options, join(logs, 'temporal.log'), events),
  ]);
  const stopAll = async (): Promise<void> => {
    if (temporal.status === 'fulfilled') {
      await temporal.value?.page?.stop();
      await temporal.value?.server.stop();
    }
    if (mongo.status === 'fulfilled') await mongo.value?.server.stop();
    dataLock?.release();
  };
  if (mongo.status === 'rejected' || temporal.status === 'rejected') {
    await stopAll();
    throw mongo.status === 'rejected' ? mongo.reason : (temporal as PromiseRejectedResult).reason;
  }
  let stopping: Promise<void> | undefined;
  return {
    mongoUri: env.MONGODB_URI || (mongo.value?.uri ?? ''),
    temporalAddress: env.TEMPORAL_ADDRESS || `127.0.0.1:${temporal.value?.port}`,
    temporalUiUrl: temporal.value?.page?.url,
    get pids() {
      return { mongod: mongo.value?.server.pid, temporal: temporal.value?.server.pid };
    },
    stop() {
      stopping ??= stopAll();
      return stopping;
    },
  };
}

async function startMongod(
  options: EmbeddedOptions,
  logFile: string,
  events: SupervisorEvents,
): Promise<{ server: SupervisedServer; uri: string }> {
  const [{ path, warning }, port] = await Promise.all([
    program('mongod', options.env),
    usablePort(options.mongoPort, 'UPDRAFT_MONGO_PORT'),
  ]);
  const { dataDir, mongoCacheGB: cacheGB, onUsersRemoved, onReleaseRaised, onWarning } = options;
  if (warning) onWarning?.(warning);
  const credentials = await mongoCredentials(dataDir);
  const mongod = mongodProgram(path, { dataDir, port, logFile, cacheGB, credentials, onUsersRemoved, onReleaseRaised, onWarning });
  return { server: await supervise(mongod, events), uri: mongoUri(port, credentials.password) };
}

async function startTemporal(
  options: EmbeddedOptions,
  logFile: string,
  events: SupervisorEvents,
): Promise<{ server: SupervisedServer; port: number; page?: TemporalPage }> {
  if (options.uiPort !== undefined) await usablePort(options.uiPort, 'UPDRAFT_TEMPORAL_UI_PORT');
  const [{ path: command }, port] = await Promise.all([
    program('temporal', options.env),
    usablePort(options.temporalPort, 'UPDRAFT_TEMPORAL_PORT'),
  ]);
  const ui = options.uiPort === undefined ? undefined : { host: unguessableLoopback(), port: await freePort() };
  const server = await supervise(temporalProgram(command, { dataDir: options.dataDir, port, ui, logFile }), events);
  if (!ui || options.uiPort === undefined) return { server, port };
  try {
    return { server, port, page: await startTemporalPage(options.uiPort, ui) };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The servers of an instance that was killed are still ending when it is started again at once. */
async function usablePort(wanted: number | undefined, setting: string): Promise<number> {
  if (wanted === undefined) return freePort();
  if (!(await isFreeWithin(wanted, PORT_TIMEOUT_MS))) throw portTaken(wanted, setting);
  return wanted;
}

/** Through the signal handler, so that what still runs is stopped in order. */
function endProcess(error: Error): void {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
  process.kill(process.pid, 'SIGTERM');
}
