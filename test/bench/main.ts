import { benchCommand, UsageError, usage } from './arguments';
import { audit } from './audit/audit';
import type { Benchmark } from './benchmark';
import { console_ } from './console/console';
import { downloads } from './downloads/downloads';
import { dtls } from './dtls/dtls';
import { fleet } from './fleet/fleet';
import { lwm2m } from './lwm2m/lwm2m';
import { mqtt } from './mqtt/mqtt';
import { runScoped } from './run-scoped';
import { upgrades } from './upgrades/upgrades';

const BENCHMARKS: readonly Benchmark[] = [upgrades, downloads, fleet, mqtt, dtls, lwm2m, audit, console_];

/** `npm run bench -- <benchmark> …`. Exit code 1 when something measured went wrong, 2 for wrong arguments. */
async function main(args: readonly string[]): Promise<number> {
  const command = benchCommand(args, BENCHMARKS);
  const benchmark = BENCHMARKS.find(({ name }) => name === command?.name);
  if (command === null || benchmark === undefined) {
    process.stdout.write(`${usage(BENCHMARKS)}\n`);
    return 0;
  }
  const { json, text, problems } = await runScoped(benchmark, command);
  process.stdout.write(command.json ? `${JSON.stringify(json)}\n` : `\n${text}\n`);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  return problems.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).then(
  // Whatever a library still holds open, the work is done and everything stopped.
  (code) => process.stdout.write('', () => process.exit(code)),
  (error: unknown) => {
    const told = error instanceof UsageError ? `${error.message}\n\n${usage(BENCHMARKS)}` : error instanceof Error ? error.stack : error;
    process.stderr.write(`${told}\n`);
    process.exit(error instanceof UsageError ? 2 : 1);
  },
);
