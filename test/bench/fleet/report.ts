import type { Machine } from '../machine';
import { alignedTable } from '../table';
import { type Row, whole } from './measurement';

export interface FleetResult {
  benchmark: 'fleet';
  devices: number;
  machine: Machine;
  rows: Row[];
  /** How long each measurement took, what it cost, and what others used of the machine meanwhile. */
  parts: { title: string; seconds: number; cpuSeconds: Record<string, number>; peakBytes: number; othersPercent: number }[];
}

/** Percent of the machine. */
const OTHERS_ENDURED = 10;

const judged = ({ met }: Row): string => (met === undefined ? '' : met ? 'met' : 'NOT MET');

/** What was measured, beside its aim. */
export const judgedTable = (rows: readonly Row[]): string =>
  alignedTable([
    ['', 'measured', 'aim', '', 'beside'],
    ...rows.map((row) => [row.what, row.measured, row.aim ?? '', judged(row), row.beside ?? '']),
  ]);

export function reportText({ devices, machine, rows, parts }: FleetResult): string {
  const total = parts.reduce((sum, part) => sum + part.seconds, 0);
  const processes = Object.keys(parts[0]?.cpuSeconds ?? {});
  const busiest = parts.reduce((one, other) => (other.othersPercent > one.othersPercent ? other : one));
  return [
    `${whole(devices)} devices; ${machine.cores} cores (${machine.cpu}), ${machine.memoryGB} GB, load before ${machine.loadBefore.toFixed(2)}; ` +
      `node ${machine.node}, Temporal server ${machine.temporal}, mongod ${machine.mongod}; ${whole(total)} s in all`,
    '',
    judgedTable(rows),
    '',
    alignedTable([
      ['', 'seconds', ...processes.map((name) => `CPU s ${name}`), 'MB Updraft', 'others'],
      ...parts.map(({ title, seconds, cpuSeconds, peakBytes, othersPercent }) => [
        title,
        seconds.toFixed(1),
        ...processes.map((name) => (cpuSeconds[name] ?? 0).toFixed(1)),
        (peakBytes / 1e6).toFixed(0),
        `${Math.round(othersPercent)} %`,
      ]),
    ]),
    ...(busiest.othersPercent > OTHERS_ENDURED
      ? [
          '',
          `Other programs used up to ${Math.round(busiest.othersPercent)} % of the machine (during ${busiest.title}): the figures are worse than they would be alone.`,
        ]
      : []),
  ].join('\n');
}

/** What makes the exit code non-zero. */
export const problemsOf = ({ rows }: Pick<FleetResult, 'rows'>): string[] =>
  rows.flatMap(({ what, measured, aim, met }) => (met === false ? [`${what}: ${measured}, and the aim is ${aim}.`] : []));
