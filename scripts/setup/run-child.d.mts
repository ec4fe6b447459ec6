export function runChild(
  command: string,
  args: string[],
  options: { limitMs: number; cwd?: string; env?: NodeJS.ProcessEnv; what?: string; shell?: boolean },
): Promise<string>;
