import { ConfigError, readConfig } from '../../server/config';

/** What a start refuses of an environment; empty where it takes it. */
export function configProblems(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
