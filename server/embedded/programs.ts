/**
 * Where a server program is: environment variable, PATH, cache, upstream's archive, pinned wheel.
 * The rules live in scripts/setup, because they also run before anything is installed or built.
 */
export async function program(
  name: 'mongod' | 'temporal',
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ path: string; warning?: string }> {
  const { findProgram } = await import('#setup/programs.mjs');
  return findProgram(name, { env });
}

export const programPath = async (name: 'mongod' | 'temporal', env?: NodeJS.ProcessEnv): Promise<string> => (await program(name, env)).path;
