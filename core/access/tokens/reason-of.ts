const LONGEST = 300;

/** What the log says of a failure at an identity provider: words, and nothing of what was sent or answered. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code, error: oauth, cause } = error as Error & { code?: unknown; error?: unknown };
  const words = [error.message, code, oauth, cause instanceof Error ? cause.message : undefined];
  return words
    .filter((word) => typeof word === 'string' && word !== '')
    .join(': ')
    .slice(0, LONGEST);
}
