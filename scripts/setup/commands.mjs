import { constants } from 'node:os';
import process from 'node:process';
import { ensureBuilt } from './build.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { lock } from './lock.mjs';
import { inProject } from './paths.mjs';
import { findPrograms } from './programs.mjs';
import { say } from './progress.mjs';
import { runMain } from './run-main.mjs';
import { SetupError } from './setup-error.mjs';
import { runTests } from './test-run.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const COMMANDS = {
  demo: { programs: true, run: (args) => runMain('demo/main.js', args) },
  start: { programs: true, run: (args) => runMain('server/main.js', args) },
  bench: { programs: true, run: (args) => runMain('test/bench/main.js', args) },
  test: { programs: true, build: 'later', run: runTests, env: testServers },
  build: { programs: false, run: async () => 0 },
};

/** Sets up what the command needs, then runs it; answers with the exit code. */
export async function runCommand(name, args) {
  const command = COMMANDS[name];
  if (!command) throw new SetupError(`usage: node scripts/run.mjs ${Object.keys(COMMANDS).join('|')} [arguments]`);
  const wantsHelp = args.some((arg) => arg === '--help' || arg === '-h');
  await setUp({ build: command.build !== 'later', programs: command.programs && !wantsHelp, env: command.env?.() ?? process.env });
  return command.run(args);
}

/** One set-up at a time in a clone: a second command waits for the first one's and then finds everything there. */
async function setUp({ build, programs, env }) {
  // By way of process.exit, so that what set-up has started ends too.
  const interrupted = (signal) => process.exit(128 + constants.signals[signal]);
  for (const signal of SIGNALS) process.on(signal, interrupted);
  const held = await lock(inProject('.updraft', 'setup.lock'), 'set-up', {
    limitMs: 30 * 60_000,
    onWait: (owner) => say(`Waiting for the set-up that process ${owner.pid} is doing …`),
  });
  try {
    await ensureDependencies();
    const results = await Promise.allSettled([build ? ensureBuilt() : tolerantBuild(), programs ? findPrograms(env) : undefined]);
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  } finally {
    held.release();
    for (const signal of SIGNALS) process.off(signal, interrupted);
  }
}

/** Tests that start whole processes need dist/; when it can't be built, the type check says so as a failed test. */
const tolerantBuild = () => ensureBuilt().catch(() => say('The type check below says why.'));

/** Tests never touch the servers of the settings, only those named for tests. */
function testServers() {
  return { ...process.env, MONGODB_URI: process.env.UPDRAFT_TEST_MONGODB_URI, TEMPORAL_ADDRESS: process.env.UPDRAFT_TEST_TEMPORAL_ADDRESS };
}
