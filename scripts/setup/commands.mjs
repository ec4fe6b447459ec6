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
import { answerToArguments } from './start-arguments.mjs';
import { runTests } from './test-run.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const COMMANDS = {
  demo: { programs: true, run: (args) => runMain('demo/main.js', args) },
  start: { programs: true, answer: answerToArguments, run: (args) => runMain('server/main.js', args) },
  audit: { programs: true, run: (args) => runMain('server/audit-command.js', args) },
  bench: { programs: true, run: (args) => runMain('test/bench/main.js', args) },
  test: { programs: true, build: 'later', run: runTests, env: testServers },
  build: { programs: false, answer: noArguments, run: async () => 0 },
};

/** Sets up what the command needs, then runs it; answers with the exit code. */
export async function runCommand(name, args) {
  const command = COMMANDS[name];
  if (!command) throw new SetupError(`usage: node scripts/run.mjs ${Object.keys(COMMANDS).join('|')} [arguments]`);
  const answer = command.answer?.(args);
  if (answer) {
    process[answer.code === 0 ? 'stdout' : 'stderr'].write(answer.text);
    return answer.code;
  }
  if (name === 'start') say('Starting Updraft …');
  const wantsHelp = args.some((arg) => arg === '--help' || arg === '-h');
  await setUp({ build: command.build !== 'later', programs: command.programs && !wantsHelp, env: command.env?.() ?? process.env });
  return command.run(args);
}

/** @param {string[]} args */
function noArguments(args) {
  return args.length === 0 ? null : { code: 2, text: `npm run build takes no arguments; it was given "${args[0].slice(0, 60)}".\n` };
}

/** One set-up at a time in a clone: a second command waits for the first one's and then finds everything there. */
async function setUp({ build, programs, env }) {
  // By way of process.exit, so that what set-up has started ends too.
  const interrupted = (signal) => process.exit(128 + constants.signals[signal]);
  for (const signal of SIGNALS) process.on(signal, interrupted);
  const held = await lock(inProject('.updraft', 'setup.lock'), 'set-up', {
    limitMs: 30 * 60_000,
    onWait: (owner) => say(`Waiting for the set-up that process ${owner.pid} is doing …`),
  }).catch((error) => {
    if (!['EEXIST', 'ENOTDIR'].includes(error.code)) throw error;
    throw new SetupError(`${inProject('.updraft')} is a file, and set-up needs a directory there. Move the file away and start again.`);
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
