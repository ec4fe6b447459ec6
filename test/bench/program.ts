import { type DebianProgram, debianProgram, type FoundProgram } from '../support/debian-program';
import type { BenchScope } from './benchmark';

/** The program to measure beside; without it the benchmark says why, and goes on. */
export async function programOrNull(program: DebianProgram, scope: Pick<BenchScope, 'say'>): Promise<FoundProgram | null> {
  try {
    return await debianProgram(program, process.env);
  } catch (error) {
    scope.say((error as Error).message);
    return null;
  }
}
