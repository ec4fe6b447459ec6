import { execFileSync, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from '../../../server/embedded/free-port';
import type { FoundProgram } from '../../support/debian-program';
import { MOSQUITTO } from '../../support/mosquitto';
import type { BenchScope } from '../benchmark';
import { programOrNull } from '../program';
import type { GatewayAnswer, GatewayQuestion } from './gateway-messages';

export const MOSQUITTO_MISSING = 'Without Mosquitto its half of the comparison stays empty.';

const START_WITHIN_MS = 15_000;

export interface Gateway {
  port: number;
  pid: number;
  ask(question: GatewayQuestion): Promise<GatewayAnswer>;
  stop(): Promise<void>;
}

/** Updraft's gateway in a process of its own. */
export async function startGateway(scope: BenchScope): Promise<Gateway> {
  const child = fork(join(__dirname, 'gateway-process.js'), [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ended = once(child, 'exit');
  const stop = scope.defer(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const [started] = await once(child, 'message', { signal: AbortSignal.timeout(START_WITHIN_MS) });
  let turn: Promise<unknown> = Promise.resolve();
  return {
    port: (started as { port: number }).port,
    pid: child.pid ?? 0,
    stop,
    ask(question) {
      const answer = turn.then(async () => {
        const reply = once(child, 'message');
        child.send(question);
        return (await reply)[0] as GatewayAnswer;
      });
      turn = answer;
      return answer;
    },
  };
}

export interface Mosquitto {
  version: string;
  port: number;
  pid: number;
  stop(): Promise<void>;
}

/** Mosquitto on loopback, that lets everybody in; null when there is none. */
export async function startMosquitto(scope: BenchScope): Promise<Mosquitto | null> {
  const program = await programOrNull(MOSQUITTO, scope);
  if (program === null) return null;
  const dir = join(scope.dataDir, 'mosquitto');
  mkdirSync(dir, { recursive: true });
  const port = await freePort();
  const settings = [`listener ${port} 127.0.0.1`, 'allow_anonymous true', 'persistence false', 'max_queued_messages 0', 'log_type error'];
  writeFileSync(join(dir, 'mosquitto.conf'), `${settings.join('\n')}\n`);
  const child = spawn(program.path, ['-c', join(dir, 'mosquitto.conf')], { env: program.env, stdio: 'ignore' });
  const ended = once(child, 'exit');
  const stop = scope.defer(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  await untilOpen(port);
  return { version: versionOf(program), port, pid: child.pid ?? 0, stop };
}

function versionOf({ path, env }: FoundProgram): string {
  const said = execFileSync('sh', ['-c', '"$0" -h 2>&1 | head -1', path], { env, encoding: 'utf8', timeout: 10_000 });
  return /version ([\d.]+)/.exec(said)?.[1] ?? 'unknown';
}

async function untilOpen(port: number): Promise<void> {
  const until = performance.now() + START_WITHIN_MS;
  while (performance.now() < until) {
    const socket = createConnection(port, '127.0.0.1');
    const open = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await delay(50);
  }
  throw new Error(`mosquitto did not open its port within ${START_WITHIN_MS / 1_000} s.`);
}
