import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import process from 'node:process';
import { NODE_FLAGS } from './node-flags.mjs';
import { inProject } from './paths.mjs';
import { SetupError } from './setup-error.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a built program in the foreground and hands on signals; answers with its exit code. */
export function runMain(file, args, env = {}) {
  const path = inProject('dist', file);
  if (!existsSync(path)) throw new SetupError(`There is no dist/${file}: this version of Updraft doesn't have that command.`);
  return runForeground(process.execPath, [...NODE_FLAGS, path, ...args], env);
}

export function runForeground(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: inProject(), env: { ...process.env, ...env } });
    // From a terminal the child gets Ctrl-C itself, being in the same group; this one only has to outlive it.
    const handlers = SIGNALS.map((signal) => [signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal))]);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const [name, handler] of handlers) process.off(name, handler);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}
