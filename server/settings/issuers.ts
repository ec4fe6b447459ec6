import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { isSafe } from '../../core/access/tokens/get-json';
import { ALGORITHMS, type Issuer } from '../../core/access/tokens/issuer';
import { ownerViolation } from '../../schema/model/names';

const MOST_BYTES = 1024 ** 2;
/** Addresses below `/signin/` that are something else. */
const TAKEN = ['link', 'callback'];

const word = z.string().min(1).max(1_000);
const claim = z.union([word, z.array(word).min(1).max(8)]);

const issuerForm = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,31}$/, '1 to 32 small letters, digits and dashes')
    .refine((id) => !TAKEN.includes(id), `not ${TAKEN.join(' or ')}`),
  name: z.string().min(1).max(100),
  issuer: z
    .string()
    .max(2_048)
    .refine((value) => isSafe(value) && !/[?#\s]/.test(value), 'https://…, or http:// on this machine, as in `iss` to the letter'),
  audience: z.union([word.transform((one) => [one]), z.array(word).min(1).max(16)]),
  algorithms: z.array(z.enum(ALGORITHMS)).min(1).default(['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']),
  clockSkewSeconds: z.int().min(0).max(300).default(30),
  longestTokenHours: z.int().min(1).max(8_784).default(24),
  role: z
    .strictObject({
      claim,
      values: z
        .record(word, z.enum(['ADMINISTRATOR', 'OPERATOR', 'VIEWER']))
        .refine((values) => Object.keys(values).length > 0, 'at least one value'),
    })
    .nullable()
    .default(null),
  ownerClaim: claim.nullable().default(null),
  ownerPrefix: z
    .string()
    .refine(
      (value) => value === '' || (value.length <= 64 && ownerViolation(value, '') === null),
      'up to 64 characters that an owner may begin with',
    )
    .nullable()
    .default(null),
  products: z.strictObject({ claim, all: word.optional() }).nullable().default(null),
  client: z
    .strictObject({
      id: word,
      secret: word.optional(),
      authentication: z.enum(['basic', 'post']).default('basic'),
      scopes: z
        .array(z.string().regex(/^[\x21-\x7e]{1,100}$/))
        .min(1)
        .max(32)
        .default(['openid', 'profile']),
    })
    .refine(({ scopes }) => scopes.includes('openid'), 'scopes with openid among them')
    .nullable()
    .default(null),
});

const issuer = issuerForm.refine(({ role, ownerClaim }) => role !== null || ownerClaim !== null, '`role`, `ownerClaim` or both');

const form = z
  .strictObject({ issuers: z.array(issuer).min(1).max(16) })
  .refine(({ issuers }) => new Set(issuers.map(({ id }) => id)).size === issuers.length, 'an `id` for each issuer alone')
  .refine(({ issuers }) => new Set(issuers.map((one) => one.issuer)).size === issuers.length, 'each `issuer` once')
  .refine(
    ({ issuers }) => haveOwnersApart(issuers),
    'an `ownerPrefix` for each issuer with an `ownerClaim`, where there are several: a user of one may have the id of a user of another; the same one, "" for example, says that they are the same users',
  );

/** Or somebody has said that they are the same. */
function haveOwnersApart(issuers: readonly z.infer<typeof issuer>[]): boolean {
  const withOwners = issuers.filter(({ ownerClaim }) => ownerClaim !== null);
  return withOwners.length < 2 || withOwners.every(({ ownerPrefix }) => ownerPrefix !== null);
}

/** The issuers of the file. What is wrong with it is added to `problems`, a line each, without a value of the file: it may have secrets. */
export function readIssuers(file: string | undefined, problems: string[]): readonly Issuer[] {
  if (file === undefined) return [];
  const problem = (what: string): readonly Issuer[] => {
    problems.push(`UPDRAFT_ISSUERS_FILE is ${file}: ${what}`);
    return [];
  };
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return problem(`it can't be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
  if (text.length > MOST_BYTES) return problem('it is larger than 1 MiB');
  return issuersOf(text, problem);
}

function issuersOf(text: string, problem: (what: string) => readonly Issuer[]): readonly Issuer[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return problem('it is no JSON');
  }
  const read = form.safeParse(value);
  if (read.success) return read.data.issuers;
  for (const { path, message, code, ...rest } of read.error.issues.slice(0, 20)) {
    const names = 'keys' in rest && Array.isArray(rest.keys) ? ` (${rest.keys.join(', ')})` : '';
    problem(
      `${path.join('.') || 'the file'}: expected ${code === 'custom' || code === 'invalid_format' ? message : `another value: ${message}`}${names}`,
    );
  }
  return [];
}
