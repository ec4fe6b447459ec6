import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { basename, delimiter, join, parse } from 'node:path';
import { cached } from './cached';

/** A program of Debian's (and of what descends from it) that tests and benchmarks run beside ours. */
export interface DebianProgram {
  name: string;
  package: string;
  /** Names the program in the environment. */
  variable: string;
  /** Other names a machine may have it by. */
  others?: readonly string[];
  /** Where in the package it is, if the name is that of a script which looks for it at its place in the system. */
  at?: string;
}

/** How to start it: `env` has where its libraries are. */
export interface FoundProgram {
  path: string;
  env: NodeJS.ProcessEnv;
}

const SYSTEM = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/sbin', '/usr/bin'];
const LIMIT_MS = 5 * 60_000;

/** Whether `debianProgram` can find it, or get it from Debian's archive; without asking the network. */
export const canHaveProgram = (program: DebianProgram, env: NodeJS.ProcessEnv): boolean =>
  installed(program, env) !== undefined || ['apt-get', 'dpkg-deb'].every((tool) => onPath(tool, env) !== undefined);

/**
 * The program that the environment names or the machine has. Otherwise its package and what that needs are unpacked into the cache:
 * apt's own settings and keys are used, nothing is installed, and nobody has to be root. Throws when it can't be had.
 */
export async function debianProgram(program: DebianProgram, env: NodeJS.ProcessEnv): Promise<FoundProgram> {
  const there = installed(program, env);
  if (there !== undefined) return { path: there, env };
  const { name, package: wanted, variable } = program;
  const root = await cached(
    {
      directory: `debian-${wanted}`,
      telling: `Getting ${name} from Debian's archive`,
      get: (work) => unpacked(wanted, work, env),
      failed: (reason) => `${reason}\nInstall ${name} (Debian: apt-get install ${wanted}), or set ${variable} to it.`,
    },
    env,
  );
  const { dir, base } = parse(program.at ?? program.name);
  const path = onPath(base, { PATH: (dir ? [dir] : ['usr/sbin', 'usr/bin']).map((bin) => join(root, bin)).join(delimiter) });
  if (path === undefined) throw new Error(`Debian's package ${program.package} has no ${program.name}: ${root}`);
  return { path, env: { ...env, LD_LIBRARY_PATH: libraries(root).join(delimiter) } };
}

/** The package, and what it needs and the machine has not. */
async function unpacked(wanted: string, work: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { runChild } = await import('#setup/run-child.mjs');
  const directory = (path: string): string => {
    mkdirSync(join(work, path), { recursive: true });
    return join(work, path);
  };
  directory('lists/partial');
  directory('archives/partial');
  const own = [
    `Dir::State::lists=${directory('lists')}`,
    `Dir::Cache=${work}`,
    `Dir::Cache::archives=${directory('archives')}`,
    'Debug::NoLocking=true',
    'APT::Sandbox::User=root',
    'Acquire::Languages=none',
  ].flatMap((option) => ['-o', option]);
  const install = ['-q', '-y', '--no-install-recommends', '--download-only', 'install', wanted];
  await runChild('apt-get', [...own, '-q', 'update'], { limitMs: LIMIT_MS, env });
  await runChild('apt-get', [...own, ...install], { limitMs: LIMIT_MS, env });
  const root = directory('root');
  for (const file of readdirSync(join(work, 'archives')).filter((name) => name.endsWith('.deb')))
    await runChild('dpkg-deb', ['-x', join(work, 'archives', file), root], { limitMs: LIMIT_MS, env });
  return root;
}

function installed({ name, others = [], variable }: DebianProgram, env: NodeJS.ProcessEnv): string | undefined {
  const PATH = [env.PATH ?? '', ...SYSTEM].join(delimiter);
  return env[variable] || [name, ...others].map((one) => onPath(one, { PATH })).find((path) => path !== undefined);
}

const onPath = (name: string, { PATH = '' }: NodeJS.ProcessEnv): string | undefined =>
  PATH.split(delimiter)
    .map((place) => join(place, name))
    .find((path) => existsSync(path));

/** `usr/lib/x86_64-linux-gnu` and its like, with the folders in them: some libraries have others to themselves there. */
const libraries = (root: string): string[] =>
  ['usr/lib', 'lib']
    .map((path) => join(root, path))
    .filter((path) => existsSync(path))
    .flatMap((path) => {
      const ofMachine = foldersOf(path).filter((folder) => basename(folder).includes('-linux-'));
      return [path, ...ofMachine, ...ofMachine.flatMap(foldersOf)];
    });

const foldersOf = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name));
