import { parseArgs } from 'node:util';
import type { Benchmark, BenchOptions, Range } from './benchmark';

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

type Named = Pick<Benchmark, 'name' | 'devices' | 'parts'>;

export const usage = (benchmarks: readonly (Named & { about: string })[]): string =>
  [
    'usage: npm run bench -- <benchmark> [--devices N] [--rate R] [--parts P,…] [--profile DIR] [--json]',
    '',
    ...benchmarks.map(({ name, about }) => `  ${name.padEnd(12)}${about}`),
    '',
    `  --devices N   devices measured with, ${rangeText(RANGES.devices)}`,
    ...benchmarks.flatMap(({ name, devices }) => (devices ? [`                of ${name}: ${rangeText(devices)}`] : [])),
    `  --rate R      devices a minute of the paced part, ${rangeText(RANGES.rate)}`,
    ...benchmarks.flatMap(({ name, parts }) => (parts ? [`  --parts P,…   of ${name}: only these of ${parts.join(', ')}`] : [])),
    "  --profile DIR keeps CPU profiles of the platform's process in DIR and ranks what they show",
    '  --json        one JSON object on standard output; progress goes to standard error',
  ].join('\n');

const rangeText = ({ least, most, default: usual }: Range): string => `${least}–${most}; default ${usual}`;

/** Null asks for help. Throws UsageError. */
export function benchCommand(args: readonly string[], benchmarks: readonly Named[]): BenchCommand | null {
  const { values, positionals } = parsed(args);
  if (values.help) return null;
  const [name, ...more] = positionals;
  if (name === undefined) throw new UsageError('Which benchmark?');
  const benchmark = benchmarks.find((each) => each.name === name);
  if (benchmark === undefined) throw new UsageError(`There is no benchmark "${name.slice(0, 60)}".`);
  if (more.length > 0) throw new UsageError('One benchmark at a time.');
  return {
    name,
    json: values.json,
    devices: wholeNumber('devices', values.devices, benchmark.devices ?? RANGES.devices),
    rate: wholeNumber('rate', values.rate, RANGES.rate),
    parts: partsOf(values.parts, benchmark),
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
        parts: { type: 'string' },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function partsOf(given: string | undefined, { name, parts = [] }: Named): readonly string[] {
  if (given === undefined) return parts;
  if (parts.length === 0) throw new UsageError(`${name} has no parts to choose from.`);
  const chosen = given.split(',');
  const unknown = chosen.find((part) => !parts.includes(part));
  if (unknown !== undefined) throw new UsageError(`${name} has no part "${unknown.slice(0, 60)}": there are ${parts.join(', ')}.`);
  return chosen;
}

function wholeNumber(option: keyof typeof RANGES, given: string | undefined, { least, most, default: usual }: Range): number {
  if (given === undefined) return usual;
  const value = /^\d{1,7}$/.test(given) ? Number(given) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${option} is "${given.slice(0, 60)}": expected a whole number from ${least} to ${most}.`);
}
