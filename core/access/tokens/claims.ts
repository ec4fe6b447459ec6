import type { ClaimPath, Issuer, PersonRole } from './issuer';

export interface Claimed {
  subject: string;
  name: string;
  role: PersonRole;
  products: string[] | null;
}

const ORDER: readonly PersonRole[] = ['ADMINISTRATOR', 'OPERATOR', 'VIEWER'];
const NAMES = ['name', 'preferred_username', 'email', 'client_id', 'azp'];
const NAME_LENGTH = 100;
const SUBJECT_LENGTH = 255;
const MOST_VALUES = 1_000;

/**
 * What a token's claims say here, or null where they give no role: there is none by default. Of several roles the highest counts. A value
 * that is not a string says nothing.
 */
export function claimed({ role, products }: Pick<Issuer, 'role' | 'products'>, claims: Readonly<Record<string, unknown>>): Claimed | null {
  const { sub } = claims;
  if (typeof sub !== 'string' || sub === '' || sub.length > SUBJECT_LENGTH) return null;
  const named = new Set(valuesAt(claims, role.claim).map((value) => (Object.hasOwn(role.values, value) ? role.values[value] : undefined)));
  const highest = ORDER.find((one) => named.has(one));
  if (!highest) return null;
  return { subject: sub, name: nameIn(claims) ?? sub.slice(0, NAME_LENGTH), role: highest, products: productsIn(products, claims) };
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
    const name = value.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').trim();
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
