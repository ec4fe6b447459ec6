import { ownerViolation } from '../../../schema/model/names';
import type { ClaimPath, Issuer, PersonRole } from './issuer';

export interface Claimed {
  subject: string;
  name: string;
  role: PersonRole;
  products: string[] | null;
}

/** R-DEV-7: an app of somebody who is no person here. */
export interface ClaimedByApp {
  name: string;
  owner: string;
  products: string[] | null;
  subject?: undefined;
  role?: undefined;
}

const ORDER: readonly PersonRole[] = ['ADMINISTRATOR', 'OPERATOR', 'VIEWER'];
/** The first that has something to show. */
const NAMES = ['name', 'preferred_username', 'email', 'client_id', 'azp', 'sub'];
/** Halves of characters: in UTF-8 each of them is the same, and somebody else's subject. */
const HALVES = /\p{Cs}/u;
const NAME_LENGTH = 100;
const SUBJECT_LENGTH = 255;
const MOST_VALUES = 1_000;

/**
 * What a token's claims say here, or null where they give no role: there is none by default. Of several roles the highest counts. A value
 * that is not a string says nothing. Who has a role is a person, also where another claim names an owner.
 */
export function claimed(
  { role, products, ownerClaim, ownerPrefix }: Pick<Issuer, 'role' | 'products' | 'ownerClaim' | 'ownerPrefix'>,
  claims: Readonly<Record<string, unknown>>,
): Claimed | ClaimedByApp | null {
  const { sub } = claims;
  if (typeof sub !== 'string' || sub === '' || sub.length > SUBJECT_LENGTH || HALVES.test(sub)) return null;
  const name = nameIn(claims) ?? '?';
  const highest = role && highestIn(role, claims);
  if (highest) return { subject: sub, name, role: highest, products: productsIn(products, claims) };
  const owner = ownerClaim ? ownerIn(ownerClaim, ownerPrefix ?? '', claims) : null;
  return owner === null ? null : { name, owner, products: productsIn(products, claims) };
}

function highestIn(role: NonNullable<Issuer['role']>, claims: Readonly<Record<string, unknown>>): PersonRole | undefined {
  const named = new Set(valuesAt(claims, role.claim).map((value) => (Object.hasOwn(role.values, value) ? role.values[value] : undefined)));
  return ORDER.find((one) => named.has(one));
}

/** One, and one that a device may have. */
function ownerIn(claim: ClaimPath, prefix: string, claims: Readonly<Record<string, unknown>>): string | null {
  const [named, ...others] = valuesAt(claims, claim);
  // Blanks at its ends are none of an owner's, also behind a prefix.
  if (named === undefined || others.length > 0 || ownerViolation(named, '')) return null;
  const owner = prefix + named;
  return ownerViolation(owner, '') ? null : owner;
}

function productsIn(mapping: Issuer['products'], claims: Readonly<Record<string, unknown>>): string[] | null {
  if (mapping === null) return null;
  const values = valuesAt(claims, mapping.claim);
  if (mapping.all !== undefined && values.includes(mapping.all)) return null;
  return [...new Set(values)].sort();
}

function nameIn(claims: Readonly<Record<string, unknown>>): string | undefined {
  for (const claim of NAMES) {
    const value = claims[claim];
    if (typeof value !== 'string') continue;
    const name = value.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '').trim();
    if (name !== '') return name.slice(0, NAME_LENGTH);
  }
  return undefined;
}

/** A string is one value, also with blanks or commas in it. */
function valuesAt(claims: Readonly<Record<string, unknown>>, path: ClaimPath): string[] {
  let value: unknown = claims;
  for (const name of typeof path === 'string' ? [path] : path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return [];
    value = (value as Record<string, unknown>)[name];
  }
  const values = Array.isArray(value) ? value.slice(0, MOST_VALUES) : [value];
  return values.filter((one) => typeof one === 'string' && one !== '');
}
