/** The end of a key as a field of the browser has it: local time, to the minute. */
export function toLocalField(at: string | null): string {
  if (at === null) return '';
  const date = new Date(at);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

export const fromLocalField = (text: string): string | null => (text === '' ? null : new Date(text).toISOString());

export interface KeyState {
  readonly revokedAt: string | null;
  readonly expiresAt: string | null;
}

/** Revoked stays revoked, also when it would have expired since. */
export function stateOf({ revokedAt, expiresAt }: KeyState, now: Date): 'good' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && new Date(expiresAt) <= now ? 'expired' : 'good';
}
