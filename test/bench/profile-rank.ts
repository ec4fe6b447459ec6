import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string } }[];
  samples: number[];
  /** Microseconds. */
  timeDeltas: number[];
}

export interface RankedModule {
  module: string;
  /** Self time, milliseconds. */
  ms: number;
  /** Of all that was not idle, 0–1. */
  share: number;
}

/** Self time by package of the CPU profiles in a folder, one a thread; the most first. */
export function rankProfiles(dir: string): RankedModule[] {
  const totals = new Map<string, number>();
  for (const name of readdirSync(dir).filter((file) => file.endsWith('.cpuprofile'))) {
    addTo(totals, JSON.parse(readFileSync(join(dir, name), 'utf8')) as CpuProfile);
  }
  totals.delete('(idle)');
  const all = [...totals.values()].reduce((sum, ms) => sum + ms, 0);
  return [...totals].map(([module, ms]) => ({ module, ms, share: ms / all })).sort((one, other) => other.ms - one.ms);
}

function addTo(totals: Map<string, number>, { nodes, samples, timeDeltas }: CpuProfile): void {
  const modules = new Map(nodes.map(({ id, callFrame }) => [id, moduleOf(callFrame)]));
  for (const [index, id] of samples.entries()) {
    const module = modules.get(id) ?? '(unknown)';
    totals.set(module, (totals.get(module) ?? 0) + (timeDeltas[index] ?? 0) / 1_000);
  }
}

/** A package, a folder of ours, or what the engine calls itself, e.g. `(garbage collector)`. */
export function moduleOf({ functionName, url }: { functionName: string; url: string }): string {
  if (url === '') return functionName.startsWith('(') ? functionName : '(native)';
  const inside = url.split('/node_modules/').at(-1);
  if (inside !== undefined && inside !== url) return inside.split('/', inside.startsWith('@') ? 2 : 1).join('/');
  if (url.startsWith('node:')) return 'node';
  if (url.includes('workflow-bundle')) return 'workflow bundle';
  return /\/(api|core|gateways|schema|server|workflows|test)\//.exec(url)?.[1] ?? 'other';
}
