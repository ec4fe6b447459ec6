import { WhoAmIDocument, type WhoAmIQuery } from '../../generated/app/session/documents';
import { platform } from '../platform';
import { createStore } from '../store';

export type Viewer = WhoAmIQuery['viewer'];

export type Session =
  | { readonly status: 'unknown' | 'unreachable' }
  /** Nobody has signed in yet: there is nothing on the page that could be lost. */
  | { readonly status: 'signed-out' }
  | { readonly status: 'signed-in'; readonly viewer: Viewer }
  /** The page stays as it is behind the sign-in, with all that was typed. */
  | { readonly status: 'expired'; readonly viewer: Viewer };

export const session = createStore<Session>({ status: 'unknown' });

/** What was open in other windows looks again when somebody has signed in or out in one of them. */
const channel = new BroadcastChannel('updraft.session');
channel.onmessage = () => void lookAgain();

/** Listeners that ask again for what was refused while nobody was signed in. */
const returns = new Set<() => void>();
export function onReturn(listener: () => void): () => void {
  returns.add(listener);
  return () => void returns.delete(listener);
}

export async function lookAgain(): Promise<void> {
  const result = await platform.query(WhoAmIDocument, {});
  if (result.ok) return signedIn(result.data.viewer);
  if (result.reason === 'not-signed-in') signedOut();
  else if (session.get().status === 'unknown') session.set({ status: 'unreachable' });
}

function signedIn(viewer: Viewer): void {
  const before = session.get();
  const isSomebodyElse = 'viewer' in before && before.viewer.actorId !== viewer.actorId;
  // What one person may see is not shown to another.
  if (isSomebodyElse) {
    session.set({ status: 'unknown' });
    window.location.reload();
    return;
  }
  session.set({ status: 'signed-in', viewer });
  if (before.status === 'expired') for (const listener of [...returns]) listener();
}

/** The API has refused the cookie, or there is none. */
export function signedOut(): void {
  const before = session.get();
  session.set('viewer' in before ? { status: 'expired', viewer: before.viewer } : { status: 'signed-out' });
}

/** The key goes to the API once, and is kept nowhere here. */
export async function signInWithKey(key: string): Promise<{ code: string; message: string; hint?: string } | null> {
  // A header takes no other characters, and no key has them: so the API says that the key is wrong, as of any other.
  const headers = { authorization: `Bearer ${key.trim().replace(/[^\x20-\x7e]/g, '?')}` };
  const answer = await fetch('/signin', { method: 'POST', headers }).catch(() => null);
  if (answer?.ok) {
    await lookAgain();
    channel.postMessage('in');
    return null;
  }
  const body = (await answer?.json().catch(() => null)) as { errors?: { code: string; message: string; hint?: string }[] } | null;
  return body?.errors?.[0] ?? { code: 'UNREACHABLE', message: 'The platform could not be reached.' };
}

export async function signOut(): Promise<void> {
  await fetch('/signout', { method: 'POST', redirect: 'manual' }).catch(() => null);
  channel.postMessage('out');
  session.set({ status: 'signed-out' });
  // Nothing of whoever was here stays in memory.
  window.location.assign('/');
}

export const tellOthers = (): void => channel.postMessage('in');
