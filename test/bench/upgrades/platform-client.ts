import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchScope } from '../benchmark';
import type { PlatformCommand, PlatformMessage, PlatformRuns } from './platform-messages';

const START_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 45_000;
const SETTLE_WITHIN_MS = 30_000;

export interface PlatformProcess extends PlatformRuns {
  pid: number;
  dataDir: string;
  /** Collects its garbage, so that its memory can be told; the bytes that are left in use. */
  settle(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts the platform with its embedded servers in a process of its own, on fresh data; it ends with this one. `more`: further settings. */
export async function startPlatformProcess(
  scope: BenchScope,
  profileDir: string | null,
  more: Record<string, string> = {},
): Promise<PlatformProcess> {
  const { NODE_FLAGS } = await import('#setup/node-flags.mjs');
  const dataDir = join(scope.dataDir, 'platform');
  const child = fork(join(__dirname, 'platform-process.js'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: [...NODE_FLAGS, '--enable-source-maps', ...profiling(profileDir)],
    env: { ...process.env, ...settings(dataDir), ...more },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = scope.defer(() => stopChild(child, ended));
  const runs = await started(child);
  return { ...runs, pid: child.pid ?? 0, dataDir, settle: () => settleChild(child), stop };
}

async function settleChild(child: ChildProcess): Promise<number> {
  const settled = once(child, 'message', { signal: AbortSignal.timeout(SETTLE_WITHIN_MS) });
  child.send('settle' satisfies PlatformCommand);
  const [message] = (await settled) as [PlatformMessage];
  if (message.kind !== 'settled') throw new Error(`The platform's process did not settle, and said ${message.kind}.`);
  return message.liveBytes;
}

function profiling(dir: string | null): string[] {
  if (dir === null) return [];
  mkdirSync(dir, { recursive: true });
  return ['--cpu-prof', '--cpu-prof-interval=500', `--cpu-prof-dir=${dir}`];
}

/** The defaults, whatever is set outside: embedded servers, free ports. */
function settings(dataDir: string): Record<string, string> {
  const own = Object.keys(process.env).filter((name) => /^(UPDRAFT_(?!CACHE_DIR|MONGOD$|TEMPORAL$)|MONGODB_|TEMPORAL_)/.test(name));
  return {
    ...Object.fromEntries(own.map((name) => [name, ''])),
    UPDRAFT_DATA_DIR: dataDir,
    UPDRAFT_HTTP_PORT: '0',
    UPDRAFT_MQTT_PORT: '0',
    UPDRAFT_MQTTS_PORT: 'off',
    UPDRAFT_COAP_PORT: 'off',
    UPDRAFT_COAPS_PORT: 'off',
    UPDRAFT_LOG_LEVEL: 'warn',
    UPDRAFT_LOG_FORMAT: 'text',
  };
}

function started(child: ChildProcess): Promise<PlatformRuns> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`The platform did not start within ${START_WITHIN_MS / 1_000} s.`)), START_WITHIN_MS);
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    child.once('error', fail);
    child.once('exit', (code, signal) => fail(new Error(`The platform's process ended while starting (${signal ?? code}).`)));
    child.once('message', (message: PlatformMessage) => {
      if (message.kind === 'failed') return fail(new Error(message.message));
      clearTimeout(timer);
      if (message.kind === 'runs') resolve(message);
    });
  });
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  if (child.connected) child.send('stop' satisfies PlatformCommand, () => undefined);
  await ended;
  clearTimeout(timer);
}
