import { spawn } from 'node:child_process';
import process from 'node:process';
import { toolEnvironment } from './child-environment.mjs';

const KEPT = 64 * 1024;

/**
 * Runs a program to its end, without our settings and keeping the last of its output; ended after `limitMs`. Rejects with what it said last.
 * @param {string} command @param {string[]} args
 * @param {{ limitMs: number, cwd?: string, env?: NodeJS.ProcessEnv, what?: string, shell?: boolean }} options
 * @returns {Promise<string>}
 */
export function runChild(command, args, { limitMs, what = command, env = process.env, ...options }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: toolEnvironment(env), ...options });
    // npm must not go on installing when the set-up that waits for it has ended.
    const endWithUs = () => child.kill('SIGKILL');
    process.once('exit', endWithUs);
    child.once('close', () => process.off('exit', endWithUs));
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-KEPT);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, limitMs);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(new Error(error.code === 'ENOENT' ? `${command} is not installed` : error.message));
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) resolve(output);
      else
        reject(
          new Error(late ? `${what} did not end within ${limitMs / 1000} s` : `${what} ended with ${code ?? signal}\n${endsOf(output)}`),
        );
    });
  });
}

/** Compilers tell the cause first, others last. */
function endsOf(text) {
  const lines = text.trim().split('\n');
  return lines.length <= 40 ? lines.join('\n') : [...lines.slice(0, 20), '…', ...lines.slice(-20)].join('\n');
}
