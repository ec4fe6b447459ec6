import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { cached } from '../cached';

const DIRECTORY = 'leshan-client-2.0.0-M18';

export interface LeshanDevice {
  /** `coap://` or `coaps://`, host and port. */
  server: string;
  endpoint: string;
  /** Seconds. */
  lifetime: number;
  /** For DTLS, the key in hex. */
  identity?: string;
  key?: string;
}

/** What the client has told: `{ registered: id }`, `{ refused: code }`, `{ updated: true }`, `{ uri }`, `{ downloaded: bytes, sha256 }` … */
export type Told = Record<string, unknown>;

export interface RunningLeshan {
  /** The first such thing after what was asked for before; rejects when the client ends first. */
  next(key: string): Promise<Told>;
  say(word: 'update' | 'deregister'): void;
  /** Without a word to its server. */
  stop(): Promise<void>;
}

/** Null when the client can be run; otherwise what is missing for it, which no registry has. */
export function missingForLeshan(): string | null {
  const answers = (program: string, argument: string): boolean => spawnSync(program, [argument]).status === 0;
  const missing = [answers('java', '-version') ? null : 'a JDK (17 or newer)', answers('mvn', '-version') ? null : 'Maven'];
  return missing.filter((each) => each !== null).join(' and ') || null;
}

/** Starts a device on Leshan's client, unmodified. */
export async function startLeshan(device: LeshanDevice, env: NodeJS.ProcessEnv = process.env): Promise<RunningLeshan> {
  const library = await leshanLibrary(env);
  const child = spawn('java', ['-cp', join(library, '*'), join(__dirname, 'Device.java')], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  let ended = false;
  const exited = once(child, 'close').then(() => {
    ended = true;
    for (const look of waiting) look();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) told.push(JSON.parse(line));
    for (const look of waiting) look();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.write(`${JSON.stringify(device)}\n`);
  const all: Told[] = [];
  return {
    next: (key) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const at = told.findIndex((one) => key in one);
          if (at < 0 && !ended) return;
          waiting.delete(look);
          all.push(...told.splice(0, at + 1));
          const found = all.at(-1);
          if (at >= 0 && found) resolve(found);
          else reject(new Error(`The client has ended without '${key}'; it told ${JSON.stringify([...all, ...told])}`));
        };
        waiting.add(look);
        look();
      }),
    say: (word) => void child.stdin.write(`${word}\n`),
    async stop() {
      child.stdin.end();
      child.kill('SIGKILL');
      await exited;
    },
  };
}

function leshanLibrary(env: NodeJS.ProcessEnv): Promise<string> {
  const goal = ['--batch-mode', '--quiet', '--file', join(__dirname, 'pom.xml'), 'dependency:copy-dependencies'];
  return cached(
    {
      directory: DIRECTORY,
      telling: "Getting Leshan's LwM2M client (5 MB), by Maven",
      async get(work) {
        const { runChild } = await import('#setup/run-child.mjs');
        const target = join(work, 'lib');
        await runChild('mvn', [...goal, '-DincludeScope=runtime', `-DoutputDirectory=${target}`], { limitMs: 10 * 60_000, env });
        return target;
      },
      failed: (reason) => `Leshan's client could not be had: ${reason}`,
    },
    env,
  );
}
