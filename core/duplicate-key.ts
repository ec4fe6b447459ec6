export const DUPLICATE_KEY = 11_000;

/** Whether a unique index refused a write. */
export const isDuplicateKey = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && (error as { code?: unknown }).code === DUPLICATE_KEY;
