import { tellOthers } from './session';

export interface Issuer {
  readonly id: string;
  readonly name: string;
}

/** Marks the window that was opened for a sign-in: names of windows don't outlive a way over other sites. */
const DONE = '#signed-in';

export async function issuers(): Promise<readonly Issuer[]> {
  const answer = await fetch('/signin', { headers: { accept: 'application/json' } }).catch(() => null);
  const body = answer?.ok ? ((await answer.json().catch(() => null)) as { issuers?: Issuer[] } | null) : null;
  return body?.issuers ?? [];
}

/** The provider leads back to where somebody was, or does its work in a window of its own. */
export function goToIssuer({ id }: Issuer, keepPage: boolean): void {
  const leadingTo = (path: string): string => `/signin/${encodeURIComponent(id)}?returnTo=${encodeURIComponent(path)}`;
  if (keepPage && window.open(leadingTo(`/${DONE}`), '_blank', 'popup,width=520,height=680')) return;
  window.location.assign(leadingTo(window.location.pathname + window.location.search));
}

/** At the start: the window of a sign-in has done its work. Where a browser does not let it close, it goes on as any other. */
export function finishSignIn(): void {
  if (window.location.hash !== DONE) return;
  window.history.replaceState(null, '', '/');
  tellOthers();
  window.close();
}
