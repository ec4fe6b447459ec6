import { Readable } from 'node:stream';
import { MAGIC_BYTES_NEEDED, matchesFormat, type PackageFormat } from '../../schema/model/package/package-format';
import { UserError, UserErrors } from '../errors';
import { type FileEnd, fileEnd } from './file-end';
import type { FileRoom } from './file-room';

export interface FileRules {
  format: PackageFormat;
  maximumBytes: number;
  room: Pick<FileRoom, 'require' | 'took'>;
}

/** The disk is looked at after so many bytes. */
const LOOK_EVERY_BYTES = 4 * 1024 * 1024;

/**
 * The file's bytes, held back until the first of them show the format (R-PKG-2). Fails with FILE_EMPTY, FILE_FORMAT (also at the end, for
 * an archive that is cut), FILE_TOO_LARGE, DISK_FULL, and with UPLOAD_CUT when the source ends before the file does; the source is destroyed
 * then.
 */
export const checkedStream = (source: Readable, rules: FileRules): Readable => Readable.from(checked(source, rules), { objectMode: false });

async function* checked(source: Readable, rules: FileRules): AsyncGenerator<Buffer> {
  const end = fileEnd(rules.format);
  try {
    yield* checkedBytes(source, rules, end);
  } finally {
    end.close();
  }
}

async function* checkedBytes(source: Readable, { format, maximumBytes, room }: FileRules, end: FileEnd): AsyncGenerator<Buffer> {
  let looked = 0;
  let head: Buffer | null = Buffer.alloc(0);
  let size = 0;
  for await (const bytes of whole(source)) {
    size += bytes.length;
    if (size > maximumBytes) throw tooLarge(maximumBytes);
    if (size - looked >= LOOK_EVERY_BYTES) {
      room.took(size - looked);
      looked = size;
      await room.require();
    }
    await end.update(bytes);
    if (head === null) {
      yield bytes;
      continue;
    }
    head = Buffer.concat([head, bytes]);
    if (head.length < MAGIC_BYTES_NEEDED) continue;
    yield proven(head, format);
    head = null;
  }
  room.took(size - looked);
  if (size === 0) throw empty();
  if (head !== null) yield proven(head, format);
  const problem = await end.problem();
  if (problem !== null) throw endsBadly(problem, format);
}

const endsBadly = (problem: string, format: PackageFormat): UserError =>
  new UserError('FILE_FORMAT', {
    field: 'file',
    message: `The file ${problem}; its name says that it is a ${format} file.`,
    hint: 'Upload the whole file; it may have been cut while it was copied.',
  });

/** Throws FILE_FORMAT. */
export function proven(head: Buffer, format: PackageFormat): Buffer {
  if (matchesFormat(format, head)) return head;
  throw new UserError('FILE_FORMAT', {
    field: 'file',
    message: `The file's first bytes are not those of a ${format} file, which its name says it is.`,
    hint: 'Give the file the suffix of what it is, or upload the file that was meant.',
  });
}

async function* whole(source: Readable): AsyncGenerator<Buffer> {
  try {
    for await (const bytes of source) yield bytes as Buffer;
  } catch (error) {
    if (error instanceof UserError || error instanceof UserErrors) throw error;
    throw new UserError('UPLOAD_CUT', {
      field: 'file',
      message: 'The upload ended before the file did; nothing of it was kept.',
      hint: 'Upload the file again.',
    });
  }
}

export const empty = (): UserError =>
  new UserError('FILE_EMPTY', {
    field: 'file',
    message: 'The file has no bytes.',
    hint: 'Upload the file that was meant.',
    limit: '≥ 1 byte',
  });

export const tooLarge = (maximum: number): UserError =>
  new UserError('FILE_TOO_LARGE', {
    field: 'file',
    message: `The file has more than ${maximum} bytes.`,
    hint: 'Upload a smaller file; compression may do.',
    limit: `${maximum} bytes`,
  });
