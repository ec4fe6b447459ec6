import { PassThrough, type Readable } from 'node:stream';
import type { Request } from 'express';
import { UserError } from '../../core/errors';
import { formCut, formParser } from './form-parser';
import { cutWhenSlow } from './least-rate';
import { uploadCut } from './upload-cut';

/** One more than there may be, so that it can be named. */
const FORM_LIMITS = { files: 2, fields: 1, parts: 2, headerPairs: 20 };

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
  parser.on('file', (name, part, fileName) => {
    part.on('error', cut);
    if (name !== 'file' || !fileName || began) {
      part.resume();
      file.destroy(began && name === 'file' ? secondFile() : fileMissing('a file part that is not called `file` or has no file name'));
      return;
    }
    began = true;
    part.pipe(file, { end: false });
  });
  parser.on('field', (name) => void file.destroy(otherPart(name)));
  parser.on('partsLimit', () => void file.destroy(secondFile()));
  parser.on('finish', () => (began ? file.end() : file.destroy(fileMissing('no file'))));
  parser.on('error', () => void file.destroy(formCut(parser)));
  file.on('close', () => req.unpipe(parser));
  req.pipe(parser);
  return file;
}

const HINT = 'Send one part named `file`, with a file name, or the file as the body. All else is said in the address.';

const otherPart = (name = ''): UserError =>
  name === 'file'
    ? fileMissing('a part `file` that has no file name')
    : new UserError('INVALID_FORMAT', { field: name.slice(0, 64), message: 'The form has a part that is not the file.', hint: HINT });

const secondFile = (): UserError =>
  new UserError('TOO_MANY', {
    field: 'file',
    message: 'The form has more than one part.',
    hint: 'Send one file a request. Nothing of this one was kept.',
    limit: '1 file',
  });

const fileMissing = (what: string): UserError =>
  new UserError('FILE_MISSING', { field: 'file', message: `The form carries ${what}.`, hint: HINT });
