import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { cached } from '../cached';

const DIRECTORY = 'leshan-client-2.0.0-M18';
/** It is used for a minute: what starts fast is better than what runs fast. */
const JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xmx256m'];
const COMPILE_MS = 2 * 60_000;

/** Numbers that `/5/0/8`, `/5/0/9` and Content-Format have (LwM2M Core 1.1, appendix E.6 and §7.4). */
export const PROTOCOL = { coap: 0, coaps: 1, http: 2, https: 3 } as const;
export const DELIVERY = { pull: 0, push: 1, both: 2 } as const;
export const FORMAT = { tlv: 11_542, senmlJson: 110, senmlCbor: 112 } as const;

export interface LeshanDevice {
  /** `coap://` or `coaps://`, host and port. */
  server: string;
  endpoint: string;
  /** Seconds. */
  lifetime: number;
  /** For DTLS, the key in hex. */
  identity?: string;
  key?: string;
  /** Of the firmware it runs; 1.0.0 unless given. */
  version?: string;
  /** What it speaks beside text and opaque; all that the client can unless given. */
  formats?: readonly number[];
  /** `/5/0/8`; CoAP alone unless given. */
  protocols?: readonly number[];
  /** `/5/0/9`; pull unless given. */
  delivery?: number;
  /** The largest body it takes in blocks, in bytes; the client's own bound is 8,192. */
  largestPackage?: number;
  /** The result of each update; 1 unless given. */
  installation?: number;
  /** `/5/0/3` after an update that failed: 0 unless given, or 2. */
  stateAfterFailure?: 0 | 2;
  /** It registers with queue mode; it listens nevertheless. */
  queueMode?: boolean;
  /** It downloads when it is told `download`. */
  waits?: boolean;
}

/** What a client has told: `{ registered: id }`, `{ refused: code }`, `{ updated: true }`, `{ uri }`, `{ downloaded: bytes, sha256 }` … */
export type Told = Record<string, unknown>;

/** `restart`: as after a loss of power, with other sockets and without a word to the server. */
export type Word = 'update' | 'deregister' | 'download' | 'restart';

export interface RunningLeshan {
  /** The first such thing after what was asked for before; rejects when the process ends or a download fails first. */
  next(key: string): Promise<Told>;
  /** All that it has told. */
  told(): Told[];
  say(word: Word): void;
  /** Without a word to its server. */
  stop(): Promise<void>;
}

export interface LeshanDevices {
  start(device: LeshanDevice): RunningLeshan;
  stop(): Promise<void>;
}

/** Null when the client can be run; otherwise what is missing for it, which no registry has. */
export function missingForLeshan(): string | null {
  const answers = (program: string): boolean => spawnSync(program, ['-version']).status === 0;
  const missing = [answers('javac') ? null : 'a JDK (17 or newer)', answers('mvn') ? null : 'Maven'];
  return missing.filter((each) => each !== null).join(' and ') || null;
}

/** Starts a process for devices on Leshan's client, unmodified. */
export async function startLeshanDevices(env: NodeJS.ProcessEnv = process.env): Promise<LeshanDevices> {
  const library = join(await leshanLibrary(env), '*');
  const classes = await compiled(library, env);
  const child = spawn('java', [...JVM, '-cp', [library, classes].join(delimiter), 'Devices'], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = new Map<string, Told[]>();
  const waiting = new Set<() => void>();
  let ended = false;
  const exited = once(child, 'close').then(() => {
    ended = true;
    for (const look of waiting) look();
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { device, ...told } = JSON.parse(line);
    lines.get(device)?.push(told);
    for (const look of waiting) look();
  });
  child.stdin.on('error', () => undefined);
  const write = (what: object): void => void child.stdin.write(`${JSON.stringify(what)}\n`);
  return {
    start(device) {
      const told: Told[] = [];
      let seen = 0;
      lines.set(device.endpoint, told);
      write({ start: device });
      const next = (key: string): Promise<Told> =>
        new Promise((resolve, reject) => {
          const look = (): void => {
            const at = told.findIndex((one, index) => index >= seen && (key in one || 'failed' in one));
            const found = told[at];
            if (!found && !ended) return;
            waiting.delete(look);
            seen = at + 1;
            if (found && key in found) resolve(found);
            else reject(new Error(`No '${key}' of ${device.endpoint}: ${ended ? 'the process has ended' : ''} ${JSON.stringify(told)}`));
          };
          waiting.add(look);
          look();
        });
      return {
        next,
        told: () => [...told],
        say: (word) => write({ device: device.endpoint, say: word }),
        async stop() {
          write({ device: device.endpoint, say: 'stop' });
          await next('stopped');
        },
      };
    },
    async stop() {
      child.stdin.end();
      child.kill('SIGKILL');
      await exited;
      rmSync(classes, { recursive: true, force: true });
    },
  };
}

/** The folder of the classes, which its user removes. */
async function compiled(library: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { runChild } = await import('#setup/run-child.mjs');
  const classes = mkdtempSync(join(tmpdir(), 'updraft-leshan-'));
  const sources = readdirSync(__dirname).filter((name) => name.endsWith('.java'));
  const paths = sources.map((name) => join(__dirname, name));
  await runChild('javac', ['-cp', library, '-d', classes, ...paths], { limitMs: COMPILE_MS, env });
  return classes;
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
