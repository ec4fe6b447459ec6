export const projectRoot: string;
export function cacheDir(env?: NodeJS.ProcessEnv): string;
export function inProject(...parts: string[]): string;
