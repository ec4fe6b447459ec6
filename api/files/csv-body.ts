import { PassThrough, type Readable } from 'node:stream';
import type { Request } from 'express';
import { UserError } from '../../core/errors';
import { formParser } from './form-parser';
import { cutWhenSlow } from './least-rate';
import { uploadCut } from './upload-cut';

const FORM_LIMITS = { files: 1, fields: 0, parts: 2, headerPairs: 20 };

/** The one file of a request: its body, or the part `file` of a form. Ends only if all of it came, and in order. */
export function csvBody(req: Request): Readable {
  const isForm = typeof req.is('multipart/form-data') === 'string';
  const parser = isForm ? formParser(req, FORM_LIMITS, 'Send a form, e.g. `curl -F file=@devices.csv`, or the file as the body.') : null;
  const file = new PassThrough();
  // Whoever reads it hears of a failure as well, unless it has refused already.
  file.on('error', () => undefined);
  const cut = (): void => void file.destroy(uploadCut());
  req.on('close', () => {
    if (!req.complete) cut();
  });
  cutWhenSlow(req, cut);
  if (parser === null) {
    req.pipe(file);
    return file;
  }
  let began = false;
  parser.on('file', (_name, part) => {
    began = true;
    part.on('error', cut);
    part.pipe(file, { end: false });
  });
  parser.on('finish', () => (began ? file.end() : file.destroy(fileMissing())));
  parser.on('error', cut);
  file.on('close', () => req.unpipe(parser));
  req.pipe(parser);
  return file;
}

const fileMissing = (): UserError =>
  new UserError('FILE_MISSING', {
    field: 'file',
    message: 'The form carries no file.',
    hint: 'Send one part named `file`, or the file as the body.',
  });
