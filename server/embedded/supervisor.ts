import { copyFileSync, existsSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type GuardedChild, spawnGuarded } from './guarded-child';
import { StartError } from './start-error';

const READY_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 15_000;
const RESTARTS_IN_A_ROW = 5;
const STEADY_AFTER_MS = 60_000;
/** From one try to the next while the disk is full. */
const DISK_WAIT_MS = 5_000;
const LOG_BYTES = 32 * 1024 * 1024;
const LOG_END_CHARS = 64 * 1024;

export interface ServerProgram {
  /** For messages: `mongod`, `temporal`. */
  name: string;
  command: string;
  args: string[];
  env?: NodeJS.ProcessEnv;
  logFile: string;
  /** Resolves when the server serves; rejects or ends with the signal. Must be repeatable: it runs after each restart. */
  ready(signal: AbortSignal): Promise<void>;
  /** What a start that failed means, by the end of the log; null where only the log can say. */
  explain?(log: string): string | null;
}

export interface SupervisorEvents {
  onRestart?(name: string, detail: { reason: string; attempt: number; waitMs: number }): void;
  /** Asked when a server has ended: without room on the disk none stays up, and each is started again until there is some. */
  isDiskFull?(): Promise<boolean>;
  /** The server can't be kept running; nothing more will be tried. */
  onFatal(error: Error): void;
}

export interface SupervisedServer {
  /** Of the server running now; changes with a restart. */
  readonly pid: number;
  /** SIGTERM, then SIGKILL after 15 s. Never rejects. */
  stop(): Promise<void>;
}

/**
 * Starts a server, waits until it serves, and keeps it running: same arguments, hence same port, with back-off, at most five times in a row, those
 * for want of room on the disk not counted.
 */
export async function supervise(program: ServerProgram, events: SupervisorEvents, diskWaitMs = DISK_WAIT_MS): Promise<SupervisedServer> {
  let child = await startOnce(program);
  let stopping = false;
  const stopped = new AbortController();
  const logTimer = setInterval(() => boundLog(program.logFile), 60_000);
  logTimer.unref();

  const keep = async (): Promise<void> => {
    let attempt = 0;
    let since = Date.now();
    while (!stopping) {
      const end = await child.exited;
      if (stopping) return;
      // A killed guard may leave its server behind, on our port and our data.
      child.kill('SIGKILL');
      if (Date.now() - since > STEADY_AFTER_MS) attempt = 0;
      let reason = `ended unexpectedly (${end.signal ?? `exit code ${end.code}`})`;
      let toldOfDisk = false;
      for (let running = false; !running && !stopping; ) {
        const isDiskFull = (await events.isDiskFull?.()) ?? false;
        attempt = isDiskFull ? 1 : attempt + 1;
        if (attempt > RESTARTS_IN_A_ROW) {
          events.onFatal(
            new Error(`${program.name} ${reason} and could not be kept running in ${RESTARTS_IN_A_ROW} restarts.\n${lastLog(program)}`),
          );
          return;
        }
        const waitMs = isDiskFull ? diskWaitMs : 250 * 2 ** (attempt - 1);
        // Said once: this may go on for days.
        if (!isDiskFull) events.onRestart?.(program.name, { reason, attempt, waitMs });
        else if (!toldOfDisk) events.onRestart?.(program.name, { reason: 'the disk is full', attempt, waitMs });
        toldOfDisk ||= isDiskFull;
        await delay(waitMs, undefined, { signal: stopped.signal }).catch(() => undefined);
        if (stopping) return;
        try {
          child = await startOnce(program, stopped.signal);
          since = Date.now();
          running = true;
        } catch (error) {
          reason = error instanceof Error ? error.message : String(error);
        }
      }
    }
  };
  const kept = keep();

  return {
    get pid() {
      return child.pid;
    },
    async stop() {
      stopping = true;
      stopped.abort();
      clearInterval(logTimer);
      await endChild(child);
      await kept.catch(() => undefined);
      await endChild(child);
    },
  };
}

async function startOnce(program: ServerProgram, outer?: AbortSignal): Promise<GuardedChild> {
  boundLog(program.logFile);
  const logged = sizeOf(program.logFile);
  const { serverEnvironment } = await import('#setup/child-environment.mjs');
  const env = { ...serverEnvironment(process.env), ...program.env };
  const child = await spawnGuarded(program.command, program.args, env, program.logFile);
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(), READY_LIMIT_MS);
  const signal = outer ? AbortSignal.any([over.signal, outer]) : over.signal;
  const died = child.exited.then(({ code, signal: by }) => {
    // Of this start: an older one may have failed for another reason.
    const why = program.explain?.(readFileSync(program.logFile).subarray(logged).toString().slice(-LOG_END_CHARS));
    throw new StartError(`${why ?? `${program.name} ended while starting (${by ?? `exit code ${code}`}).`}\n${lastLog(program)}`);
  });
  const ready = program.ready(signal);
  try {
    await Promise.race([died, ready, aborted(signal, `${program.name} did not become ready within ${READY_LIMIT_MS / 1000} s`)]);
    return child;
  } catch (error) {
    await endChild(child);
    if (error instanceof Error && !error.message.includes('Last lines')) error.message += `\n${lastLog(program)}`;
    throw error;
  } finally {
    clearTimeout(timer);
    over.abort();
    died.catch(() => undefined);
    // Nothing goes on behind the caller's back.
    await ready.catch(() => undefined);
  }
}

function aborted(signal: AbortSignal, message: string): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new StartError(message)), { once: true });
  });
}

async function endChild(child: GuardedChild): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
  await child.exited;
  clearTimeout(timer);
}

function lastLog(program: ServerProgram): string {
  if (!existsSync(program.logFile)) return `No log at ${program.logFile}.`;
  const lines = readFileSync(program.logFile, 'utf8').trim().split('\n').slice(-15);
  return `Last lines of ${program.logFile}:\n${lines.map((line) => `  ${line.slice(0, 400)}`).join('\n')}`;
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** Keeps one older log. The server goes on writing to the same file, so it is copied and cut, not renamed. */
function boundLog(logFile: string): void {
  if (sizeOf(logFile) < LOG_BYTES) return;
  copyFileSync(logFile, `${logFile}.1`);
  truncateSync(logFile, 0);
}
