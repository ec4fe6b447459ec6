/**
 * What somebody proves who they are with: what comes behind `Bearer`, which is an API key or a token of an identity provider, or what the
 * cookie of a browser session holds.
 */
export type Credential = string | { readonly session: string };

/** One string for each. */
export const credentialKey = (credential: Credential): string =>
  typeof credential === 'string' ? credential : `session ${credential.session}`;
