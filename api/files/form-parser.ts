import { Busboy, type BusboyConfig, type BusboyInstance } from '@fastify/busboy';
import type { Request } from 'express';
import { UserError } from '../../core/errors';

/** Of a body of multipart/form-data. Throws INVALID_FORMAT for a request that is none, or names no boundary. */
export function formParser(req: Request, limits: BusboyConfig['limits'], hint: string): BusboyInstance {
  try {
    return new Busboy({ headers: req.headers as BusboyConfig['headers'], limits });
  } catch {
    throw new UserError('INVALID_FORMAT', {
      field: 'Content-Type',
      message: 'The request is not multipart/form-data with a boundary.',
      hint,
    });
  }
}
