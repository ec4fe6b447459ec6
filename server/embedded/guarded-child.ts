import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';

/**
 * A shell between us and the server. It reads a pipe whose other end only we hold: when we end, however that happens, the pipe closes
 * and the server is told to stop, and killed if it doesn't within ten seconds. The server's own pid is told on descriptor 3.
 * What the server writes is its owner's alone.
 */
const GUARD = `
umask 077
"$@" </dev/null 3>&- 4<&- &
server=$!
echo $server >&3
exec 3>&-
( read -r _ <&4; kill -TERM $server 2>/dev/null; n=0
  while [ $n -lt 100 ] && kill -0 $server 2>/dev/null; do sleep 0.1; n=$((n+1)); done
  kill -KILL $server 2>/dev/null ) >/dev/null 2>&1 &
guard=$!
exec 4<&-
trap 'kill -TERM $server 2>/dev/null' TERM INT HUP
wait $server; code=$?
while kill -0 $server 2>/dev/null; do wait $server; code=$?; done
kill -KILL $guard 2>/dev/null
exit $code
`;

export interface GuardedChild {
  /** The server's pid, not the guard's. */
  pid: number;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

/** Starts a server whose output goes to `logFile`, in a session of its own: Ctrl-C is ours to pass on, in order. */
export async function spawnGuarded(command: string, args: string[], env: NodeJS.ProcessEnv, logFile: string): Promise<GuardedChild> {
  const log = openSync(logFile, 'a', 0o600);
  const shell = spawn('/bin/sh', ['-c', GUARD, 'updraft-guard', command, ...args], {
    stdio: ['ignore', log, log, 'pipe', 'pipe'],
    detached: true,
    env,
  });
  closeSync(log);
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    shell.once('exit', (code, signal) => resolve({ code, signal }));
    shell.once('error', () => resolve({ code: 127, signal: null }));
  });
  // The held pipe fails when the guard ends first; that end is told by `exited`.
  shell.stdio[4]?.on('error', () => undefined);
  const pid = await readPid(shell, exited);
  return { pid, exited, kill: (signal) => sendSignal(pid, signal) };
}

async function readPid(shell: ChildProcess, exited: Promise<unknown>): Promise<number> {
  let text = '';
  const pipe = shell.stdio[3] as Readable;
  const read = (async () => {
    for await (const chunk of pipe) text += chunk;
  })();
  await Promise.race([read, exited]);
  const pid = Number(text.trim());
  if (!Number.isInteger(pid) || pid <= 0) throw new Error('The guard of a server program did not start (/bin/sh is needed)');
  return pid;
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already, which is what was asked for.
  }
}
