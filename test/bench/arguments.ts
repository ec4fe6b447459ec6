import { parseArgs } from 'node:util';
import type { BenchOptions } from './benchmark';

export interface BenchCommand extends BenchOptions {
  name: string;
  json: boolean;
}

/** Wrong arguments: shown with the usage, exit code 2. */
export class UsageError extends Error {}

const RANGES = {
  devices: { least: 10, most: 5_000, default: 2_000 },
  rate: { least: 10, most: 10_000, default: 600 },
} as const;

export const usage = (benchmarks: readonly { name: string; about: string }[]): string =>
  [
    'usage: npm run bench -- <benchmark> [--devices N] [--rate R] [--profile DIR] [--json]',
    '',
    ...benchmarks.map(({ name, about }) => `  ${name.padEnd(12)}${about}`),
    '',
    `  --devices N   devices upgraded, ${RANGES.devices.least}–${RANGES.devices.most}; default ${RANGES.devices.default}`,
    `  --rate R      devices a minute of the paced part, ${RANGES.rate.least}–${RANGES.rate.most}; default ${RANGES.rate.default}`,
    "  --profile DIR keeps CPU profiles of the platform's process in DIR and ranks what they show",
    '  --json        one JSON object on standard output; progress goes to standard error',
  ].join('\n');

/** Null asks for help. Throws UsageError. */
export function benchCommand(args: readonly string[], names: readonly string[]): BenchCommand | null {
  const { values, positionals } = parsed(args);
  if (values.help) return null;
  const [name, ...more] = positionals;
  if (name === undefined) throw new UsageError('Which benchmark?');
  if (!names.includes(name)) throw new UsageError(`There is no benchmark "${name.slice(0, 60)}".`);
  if (more.length > 0) throw new UsageError('One benchmark at a time.');
  return {
    name,
    json: values.json,
    devices: wholeNumber('devices', values.devices),
    rate: wholeNumber('rate', values.rate),
    profileDir: values.profile ?? null,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h', default: false },
        json: { type: 'boolean', default: false },
        devices: { type: 'string' },
        rate: { type: 'string' },
        profile: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function wholeNumber(option: keyof typeof RANGES, given: string | undefined): number {
  const { least, most, default: usual } = RANGES[option];
  if (given === undefined) return usual;
  const value = /^\d{1,6}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${option} is "${given.slice(0, 60)}": expected a whole number from ${least} to ${most}.`);
}
