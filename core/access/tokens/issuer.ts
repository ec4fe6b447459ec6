import { createHash } from 'node:crypto';
import type { Role } from '../viewer';

/** The name of a claim, or the names on the way to one inside objects: `["realm_access", "roles"]`. */
export type ClaimPath = string | readonly string[];

/** What people may be by a claim: everything but an app, which has a claim of its own, and what makes tokens for apps. */
export type PersonRole = Exclude<Role, 'APP' | 'ISSUER'>;

/** Asymmetric all: with a shared secret whoever checks tokens could make them. */
export const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** An identity provider whose tokens are taken. */
export interface Issuer {
  /** In addresses and in logs. */
  id: string;
  /** For people. */
  name: string;
  /** As in `iss` to the letter; below it is `/.well-known/openid-configuration`. */
  issuer: string;
  /** One of them must be in `aud`. */
  audience: readonly string[];
  algorithms: readonly Algorithm[];
  clockSkewSeconds: number;
  /** Tokens that are good for longer than that from now on are refused. */
  longestTokenHours: number;
  /** Null: it has tokens for apps only. */
  role: { claim: ClaimPath; values: Readonly<Record<string, PersonRole>> } | null;
  /** R-DEV-7: what names the owner whose app has the token, where the claims give no role. Null: no tokens for apps. */
  ownerClaim?: ClaimPath | null;
  /** What owners begin with, before what the claim names: users of two issuers may have the same ids. */
  ownerPrefix?: string | null;
  /** Null: all products. With it a token is for the products that it names, and for none if it names none. */
  products: { claim: ClaimPath; all?: string } | null;
  /** Null: no sign-in in a browser. */
  client: { id: string; secret?: string; authentication: 'basic' | 'post'; scopes: readonly string[] } | null;
}

/** Changes with whatever decides what a person, or the user of an app, may do. */
export const termsOf = ({ issuer, audience, role, ownerClaim = null, ownerPrefix = null, products, client }: Issuer): string =>
  createHash('sha256')
    .update(JSON.stringify([issuer, audience, role, ownerClaim, ownerPrefix, products, client?.id]))
    .digest('base64url');
