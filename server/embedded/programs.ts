/**
 * Where a server program is: environment variable, PATH, cache, upstream's downloader, pinned wheel.
 * The rules live in scripts/setup, because they also run before anything is installed or built.
 */
export async function programPath(name: 'mongod' | 'temporal', env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { findProgram } = await import('#setup/programs.mjs');
  return (await findProgram(name, { env })).path;
}
