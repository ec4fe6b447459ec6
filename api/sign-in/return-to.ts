/** Where nobody is led anywhere in particular. */
export const HOME = '/';

const LONGEST = 1_024;
/** No blanks, no control characters, no backslash: browsers take out the ones, and take the last for a slash. */
const WRITTEN = /^\/[\x21-\x5b\x5d-\x7e]*$/;
/** What stands for the origin of this API: an address that leads away from it is found out by having another. */
const HERE = 'http://own.invalid';
/** To come back there would begin the sign-in anew, or end it. */
const OF_SIGN_IN = /^\/+sign(?:in|out)(?:\/|$)/i;

/**
 * The address that somebody wants to be led back to after a sign-in, as far as it is a path of this API's own pages; otherwise `/`. It is
 * whoever made the link that says it, and so it must never lead to another site (CWE-601).
 */
export function returnToOf(given: unknown): string {
  if (typeof given !== 'string' || given.length > LONGEST || !WRITTEN.test(given) || !URL.canParse(given, HERE)) return HOME;
  const { origin, pathname, search, hash } = new URL(given, HERE);
  // `/.//host` comes to `//host`, which is an address elsewhere again.
  if (origin !== HERE || pathname.startsWith('//') || OF_SIGN_IN.test(pathname)) return HOME;
  return `${pathname}${search}${hash}`;
}

/** `/signin` or what is below it, with the way back. */
export const withReturnTo = (path: string, returnTo: string): string =>
  returnTo === HOME ? path : `${path}?returnTo=${encodeURIComponent(returnTo)}`;
