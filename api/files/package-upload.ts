import type { BusboyInstance } from '@fastify/busboy';
import type { Request } from 'express';
import { UserError, UserErrors } from '../../core/errors';
import type { NewPackage, PackageUpload } from '../../core/packages/contract';
import { tooManyFiles } from '../../core/packages/refusals';
import { VERSION_LENGTH } from '../../schema/model/device/module-version';
import { FIXED_LIMITS, type Limits } from '../../schema/model/limits';
import type { DigestAlgorithm } from '../../schema/model/package/package-fields';
import type { PackageKind } from '../../schema/model/package/package-rules';
import { fileQueue, type HeldFile, heldFile } from './file-queue';
import { formCut, formParser } from './form-parser';
import { cutWhenSlow } from './least-rate';
import { uploadCut } from './upload-cut';

const FIELDS = ['productKey', 'name', 'module', 'version', 'description', 'customInfo', 'digestAlgorithm', 'kind', 'verification'] as const;
const REQUIRED = ['productKey', 'name', 'version'] as const satisfies (typeof FIELDS)[number][];
/** One value for each file, in the order of the files; `sourceVersions` one for each version. */
const LISTS = ['digest', 'signature', 'sourceVersions'] as const;
type FieldName = (typeof FIELDS)[number];
type ListName = (typeof LISTS)[number];
type Fields = Partial<Record<FieldName, string>> & Record<ListName, string[]>;

/** Of a version, with what separates two in a list. */
const VERSION_CHARACTERS = VERSION_LENGTH + 4;
const BYTES_PER_CHARACTER = 4;

export type FormLimits = Pick<Limits, 'fileBytes' | 'descriptionLength' | 'packageSourceVersions'>;

/** Bytes of a field: as many as the longest that a package may have; core counts characters. */
const fieldBytes = ({ descriptionLength, packageSourceVersions }: FormLimits): number =>
  BYTES_PER_CHARACTER * Math.max(descriptionLength, FIXED_LIMITS.customInfoLength, packageSourceVersions * VERSION_CHARACTERS);

/** With a source version a field, and one more than there may be, so that core can say so. */
const fieldsMost = ({ packageSourceVersions }: FormLimits): number =>
  FIELDS.length + 2 * FIXED_LIMITS.packageFiles + packageSourceVersions + 1;

/** Called once, when the first file begins; what it gives back is the answer. Each further file comes when the one before was read. */
export type TakeFiles<T> = (input: NewPackage, files: AsyncIterable<PackageUpload>) => Promise<T>;

/**
 * Reads the multipart body of `POST /packages`. A file's stream ends only when the next file has begun or the whole body has been
 * read, and was in order: whatever comes after it, a cut connection included, fails the stream, and with it whoever stores it.
 */
export function readUpload<T>(req: Request, limits: FormLimits, take: TakeFiles<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const parser = parserFor(req, limits);
    const fields: Fields = { digest: [], signature: [], sourceVersions: [] };
    const files = fileQueue();
    let current: HeldFile | null = null;
    let count = 0;
    let taken = false;
    let failure: Error | null = null;

    const fail = (error: Error): void => {
      if (failure) return;
      failure = error;
      req.unpipe(parser);
      current?.stream.destroy(error);
      if (taken) files.fail(error);
      else reject(error);
    };

    parser.on('field', (name, value, _nameCut, valueCut) => {
      const refusal = refusedField(name, valueCut ? fieldBytes(limits) : null, fields, count > 0) ?? keepField(fields, name, value);
      if (refusal) fail(refusal);
    });
    parser.on('file', (name, part, fileName) => {
      part.on('error', fail);
      if (failure || name !== 'file' || !fileName) {
        part.resume();
        fail(fileMissing('a file part that is not called `file` or has no file name'));
        return;
      }
      part.on('limit', () => undefined);
      current?.release();
      current = heldFile();
      // Whoever stores it hears of a failure as well, unless it has refused already.
      current.stream.on('error', () => undefined);
      part.pipe(current.stream);
      files.add({
        name: fileName,
        stream: current.stream,
        declaredDigest: fields.digest[count] || null,
        signature: fields.signature[count] || null,
      });
      count += 1;
      if (count > 1) return;
      const missing = REQUIRED.filter((each) => !fields[each]);
      if (missing.length > 0) return fail(new UserErrors(missing.map(missingBeforeFile)));
      taken = true;
      take(newPackage(fields), files.all).then(resolve, (error) => {
        req.unpipe(parser);
        reject(failure ?? error);
        failure ??= error;
      });
    });
    for (const event of ['fieldsLimit', 'partsLimit'] as const) {
      parser.on(event, () => fail(fileMissing('more parts than the fields and files there may be')));
    }
    parser.on('filesLimit', () => fail(tooManyFiles()));
    parser.on('finish', () => {
      if (count === 0) return fail(fileMissing('no file'));
      const leftOver = (['digest', 'signature'] as const).find((name) => fields[name].length > count);
      if (leftOver) return fail(notOneEach(leftOver));
      current?.release();
      files.end();
    });
    parser.on('error', () => fail(formCut(parser)));
    req.on('close', () => {
      if (!req.complete) fail(uploadCut());
    });
    cutWhenSlow(req, () => fail(uploadCut()));
    req.pipe(parser);
  });
}

function parserFor(req: Request, form: FormLimits): BusboyInstance {
  const limits = {
    fieldNameSize: 64,
    fieldSize: fieldBytes(form),
    fields: fieldsMost(form),
    files: FIXED_LIMITS.packageFiles,
    parts: fieldsMost(form) + FIXED_LIMITS.packageFiles + 1,
    headerPairs: 20,
    fileSize: form.fileBytes + 1,
  };
  return formParser(req, limits, 'Send a form, e.g. `curl -F productKey=… -F version=… -F file=@firmware.bin`.');
}

function refusedField(name: string, cutAt: number | null, fields: Fields, afterFile: boolean): UserError | null {
  const shown = name.slice(0, 64);
  const isList = (LISTS as readonly string[]).includes(name);
  if (!isList && !(FIELDS as readonly string[]).includes(name)) {
    return new UserError('INVALID_FORMAT', {
      field: shown,
      message: 'The form has a field that is not known.',
      hint: `Fields are ${[...FIELDS, ...LISTS].join(', ')} and file.`,
    });
  }
  if (afterFile)
    return new UserError('INVALID_FORMAT', {
      field: name,
      message: `The field ${name} comes after a file.`,
      hint: 'Put every field before the first file.',
    });
  if (!isList && fields[name as FieldName] !== undefined) {
    return new UserError('INVALID_FORMAT', { field: name, message: `The field ${name} comes twice.`, hint: 'Send it once.' });
  }
  if (cutAt === null) return null;
  return new UserError('INVALID_FORMAT', {
    field: name,
    message: `The field ${name} is too long.`,
    hint: 'Shorten it.',
    limit: `${cutAt} bytes`,
  });
}

/** A version that is a word in brackets, as some devices report one: no list of JSON has texts without quotes. */
const BRACKETED = /^\[[^"{}[\],\s]+\]$/;

/** Several fields, each with commas between or, for versions that have some, a list of JSON; null: a list that is none. */
function listedVersions(value: string): string[] | null {
  if (!value.trimStart().startsWith('[') || BRACKETED.test(value.trim())) return value.split(',').map((version) => version.trim());
  try {
    const list: unknown = JSON.parse(value);
    return Array.isArray(list) && list.every((each) => typeof each === 'string') ? list : null;
  } catch {
    return null;
  }
}

/** Or why it can't be kept. */
function keepField(fields: Fields, name: string, value: string): UserError | null {
  if (name === 'sourceVersions') {
    const versions = listedVersions(value);
    if (versions === null) return noListOfVersions();
    fields.sourceVersions.push(...versions);
  } else if (name === 'digest' || name === 'signature') fields[name].push(value);
  else fields[name as FieldName] = value;
  return null;
}

const noListOfVersions = (): UserError =>
  new UserError('INVALID_FORMAT', {
    field: 'sourceVersions',
    message: 'The field sourceVersions begins like a list of JSON, and is no list of texts.',
    hint: 'Send e.g. `["1.0.0", "1.0.1"]`, or the versions with commas between; one that begins with `[` as an item of such a list.',
  });

function newPackage(fields: Fields): NewPackage {
  return {
    productKey: fields.productKey ?? '',
    name: fields.name ?? '',
    module: fields.module || null,
    version: fields.version ?? '',
    description: fields.description ?? null,
    customInfo: fields.customInfo ?? null,
    // What is no such name is refused by core, with all else that is wrong.
    digestAlgorithm: fields.digestAlgorithm ? (fields.digestAlgorithm as DigestAlgorithm) : null,
    kind: fields.kind ? (fields.kind as PackageKind) : null,
    sourceVersions: fields.sourceVersions.filter((version) => version !== ''),
    verification: fields.verification ? (fields.verification as NewPackage['verification']) : null,
  };
}

const fileMissing = (what: string): UserError =>
  new UserError('FILE_MISSING', {
    field: 'file',
    message: `The upload carries ${what}.`,
    hint: 'Send one part named `file`, with a file name, for each file, after all other fields.',
  });

/** It may stand behind the file, where nobody reads it: the file is stored while it comes in, and where to has to be known before. */
const missingBeforeFile = (field: FieldName): UserError =>
  new UserError('REQUIRED', {
    field,
    message: `No field ${field} came before the file, or it was empty.`,
    hint: 'Put every field before the first file, and the file last, e.g. `curl -F productKey=… -F name=… -F version=… -F file=@firmware.bin`.',
  });

const notOneEach = (field: 'digest' | 'signature'): UserError =>
  new UserError('INVALID_FORMAT', {
    field,
    message: `The form has more fields ${field} than files.`,
    hint: 'Send one for each file, in the order of the files; an empty one where a file has none.',
  });
