import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';

/** A process at one moment, by what Linux says of it. */
export interface ProcessUse {
  /** User and system time since its start, milliseconds, ended threads included. */
  cpuMs: number;
  /** Resident now, and at most since its start, bytes. */
  rssBytes: number;
  peakBytes: number;
}

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) || 100;

/** Throws when the process has gone, and where there is no /proc. */
export function useOf(pid: number): ProcessUse {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in parentheses, may hold spaces: fields are counted behind it, the state being the first.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return {
    cpuMs: ((Number(fields[11]) + Number(fields[12])) * 1_000) / TICKS_PER_SECOND,
    rssBytes: kilobytes('VmRSS') * 1_024,
    peakBytes: kilobytes('VmHWM') * 1_024,
  };
}

/** User and system time of children of this process that have ended, milliseconds since its start. */
export function endedChildrenCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[13]) + Number(fields[14])) * 1_000) / TICKS_PER_SECOND;
}

export interface MeteredPart {
  cpuMs: number;
  peakBytes: number;
}

/** Starts measuring processes by name; the answer tells what each has used since, and its peak of memory so far. */
export function meter<Name extends string>(pids: Record<Name, number>): () => Record<Name, MeteredPart> {
  const names = Object.keys(pids) as Name[];
  const before = new Map(names.map((name) => [name, useOf(pids[name])]));
  return () => {
    const parts = names.map((name) => {
      const { cpuMs, peakBytes } = useOf(pids[name]);
      return [name, { cpuMs: cpuMs - (before.get(name)?.cpuMs ?? 0), peakBytes }];
    });
    return Object.fromEntries(parts);
  };
}

/** Starts measuring what everything else on the machine takes meanwhile: percent of all cores, given what was used by those measured. */
export function meterOthers(): (ownCpuMs: number) => number {
  const began = performance.now();
  const before = machineCpuMs();
  return (ownCpuMs) => {
    const available = (performance.now() - began) * cpus().length;
    return Math.max(0, (100 * (machineCpuMs() - before - ownCpuMs)) / available);
  };
}

/** Time not idle of all cores, what a hypervisor took away included, milliseconds since boot. */
function machineCpuMs(): number {
  const [user, nice, system, , , irq, softirq, steal] =
    readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]?.trim().split(/\s+/).slice(1).map(Number) ?? [];
  return ([user, nice, system, irq, softirq, steal].reduce<number>((sum, ticks) => sum + (ticks ?? 0), 0) * 1_000) / TICKS_PER_SECOND;
}
