import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DEFAULT_LIMITS } from '../schema/model/limits';
import { fileNameViolation } from '../schema/model/names';
import { formatOf, MAGIC_BYTES_NEEDED, matchesFormat, PACKAGE_SUFFIXES } from '../schema/model/package/package-format';
import { FLEET_DIALECTS, type FleetDialect } from './fleet-plan';

export interface DemoOptions {
  devices: number;
  /** Devices notified a minute. */
  rate: number;
  /** What the devices speak. */
  dialect: FleetDialect;
  /** Null: an image is generated. */
  packageFile: string | null;
  exit: boolean;
  help: boolean;
}

/** All that is wrong with the command line, a line each. */
export class OptionsError extends Error {
  override readonly name = 'OptionsError';
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

const DEVICES = { minimum: 1, maximum: 5_000, default: 200 };
const RATE = { minimum: DEFAULT_LIMITS.rateMinimum, maximum: DEFAULT_LIMITS.rateMaximum, default: 600 };
const DEFAULT_DIALECT: FleetDialect = 'mixed';
const KNOWN = {
  devices: { type: 'string' },
  package: { type: 'string' },
  rate: { type: 'string' },
  dialect: { type: 'string' },
  exit: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const number = (value: number): string => value.toLocaleString('en-US');

export const USAGE = `Usage: npm run demo [-- OPTIONS]

Starts Updraft, connects virtual devices and upgrades them, live in this terminal.

  --devices N      devices, ${DEVICES.minimum} to ${number(DEVICES.maximum)}; ${DEVICES.default} when not given
  --rate R         devices notified a minute, ${RATE.minimum} to ${number(RATE.maximum)}; ${RATE.default} when not given
  --dialect D      what the devices speak, ${FLEET_DIALECTS.join(', ')}; ${DEFAULT_DIALECT} when not given
  --package FILE   the file to bring to them (${PACKAGE_SUFFIXES.join(' ')});
                   an image of 1 MiB is generated when not given
  --exit           end when the batch has, with status 1 if a task ended otherwise
                   than planned; without it Updraft stays for you to try
  -h, --help       this text

Ports and servers come from the settings in docs/settings.md.
`;

/** Throws OptionsError with every problem at once. Paths are taken from where the command was typed. */
export function readOptions(args: readonly string[], from = process.env.INIT_CWD ?? process.cwd()): DemoOptions {
  // npm takes the dashes before the options away, others hand them on.
  const values = parsed(args[0] === '--' ? args.slice(1) : args);
  const problems: string[] = [];
  const options: DemoOptions = {
    devices: wholeNumber('devices', values.devices, DEVICES, problems),
    rate: wholeNumber('rate', values.rate, RATE, problems),
    dialect: dialectOf(values.dialect, problems),
    packageFile: values.package === undefined ? null : resolve(from, values.package),
    exit: values.exit ?? false,
    help: values.help ?? false,
  };
  if (options.help) return options;
  const problem = options.packageFile === null ? null : packageProblem(options.packageFile);
  if (problem) problems.push(`--package: ${problem}`);
  if (problems.length > 0) throw new OptionsError(problems);
  return options;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: KNOWN, allowPositionals: false }).values;
  } catch (error) {
    // Node's own message names the option, and then how to pass positionals, which there are none of.
    const message = error instanceof Error ? error.message : String(error);
    throw new OptionsError([message.split(/\. (?:To specify|This command)/)[0]?.slice(0, 200) ?? message]);
  }
}

function wholeNumber(name: string, given: string | undefined, range: typeof DEVICES, problems: string[]): number {
  if (given === undefined) return range.default;
  const value = Number(given);
  if (/^\d{1,9}$/.test(given) && value >= range.minimum && value <= range.maximum) return value;
  problems.push(`--${name} is "${given.slice(0, 40)}": give a whole number from ${range.minimum} to ${number(range.maximum)}.`);
  return range.default;
}

function dialectOf(given: string | undefined, problems: string[]): FleetDialect {
  if (given === undefined) return DEFAULT_DIALECT;
  const known = FLEET_DIALECTS.find((dialect) => dialect === given.toLowerCase());
  if (!known) problems.push(`--dialect is "${given.slice(0, 40)}": give one of ${FLEET_DIALECTS.join(', ')}.`);
  return known ?? DEFAULT_DIALECT;
}

/** What the API would refuse, said before anything is started. */
function packageProblem(path: string): string | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  const shown = `"${path.slice(-200)}"`;
  if (!stat) return `there is no file ${shown}.`;
  if (!stat.isFile()) return `${shown} is not a file.`;
  const badName = fileNameViolation(basename(path), 'package');
  if (badName) return `${badName.message} ${badName.hint}`;
  const format = formatOf(path);
  if (!format) return `${shown} has no format that is taken. Name it by one of ${PACKAGE_SUFFIXES.join(' ')}.`;
  if (stat.size === 0) return `${shown} is empty.`;
  if (stat.size > DEFAULT_LIMITS.fileBytes)
    return `${shown} has ${number(stat.size)} bytes: at most ${number(DEFAULT_LIMITS.fileBytes)} are taken.`;
  try {
    return matchesFormat(format, firstBytes(path)) ? null : `${shown} does not begin like a ${format} file.`;
  } catch (error) {
    return `${shown} can't be read: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

function firstBytes(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(MAGIC_BYTES_NEEDED);
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
