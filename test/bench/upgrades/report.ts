import type { Machine } from '../machine';
import type { RankedModule } from '../profile-rank';
import type { Quantiles } from '../statistics';
import { alignedTable } from '../table';
import type { BarePart } from './bare-part';
import { HIGHEST_RATE } from './burst';
import type { DiskUse } from './disk-use';
import type { PacedPart, PathPart } from './path-part';

export interface UpgradesResult {
  benchmark: 'upgrades';
  devices: number;
  /** b/a: upgrades a second of the whole path by those of the bare engine. */
  ratio: number;
  ratioMiddle: number | null;
  /** Engine, mongod and Updraft together, milliseconds an upgrade. */
  cpuMsEach: number;
  bare: BarePart;
  path: PathPart;
  paced: PacedPart;
  machine: Machine;
  /** Of Updraft's process, when it was profiled. */
  profile: RankedModule[] | null;
}

/** Percent of the machine. */
const OTHERS_ENDURED = 10;

const one = (value: number): string => value.toFixed(1);
const percent = (value: number): string => `${Math.round(value)} %`;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1024 ** 2)} MB`;

export function reportText(result: UpgradesResult): string {
  const { machine, bare, path, paced, devices } = result;
  const { pacing } = paced;
  return [
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGB} GB, load before ${machine.loadBefore.toFixed(2)}; ` +
      `node ${machine.node}, Temporal server ${machine.temporal}, mongod ${machine.mongod}`,
    `${devices} upgrades of Link devices over MQTT: notified, 3 progress reports, the version; nothing downloaded, no restart`,
    '',
    alignedTable([
      ['upgrades a second', 'whole run', '10–90 %', 'seconds', 'others used'],
      [`(a) bare engine, ${bare.concurrency} at a time`, one(bare.perSecond), '', one(bare.seconds), percent(bare.othersPercent)],
      [
        `(b) Updraft, pushed at ${HIGHEST_RATE}/min`,
        one(path.perSecond),
        shown(path.perSecondMiddle, one),
        one(path.seconds),
        percent(path.othersPercent),
      ],
      ['ratio b/a', result.ratio.toFixed(2), shown(result.ratioMiddle, (value) => value.toFixed(2)), '', ''],
    ]),
    ...(Math.max(bare.othersPercent, path.othersPercent) > OTHERS_ENDURED
      ? [
          `Other programs used more than ${OTHERS_ENDURED} % of the machine: the figures are worse than they would be alone, and the ratio is not reliable.`,
        ]
      : []),
    '',
    alignedTable([
      ['CPU ms an upgrade', 'engine', 'mongod', 'Updraft', 'all three', 'devices', 'subscriber'],
      ['(a) bare engine', one(bare.cpuMs.engine), '', one(bare.cpuMs.worker), one(bare.cpuMs.engine + bare.cpuMs.worker), '', ''],
      [
        '(b) Updraft',
        ...[path.cpuMs.engine, path.cpuMs.mongod, path.cpuMs.updraft, result.cpuMsEach, path.cpuMs.devices, path.cpuMs.subscriber].map(one),
      ],
      [
        'memory, peak',
        ...[path.peakBytes.engine, path.peakBytes.mongod, path.peakBytes.updraft].map(megabytes),
        '',
        ...[path.peakBytes.devices, path.peakBytes.subscriber].map(megabytes),
      ],
    ]),
    '',
    alignedTable([
      ["ms from a device's report to the subscriber", 'p50', 'p95', 'p99', 'max'],
      quantileRow('(b) first progress', path.latencies.firstProgress),
      quantileRow('(b) success', path.latencies.success),
      quantileRow(`(c) first progress, at ${pacing.asked}/min`, paced.latencies.firstProgress),
      quantileRow(`(c) success, at ${pacing.asked}/min`, paced.latencies.success),
    ]),
    '',
    `(c) pacing: asked ${pacing.asked}/min, reached ${one(pacing.reached)}/min (${pacing.errorPercent.toFixed(2)} %); ` +
      `at most ${pacing.mostIn10s} pushes in any 10 s, allowed ${pacing.allowedIn10s}: ${pacing.withinBound ? 'kept' : 'BROKEN'}`,
    `An upgrade is ${one(path.history.events)} history events, ${one(path.history.workflowTasks)} workflow tasks, ${one(path.history.signals)} signals, ` +
      `${one(path.history.timers)} timers; MongoDB commands: ${commandsText(path.storeCommands)}`,
    diskText(path.disk),
    ...profileLines(result.profile),
  ].join('\n');
}

/** What makes the exit code non-zero. */
export function problemsOf({ path, paced }: UpgradesResult): string[] {
  const parts = [
    ['the burst', path.tasks],
    ['the paced part', paced.tasks],
  ] as const;
  return parts.flatMap(([part, tasks]) =>
    Object.entries(tasks).flatMap(([status, count]) => (status === 'SUCCEEDED' ? [] : [`${count} tasks of ${part} ended ${status}.`])),
  );
}

function profileLines(profile: RankedModule[] | null): string[] {
  if (profile === null) return [];
  const rows = profile.slice(0, 15).map(({ module, ms, share }) => [module, ms.toFixed(0), `${one(100 * share)} %`]);
  return ['', alignedTable([["JavaScript of Updraft's process, from start to end", 'ms', 'share'], ...rows])];
}

const shown = (value: number | null, format: (value: number) => string): string => (value === null ? '–' : format(value));

const quantileRow = (name: string, quantiles: Quantiles | null): string[] =>
  quantiles
    ? [name, ...[quantiles.p50, quantiles.p95, quantiles.p99, quantiles.max].map((value) => value.toFixed(0))]
    : [name, '–', '–', '–', '–'];

const kilobytes = (bytes: number): string => `${one(bytes / 1024)} KB`;

const diskText = ({ taskData, taskFiles, taskIndexes, oplog, temporal }: DiskUse): string =>
  `On disk an upgrade adds: task ${kilobytes(taskFiles)} (${kilobytes(taskData)} uncompressed) and indexes ${kilobytes(taskIndexes)}, ` +
  `operation log ${kilobytes(oplog)} uncompressed, Temporal's SQLite ${kilobytes(temporal)}`;

const commandsText = (commands: Record<string, number>): string =>
  Object.entries(commands)
    .slice(0, 6)
    .map(([name, each]) => `${name} ${each.toFixed(2)}`)
    .join(', ');
