import type { Request } from 'express';
import { UserError } from '../../core/errors';

/** What a request says behind the `?` of its address, each once. Throws INVALID_FORMAT for what is not taken: a misspelt option would count for nothing. */
export function queryOptions<Name extends string>({ query }: Request, names: readonly Name[]): Partial<Record<Name, string>> {
  for (const [name, value] of Object.entries(query)) {
    if (!(names as readonly string[]).includes(name)) throw unknownOption(name, names);
    if (typeof value !== 'string') throw repeated(name);
  }
  return query as Partial<Record<Name, string>>;
}

/** False when not given. Throws INVALID_FORMAT. */
export function flagOption(name: string, value: string | undefined): boolean {
  if (value === undefined || value === 'true' || value === 'false') return value === 'true';
  throw new UserError('INVALID_FORMAT', {
    field: name,
    message: `The option ${name} of the address is neither true nor false.`,
    hint: `Write ${name}=true or ${name}=false.`,
    limit: 'true or false',
  });
}

const unknownOption = (name: string, names: readonly string[]): UserError =>
  new UserError('INVALID_FORMAT', {
    field: name.slice(0, 64),
    message: 'The address has an option that is not known.',
    hint: names.length === 0 ? 'Leave it out: this address takes none.' : `Options are ${names.join(', ')}, spelt so.`,
  });

const repeated = (name: string): UserError =>
  new UserError('INVALID_FORMAT', { field: name, message: `The option ${name} of the address is there twice.`, hint: 'Give it once.' });
