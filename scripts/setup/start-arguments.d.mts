export function answerToArguments(args: readonly string[]): { code: number; text: string } | null;
