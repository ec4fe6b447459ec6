import { UserError } from '../../core/errors';

/** A query for one thing by its id: null for what does not exist would hide a typing error. */
export async function found<T>(what: string, lookup: Promise<T | null>): Promise<T> {
  const thing = await lookup;
  if (thing === null) throw notFound(what);
  return thing;
}

export const notFound = (what: string): UserError =>
  new UserError('NOT_FOUND', {
    message: `There is no ${what} with this id.`,
    hint: 'Look at the id: the lists of this API give the ones there are.',
  });
