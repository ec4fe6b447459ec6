import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { programPath } from '../../server/embedded/programs';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGB: number;
  /** Of the last minute, before the benchmark: work of others makes every figure worse. */
  loadBefore: number;
  node: string;
  temporal: string;
  mongod: string;
}

export async function describeMachine(): Promise<Machine> {
  const [temporal, mongod] = await Promise.all([programPath('temporal'), programPath('mongod')]);
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGB: Math.round((totalmem() / 1024 ** 3) * 10) / 10,
    loadBefore: loadavg()[0] ?? 0,
    node: process.version,
    temporal: versionIn(temporal, /Server ([\d.]+)/),
    mongod: versionIn(mongod, /db version v([\d.]+)/),
  };
}

function versionIn(program: string, pattern: RegExp): string {
  const output = execFileSync(program, ['--version'], { encoding: 'utf8', timeout: 30_000 });
  return pattern.exec(output)?.[1] ?? output.split('\n')[0]?.slice(0, 80) ?? 'unknown';
}
