import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Tokens of the locks this very process holds: another process may once have had the same pid. */
const held = new Set();

/**
 * A lock is a directory with its owner's name in it, made complete and then renamed into place, so that it is never seen half written.
 * @typedef {{ pid: number, started: string | null, token: string, what: string }} Owner
 * @param {string} path
 * @param {string} what what the owner does, for the message another one shows
 * @returns {{ release(): void } | { owner: Owner }}
 */
export function tryLock(path, what) {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const owner = { pid: process.pid, started: startOf(process.pid), token: randomBytes(8).toString('hex'), what };
  const prepared = `${path}.${owner.token}`;
  mkdirSync(prepared, { mode: 0o700 });
  writeFileSync(join(prepared, 'owner.json'), JSON.stringify(owner), { mode: 0o600 });
  // One round for a stale lock, one for the race after it.
  for (let round = 0; round < 3; round += 1) {
    if (moveInto(prepared, path)) {
      held.add(owner.token);
      sweep(path);
      return { release: () => release(path, owner) };
    }
    const other = readOwner(path);
    if (other && isAlive(other)) {
      rmSync(prepared, { recursive: true, force: true });
      return { owner: other };
    }
    // The name holds the stale owner's token and the directory stays: of two that take over, the second can't rename the first one's new lock.
    if (other) moveInto(path, `${path}.stale-${other.token}`);
  }
  rmSync(prepared, { recursive: true, force: true });
  return { owner: readOwner(path) ?? { ...owner, pid: 0, what: 'another process' } };
}

/** Waits until the lock is free, at most `limitMs`; `onWait` is told once whom it waits for. */
export async function lock(path, what, { limitMs, onWait }) {
  const end = Date.now() + limitMs;
  for (let told = false; ; told = true) {
    const result = tryLock(path, what);
    if ('release' in result) return result;
    if (!told) onWait(result.owner);
    if (Date.now() > end) throw new Error(`gave up waiting for process ${result.owner.pid} (${result.owner.what}), which holds ${path}`);
    await delay(300);
  }
}

function moveInto(from, to) {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOENT'].includes(error.code)) return false;
    throw error;
  }
}

function release(path, owner) {
  held.delete(owner.token);
  if (readOwner(path)?.token === owner.token) rmSync(path, { recursive: true, force: true });
}

function readOwner(path) {
  try {
    return JSON.parse(readFileSync(join(path, 'owner.json'), 'utf8'));
  } catch {
    return existsSync(path) ? { pid: 0, started: null, token: 'unreadable', what: 'unknown' } : undefined;
  }
}

function isAlive(owner) {
  if (held.has(owner.token)) return true;
  if (owner.pid <= 0 || owner.pid === process.pid) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  return owner.started === startOf(owner.pid);
}

/** Boot and start time of a process, where the system tells: a pid alone may have been given out again. */
function startOf(pid) {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${boot}:${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return null;
  }
}

/** Removes what take-overs and killed processes left behind an hour ago. */
function sweep(path) {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const left = join(dirname(path), name);
    if (Date.now() - (statSync(left, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()) > 3_600_000)
      rmSync(left, { recursive: true, force: true });
  }
}
