import { execFile } from 'node:child_process';
import process from 'node:process';
import { serverEnvironment } from './child-environment.mjs';

/** Runs `--version`: proves that the program exists, is for this machine and has its libraries. @returns {Promise<string>} */
export async function runVersion(path, { name, versionPattern, atLeast }) {
  const output = await new Promise((resolve, reject) => {
    execFile(path, ['--version'], { timeout: 20_000, env: serverEnvironment(process.env) }, (error, stdout, stderr) => {
      if (error) reject(new Error(`it does not run: ${firstLine(stderr) || error.code || error.signal || error.message}`));
      else resolve(stdout);
    });
  });
  const match = versionPattern.exec(output);
  if (!match) throw new Error(`it does not call itself ${name}`);
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major < atLeast[0] || (major === atLeast[0] && minor < atLeast[1])) {
    throw new Error(`its version ${match[1]}.${match[2]} is older than ${atLeast.join('.')}`);
  }
  return match.slice(1).join('.');
}

const firstLine = (text) => text.trim().split('\n')[0].slice(0, 300);
