import { Transform } from 'node:stream';
import { Busboy, type BusboyConfig, type BusboyInstance } from '@fastify/busboy';
import type { Request } from 'express';
import type { NewPackage } from '../../core/core';
import { UserError } from '../../core/errors';
import type { DigestAlgorithm } from '../../schema/model/fleet';
import { API_LIMITS } from '../limits';

const FIELDS = ['productKey', 'name', 'module', 'version', 'description', 'digestAlgorithm', 'digest'] as const;
type FieldName = (typeof FIELDS)[number];
type Fields = Partial<Record<FieldName, string>>;

export interface UploadedFile {
  name: string;
  stream: Transform;
}

/** Called once, when the file begins; what it gives back is the answer. */
export type TakeFile<T> = (input: NewPackage, file: UploadedFile) => Promise<T>;

/**
 * Reads the multipart body of `POST /packages`. The file's stream ends only when the whole body has been read and was in order:
 * whatever comes after the file, a cut connection included, fails the stream, and with it whoever stores it.
 */
export function readUpload<T>(req: Request, fileBytes: number, take: TakeFile<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const parser = parserFor(req, fileBytes);
    const fields: Fields = {};
    let file: Transform | null = null;
    let failure: Error | null = null;

    const fail = (error: Error): void => {
      if (failure) return;
      failure = error;
      req.unpipe(parser);
      if (file) file.destroy(error);
      else reject(error);
    };

    parser.on('field', (name, value, _nameCut, valueCut) => {
      const refusal = refusedField(name, valueCut, fields, file !== null);
      if (refusal) fail(refusal);
      else fields[name as FieldName] = value;
    });
    parser.on('file', (name, part, fileName) => {
      part.on('error', fail);
      if (failure || file || name !== 'file' || !fileName) {
        part.resume();
        fail(fileMissing(file ? 'more than one file' : 'a file part that is not called `file` or has no file name'));
        return;
      }
      file = heldUntil(parser);
      part.on('limit', () => undefined);
      // Whoever stores it hears of a failure as well, unless it has refused already.
      file.on('error', () => undefined);
      part.pipe(file);
      take(newPackage(fields), { name: fileName, stream: file }).then(resolve, (error) => {
        req.unpipe(parser);
        reject(failure ?? error);
        failure ??= error;
      });
    });
    for (const event of ['fieldsLimit', 'filesLimit', 'partsLimit'] as const) {
      parser.on(event, () => fail(fileMissing('more parts than the fields and one file')));
    }
    parser.on('finish', () => {
      if (!file) fail(fileMissing('no file'));
    });
    parser.on('error', () => fail(uploadCut()));
    req.on('close', () => {
      if (!req.complete) fail(uploadCut());
    });
    req.setTimeout(API_LIMITS.idleTransferMs, () => fail(uploadCut()));
    req.pipe(parser);
  });
}

function parserFor(req: Request, fileBytes: number): BusboyInstance {
  const limits = {
    fieldNameSize: 64,
    fieldSize: 4_096,
    fields: FIELDS.length + 1,
    files: 2,
    parts: FIELDS.length + 3,
    headerPairs: 20,
    fileSize: fileBytes + 1,
  };
  try {
    return new Busboy({ headers: req.headers as BusboyConfig['headers'], limits });
  } catch {
    throw new UserError('INVALID_FORMAT', {
      field: 'Content-Type',
      message: 'The request is not multipart/form-data with a boundary.',
      hint: 'Send a form, e.g. `curl -F productKey=… -F version=… -F file=@firmware.bin`.',
    });
  }
}

/** Passes bytes on, and the end only when the body's end was read. */
function heldUntil(parser: BusboyInstance): Transform {
  let finished = false;
  parser.once('finish', () => {
    finished = true;
  });
  return new Transform({
    transform: (chunk, _encoding, done) => done(null, chunk),
    flush(done) {
      if (finished) done();
      else parser.once('finish', () => done());
    },
  });
}

function refusedField(name: string, valueCut: boolean, fields: Fields, afterFile: boolean): UserError | null {
  const shown = name.slice(0, 64);
  if (!(FIELDS as readonly string[]).includes(name)) {
    return new UserError('INVALID_FORMAT', {
      field: shown,
      message: 'The form has a field that is not known.',
      hint: `Fields are ${FIELDS.join(', ')} and file.`,
    });
  }
  if (afterFile)
    return new UserError('INVALID_FORMAT', {
      field: name,
      message: `The field ${name} comes after the file.`,
      hint: 'Put every field before the file.',
    });
  if (fields[name as FieldName] !== undefined) {
    return new UserError('INVALID_FORMAT', { field: name, message: `The field ${name} comes twice.`, hint: 'Send it once.' });
  }
  return valueCut
    ? new UserError('INVALID_FORMAT', { field: name, message: `The field ${name} is too long.`, hint: 'Shorten it.', limit: '4096 bytes' })
    : null;
}

function newPackage(fields: Fields): NewPackage {
  return {
    productKey: fields.productKey ?? '',
    name: fields.name ?? '',
    module: fields.module || null,
    version: fields.version ?? '',
    description: fields.description ?? null,
    digestAlgorithm: digestAlgorithm(fields.digestAlgorithm),
    declaredDigest: fields.digest || null,
  };
}

/** An unknown name goes on as it is: core refuses it with the others. */
const digestAlgorithm = (text: string | undefined): DigestAlgorithm | null => (text ? (text as DigestAlgorithm) : null);

const fileMissing = (what: string): UserError =>
  new UserError('FILE_MISSING', {
    field: 'file',
    message: `The upload carries ${what}.`,
    hint: 'Send exactly one part named `file`, with a file name, as the last one.',
  });

const uploadCut = (): UserError =>
  new UserError('UPLOAD_CUT', {
    field: 'file',
    message: 'The upload ended before the file did.',
    hint: 'Send it again: nothing of it was kept.',
  });
