import type { Request } from 'express';
import { UserError } from '../../core/errors';

/** The product a file of devices is for: named in the address, since it has to be known before the file is read. */
export function namedProduct({ query, baseUrl, path }: Request): string {
  if (typeof query.productKey === 'string' && query.productKey !== '') return query.productKey;
  throw new UserError('REQUIRED', {
    field: 'productKey',
    message: 'The address names no product, or more than one.',
    hint: `Send the file to ${baseUrl}${path}?productKey=…; a part of the form is not read for it.`,
  });
}
