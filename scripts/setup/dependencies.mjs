import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { inProject } from './paths.mjs';
import { say, waiting } from './progress.mjs';
import { runChild } from './run-child.mjs';
import { SetupError } from './setup-error.mjs';

const stampFile = () => inProject('node_modules', '.updraft-lock');

/** `npm ci`, unless what is installed is what package-lock.json says. */
export async function ensureDependencies() {
  const lockFile = readFileSync(inProject('package-lock.json'));
  const digest = createHash('sha256').update(lockFile).digest('hex');
  if (existsSync(stampFile()) && readFileSync(stampFile(), 'utf8') === digest) return;
  if (!isInstalled(JSON.parse(lockFile))) await install();
  writeFileSync(stampFile(), digest);
}

/** Someone may have installed by hand: npm keeps a list of what it put there. */
function isInstalled(lockFile) {
  const hidden = inProject('node_modules', '.package-lock.json');
  if (!existsSync(hidden)) return false;
  const there = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(lockFile.packages).every(
    ([path, entry]) => path === '' || entry.optional || there[path]?.version === entry.version,
  );
}

async function install() {
  try {
    await npm('npm ci', ['ci']);
  } catch (error) {
    // What npm says of a lock file that lacks packages of this platform. `npm install` completes it, and keeps the versions that are in it.
    if (!error.message.includes('EUSAGE')) throw failed(error);
    say('package-lock.json does not name everything this machine needs; npm install fills the gaps.');
    await npm('npm install', ['install', '--no-save']).catch((second) => Promise.reject(failed(second)));
  }
}

const failed = (error) =>
  new SetupError(
    `The dependencies could not be installed. ${error.message}\nCheck that npm reaches its registry (npm ping), then start again.`,
  );

async function npm(what, args) {
  const done = waiting(`Installing dependencies (${what})`);
  const path = process.env.npm_execpath;
  const [command, first] = path?.endsWith('.js') ? [process.execPath, [path]] : ['npm', []];
  try {
    await runChild(command, [...first, ...args, '--no-audit', '--no-fund', '--loglevel=error'], {
      limitMs: 20 * 60_000,
      what,
      cwd: inProject(),
      shell: process.platform === 'win32',
    });
    done();
  } catch (error) {
    done('failed');
    throw error;
  }
}
