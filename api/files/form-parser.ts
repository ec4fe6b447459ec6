import { Busboy, type BusboyConfig, type BusboyInstance } from '@fastify/busboy';
import type { Request } from 'express';
import { UserError } from '../../core/errors';
import { uploadCut } from './upload-cut';

const BOUNDARY = /;\s*boundary\s*=\s*(?:"[^"]|[^\s";])/i;

/** The parsers that have found a part. */
const withParts = new WeakSet<BusboyInstance>();

/** Of a body of multipart/form-data. Throws INVALID_FORMAT for a request that is none, or names no boundary. */
export function formParser(req: Request, limits: BusboyConfig['limits'], hint: string): BusboyInstance {
  const refusal = new UserError('INVALID_FORMAT', {
    field: 'Content-Type',
    message: 'The request is not multipart/form-data with a boundary.',
    hint,
  });
  // The parser would take an empty one.
  if (!BOUNDARY.test(req.headers['content-type'] ?? '')) throw refusal;
  try {
    const parser = new Busboy({ headers: req.headers as BusboyConfig['headers'], limits });
    for (const event of ['file', 'field'] as const) parser.once(event, () => void withParts.add(parser));
    return parser;
  } catch {
    throw refusal;
  }
}

/** What a form is refused with that does not end as forms do. One in which no part was found may have another boundary than its request says. */
export const formCut = (parser: BusboyInstance): UserError =>
  withParts.has(parser)
    ? uploadCut()
    : new UserError('UPLOAD_CUT', {
        field: 'file',
        message: 'The body has no part that begins with the boundary of Content-Type, or ended before its first part did.',
        hint: 'Let the client that makes the form set Content-Type, so that its boundary is that of the body; then send it again.',
      });
