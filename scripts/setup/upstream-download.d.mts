export interface UpstreamProgram {
  name: string;
  upstream: Record<string, { url: string; sha256: string; directory: string }>;
}
/** Answers with the program's path in the cache. */
export function upstreamDownload(
  program: UpstreamProgram,
  options: { cache: string; system?: string; onProgress(name: string, done: number, total?: number): void },
): Promise<string>;
