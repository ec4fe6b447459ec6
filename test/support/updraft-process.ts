import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { patience } from './devices/patience';

/** What a process of the platform says when it runs. */
export interface UpdraftProcess {
  pid: number;
  apiUrl?: string;
  mqttUrl?: string;
  /** Of the embedded server, without its password. */
  mongoUrl?: string;
  /** kill -9; settles when the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP, and SIGCONT. */
  pause(): void;
  resume(): void;
  /** SIGTERM; settles when the process is gone. */
  stop(): Promise<void>;
}

const MAIN = resolve(__dirname, '../../dist/server/main.js');
const LAST_LINES = 20;
const STOP_LIMIT_MS = 60_000;

/** `npm start` with these settings, from the build, in a process of its own; settles when it runs. */
export async function startProcess(settings: Record<string, string>): Promise<UpdraftProcess> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(UPDRAFT_(?!MONGOD$|TEMPORAL$|CACHE_DIR$)|MONGODB_|TEMPORAL_|NODE_OPTIONS)/.test(name),
  );
  const env = { ...Object.fromEntries(own), ...settings, UPDRAFT_LOG_LEVEL: 'info', UPDRAFT_LOG_FORMAT: 'json' };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const exited = once(child, 'exit');
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const hard = setTimeout(() => child.kill('SIGKILL'), patience(STOP_LIMIT_MS));
    await exited;
    clearTimeout(hard);
  };
  const { apiUrl, mqttUrl, mongoUrl } = await running(child);
  return {
    pid: child.pid ?? 0,
    apiUrl,
    mqttUrl,
    mongoUrl,
    kill: () => end('SIGKILL'),
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    stop: () => end('SIGTERM'),
  };
}

/** Reads the log to its end, so that the process never waits for us; answers with the line that says that it runs. */
function running(child: ChildProcess): Promise<Pick<UpdraftProcess, 'apiUrl' | 'mqttUrl' | 'mongoUrl'>> {
  const last: string[] = [];
  return new Promise((settle, reject) => {
    const read = (line: string): void => {
      if (last.push(line) > LAST_LINES) last.shift();
      if (process.env.UPDRAFT_TEST_LOG) process.stderr.write(`${child.pid} ${line}\n`);
      if (line.includes('"Updraft runs"')) settle(JSON.parse(line));
    };
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream as Readable }).on('line', read);
    child.once('exit', (code, signal) => reject(new Error(`Updraft ended (${signal ?? code}) before it ran:\n${last.join('\n')}`)));
  });
}
